from odoo import fields, models
from odoo.exceptions import UserError

LEVEL_CHANGE_SOURCE = [
    ("rule", "By Rule"),
    ("pinned", "By Hand"),
    ("released", "Back to the Rules"),
]


class SalesCustomerLevelChange(models.Model):
    """Change of a customer's level: from which to which, when, and by whom or by the rules."""

    _name = "sales.customer.level.change"
    _description = "Change of a Customer's Level"
    _inherit = ["sales.append.only.mixin"]
    _order = "date desc, id desc"
    _rec_name = "partner_id"
    _log_access = False

    partner_id = fields.Many2one(
        "res.partner",
        string="Customer",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
    )
    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, index=True, ondelete="cascade"
    )
    from_level_id = fields.Many2one(
        "sales.customer.level",
        readonly=True,
        index="btree_not_null",
        ondelete="restrict",
    )
    to_level_id = fields.Many2one(
        "sales.customer.level",
        readonly=True,
        index="btree_not_null",
        ondelete="restrict",
    )
    date = fields.Date(required=True, readonly=True)
    source = fields.Selection(LEVEL_CHANGE_SOURCE, required=True, readonly=True)
    user_id = fields.Many2one("res.users", string="Changed By", readonly=True, ondelete="restrict")
    reason = fields.Char(readonly=True)

    def init(self):
        """Let the database refuse to change a fact, but for a customer that merging renames."""
        super().init()
        self.env.cr.execute(
            """
            CREATE OR REPLACE FUNCTION sales_customer_history_refuse_change() RETURNS trigger AS $$
            BEGIN
                RAISE EXCEPTION 'The history of customers is append-only.'
                    USING ERRCODE = 'restrict_violation';
            END $$ LANGUAGE plpgsql;
            CREATE OR REPLACE TRIGGER sales_customer_level_change_no_update
                BEFORE UPDATE OF company_id, from_level_id, to_level_id, date, source, user_id,
                    reason
                ON sales_customer_level_change
                FOR EACH STATEMENT EXECUTE FUNCTION sales_customer_history_refuse_change();
            """
        )

    def _append_only_error(self):
        return UserError(
            self.env._(
                "The history of levels is written by the rules and by pinning a level, and never "
                "edited. Pin another level instead: that is written down as well."
            )
        )
