from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

MOVE_KIND = [
    ("claim", "Claimed"),
    ("return", "Returned"),
    ("recycle", "Recycled"),
    ("assign", "Assigned"),
]
POOL_MODELS = [("crm.lead", "Lead or Opportunity"), ("res.partner", "Customer")]


class SalesPoolMove(models.Model):
    """Log of a pool: who gave or took which record, when and why. Never changed."""

    _name = "sales.pool.move"
    _description = "Pool Move"
    _inherit = ["sales.append.only.mixin"]
    _order = "moment desc, id desc"
    _rec_name = "kind"
    _log_access = False

    moment = fields.Datetime(string="Date", required=True, readonly=True, index=True)
    kind = fields.Selection(MOVE_KIND, required=True, readonly=True)
    res_model = fields.Selection(POOL_MODELS, string="Type", required=True, readonly=True)
    res_id = fields.Many2oneReference(
        string="Record", model_field="res_model", required=True, readonly=True
    )
    record_name = fields.Char(string="Name", compute="_compute_record_name")
    pool_id = fields.Many2one(
        "sales.pool", readonly=True, index="btree_not_null", ondelete="restrict"
    )
    company_id = fields.Many2one("res.company", required=True, readonly=True, index=True)
    from_user_id = fields.Many2one(
        "res.users", string="From", readonly=True, index="btree_not_null", ondelete="restrict"
    )
    to_user_id = fields.Many2one(
        "res.users", string="To", readonly=True, index="btree_not_null", ondelete="restrict"
    )
    user_id = fields.Many2one(
        "res.users",
        string="By",
        readonly=True,
        ondelete="restrict",
        help="Who did it. Empty where nobody did, as when records go back by themselves.",
    )
    reason = fields.Char(readonly=True)

    _record_idx = models.Index("(res_model, res_id, id)")

    def init(self):
        """Let the database refuse to change the log, whoever asks."""
        super().init()
        self.env.cr.execute(
            """
            CREATE OR REPLACE FUNCTION sales_pool_move_refuse_change() RETURNS trigger AS $$
            BEGIN
                RAISE EXCEPTION 'The log of the public pool is append-only.'
                    USING ERRCODE = 'restrict_violation';
            END $$ LANGUAGE plpgsql;
            CREATE OR REPLACE TRIGGER sales_pool_move_no_change
                BEFORE UPDATE OR DELETE OR TRUNCATE ON sales_pool_move
                FOR EACH STATEMENT EXECUTE FUNCTION sales_pool_move_refuse_change();
            """
        )

    # === COMPUTE METHODS === #
    @api.depends("res_model", "res_id")
    @api.depends_context("uid")
    def _compute_record_name(self):
        for model, moves in self.grouped("res_model").items():
            records = self.env[model].browse(moves.mapped("res_id"))
            names = {
                record.id: record.display_name
                for record in records.exists()._filtered_access("read")
            }
            for move in moves:
                move.record_name = names.get(move.res_id) or self.env[model]._get_masked_name(
                    move.res_id
                )

    # === ACTION METHODS === #
    def action_open_record(self):
        """Open the record that moved, for those who may read it."""
        self.ensure_one()
        return self.env[self.res_model].browse(self.res_id)._get_pool_form_action()

    def action_give_back(self):
        """Give records that went into the pool back to who had them."""
        for model, moves in self.grouped("res_model").items():
            self.env[model].browse(moves.mapped("res_id")).action_give_back()
        return True

    # === BUSINESS METHODS === #
    def _append_only_error(self):
        return UserError(
            self.env._(
                "The log of the pool is neither changed nor deleted. Claim, return or assign the "
                "record: that is logged as well."
            )
        )

    @api.model
    def _log(self, records, kind, to_user=None, reason=None, pool=None):
        """Log a move of records, in one statement, before their owner changes.

        :param pool: the pool that they come into; else the one that they lie in or were
            claimed from
        """
        records.flush_recordset(["user_id", "pool_id", "claimed_pool_id", "company_id"])
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO sales_pool_move (moment, kind, res_model, res_id, pool_id, company_id,
                                             from_user_id, to_user_id, user_id, reason)
                SELECT %(moment)s, %(kind)s, %(model)s, record.id, pool.id,
                       COALESCE(pool.company_id, record.company_id, %(company)s),
                       record.user_id, %(to_user)s, %(by)s, %(reason)s
                  FROM %(table)s record
                  LEFT JOIN sales_pool pool
                    ON pool.id = COALESCE(%(pool)s, record.pool_id, record.claimed_pool_id)
                 WHERE record.id = ANY(%(ids)s)
                 ORDER BY record.id
                """,
                moment=fields.Datetime.now(),
                kind=kind,
                model=records._name,
                company=self.env.company.id,
                to_user=to_user.id if to_user else None,
                by=None if kind == "recycle" else self.env.uid,
                reason=reason or None,
                pool=pool.id if pool else None,
                table=SQL.identifier(records._table),
                ids=records.ids,
            )
        )
        self.invalidate_model(flush=False)
