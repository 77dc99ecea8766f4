from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain
from odoo.tools import SQL

from .res_config_settings import POOL_READERS
from .sales_pool import POOL_TRIGGER

WARNING_ACTIVITY = "sales_system.mail_activity_type_pool_warning"
# Written by claims, returns and the scheduled action only.
POOL_FIELDS = {
    "pool_id",
    "pool_since",
    "pool_reason",
    "claimed_on",
    "claimed_pool_id",
    "held_since",
    "protected_until",
    "pool_warning",
    "pool_warned_on",
}
# In the context of a write that a claim or return has checked and logged. An object of its own:
# no program that calls the server can send it.
PAST_POOL = object()
NO_WARNING = {"pool_warning": False, "pool_warned_on": False}
OUT_OF_POOL = {"pool_id": False, "pool_since": False, "pool_reason": False, **NO_WARNING}
NOT_CLAIMED = {"claimed_on": False, "claimed_pool_id": False}


class SalesPoolMixin(models.AbstractModel):
    """A record with a salesperson, which lies in a public pool while it has none.

    How to use: inherit the mixin before the model, whose ``user_id`` is the owner. Whatever way
    the owner changes, the record leaves the pool or the claim that it came by, and that is
    logged; see :meth:`write`.
    """

    _name = "sales.pool.mixin"
    _description = "Record of a Public Pool"
    _inherit = ["sales.protected.fields.mixin"]

    # === FIELDS === #
    pool_id = fields.Many2one(
        "sales.pool",
        string="Public Pool",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
        groups=POOL_READERS,
        help="The pool that the record lies in, for salespeople to claim.",
    )
    pool_since = fields.Datetime(
        string="In the Pool Since", readonly=True, copy=False, groups=POOL_READERS
    )
    pool_reason = fields.Char(
        string="Why in the Pool", readonly=True, copy=False, groups=POOL_READERS
    )
    claimed_on = fields.Datetime(readonly=True, copy=False, groups=POOL_READERS)
    claimed_pool_id = fields.Many2one(
        "sales.pool",
        string="Claimed From",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
        groups=POOL_READERS,
    )
    held_since = fields.Datetime(
        string="With Salesperson Since", readonly=True, copy=False, groups=POOL_READERS
    )
    protected_until = fields.Date(
        readonly=True,
        copy=False,
        groups=POOL_READERS,
        help="The last day on which it does not go back to the pool by itself.",
    )
    pool_warning = fields.Selection(
        POOL_TRIGGER, string="Warned Of", readonly=True, copy=False, groups=POOL_READERS
    )
    pool_warned_on = fields.Date(
        string="Warned On",
        readonly=True,
        copy=False,
        index="btree_not_null",
        groups=POOL_READERS,
        help="When the salesperson was told that it will go back to the pool.",
    )
    pool_is_open = fields.Boolean(
        compute="_compute_pool_is_open",
        search="_search_pool_is_open",
        groups=POOL_READERS,
        export_string_translation=False,
        help="Lies in a pool that the user may claim from, and shows its data to the user.",
    )

    # === COMPUTE METHODS === #
    @api.depends("pool_id", "pool_since")
    @api.depends_context("uid")
    def _compute_pool_is_open(self):
        pooled = self.sudo().filtered("pool_id")
        shown = (
            pooled.with_context(active_test=False).search(
                [("id", "in", pooled.ids), ("pool_is_open", "=", True)]
            )
            if pooled
            else pooled
        )
        for record in self:
            record.pool_is_open = record._origin.id in shown.ids

    def _search_pool_is_open(self, operator, value):
        """Let record rules name what the user may see of the pools at this very moment."""
        if operator != "in" or list(value) != [True]:
            return NotImplemented
        self.sudo().flush_model(["pool_id", "pool_since"])
        pools = self.env["sales.pool"].sudo()
        pools = pools.search([("claimer_ids", "in", [self.env.uid])])
        hiding = pools.filtered("look_limit")
        domain = Domain("pool_id", "in", (pools - hiding).ids)
        if hiding:
            domain |= Domain("pool_id", "in", hiding.ids) & Domain("id", "any!", self._look_query())
        return domain

    @api.model
    def _look_query(self):
        """:return: ``SQL`` of the ids that the user has looked at since they lie in the pool"""
        return SQL(
            """
            SELECT record.id
              FROM sales_pool_look look
              JOIN %(table)s record ON record.id = look.res_id
             WHERE look.user_id = %(user)s AND look.res_model = %(model)s
               AND look.pool_id = record.pool_id AND look.moment >= record.pool_since
            """,
            table=SQL.identifier(self._table),
            user=self.env.uid,
            model=self._name,
        )

    # === CRUD METHODS === #
    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            self._check_pool_fields(vals)
        return super().create(vals_list)

    def write(self, vals):
        """Whoever gets the record takes it out of the pool, or takes over from who claimed it."""
        self._check_pool_fields(vals)
        if "user_id" not in vals or self.env.context.get("sales_pool_write") is PAST_POOL:
            return super().write(vals)
        moving = self.filtered(lambda record: record.user_id.id != (vals["user_id"] or False))
        pooled = moving.sudo().filtered(lambda record: record.pool_id or record.claimed_pool_id)
        if pooled:
            pooled.sudo(self.env.su)._check_assign(vals["user_id"])
            self._log_pool_move(
                pooled, "assign", to_user=self.env["res.users"].browse(vals["user_id"] or ())
            )
        warned = moving.sudo().filtered("pool_warning")
        if staying := self - moving:
            super(SalesPoolMixin, staying).write(dict(vals))
        if moving:
            super(SalesPoolMixin, moving).write(
                {
                    **vals,
                    **(OUT_OF_POOL | NOT_CLAIMED),
                    "held_since": vals["user_id"] and fields.Datetime.now(),
                }
            )
        warned._unlink_pool_warnings()
        return True

    def _write_past_pool(self, vals):
        """Write the owner as a claim or return does, which log and check for themselves."""
        return self.with_context(sales_pool_write=PAST_POOL).write(vals)

    # === ACTION METHODS === #
    def action_open_pool_moves(self):
        """Open the log of the records."""
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "sales_system.sales_pool_move_action"
        )
        domain = [("res_model", "=", self._name), ("res_id", "in", self._get_pooled().ids)]
        return action | {"domain": domain, "context": {}}

    # === HOOKS === #
    def _get_pooled(self):
        """:return: the records that go into a pool for these"""
        return self

    def _get_pool_teams(self):
        """:return: teams whose leaders decide about the record while it lies in a pool"""
        return self.env["crm.team"]

    @api.model
    def _get_masked_name(self, record_id):
        """:return: what people read instead of the name that is hidden from them"""
        return self.env._("Record %(number)s", number=record_id)

    # === BUSINESS METHODS === #
    @api.model
    def _get_protected_fields(self):
        return super()._get_protected_fields() | POOL_FIELDS

    @api.model
    def _check_not_protected(self, vals):
        # Its own fields it has checked for itself by then, and a new salesperson changes them.
        super()._check_not_protected({name: vals[name] for name in vals.keys() - POOL_FIELDS})

    @api.model
    def _check_pool_fields(self, vals):
        """:raises UserError: a person sets what only claims and returns may"""
        if self.env.su or POOL_FIELDS.isdisjoint(vals):
            return
        raise UserError(
            self.env._(
                "%(fields)s cannot be set by hand. Claim the record, or return it to the pool.",
                fields=", ".join(
                    self._fields[name]._description_string(self.env)
                    for name in sorted(POOL_FIELDS.intersection(vals))
                ),
            )
        )

    def _check_assign(self, user_id):
        """:raises AccessError: a person gets round claiming, or round a return with its reason"""
        if self.env.su:
            return
        for record in self:
            pool = record.sudo().pool_id
            if pool and not record._is_pool_manager():
                raise AccessError(
                    self.env._(
                        "%(names)s lies in the public pool %(pool)s. Claim it instead of entering "
                        "a salesperson: only leaders assign from the pool.",
                        names=record._get_pool_label(),
                        pool=pool.name,
                    )
                )
            if not user_id:
                raise UserError(
                    self.env._(
                        "%(names)s was claimed from a public pool. Return it there with a reason "
                        "instead of emptying the salesperson.",
                        names=record._get_pool_label(),
                    )
                )

    def _is_pool_manager(self):
        """:return: whether the user assigns the record out of its pool"""
        self.ensure_one()
        record, user = self.sudo(), self.env.user
        if record.pool_id.company_id not in user.company_ids:
            return False
        return record.pool_id._is_manager() or (
            user.has_group("sales_system.group_sale_salesman_team")
            and user in record._get_pool_teams().manager_ids
        )

    def _get_pool_label(self):
        """:return: names of those records that the user may read, numbers of the others"""
        shown = self.sudo(False)._filtered_access("read")
        return ", ".join(
            record.display_name if record in shown else record._get_masked_name(record.id)
            for record in self.sudo(False)
        )

    def _get_pool_form_action(self):
        self.ensure_one()
        self.check_access("read")
        return {
            "type": "ir.actions.act_window",
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "views": [(False, "form")],
        }

    def _lock_for_pool(self):
        """Keep the rows until the transaction ends; who comes second is run again."""
        self.flush_recordset()
        self.env.cr.execute(
            SQL(
                "SELECT id FROM %s WHERE id = ANY(%s) ORDER BY id FOR NO KEY UPDATE",
                SQL.identifier(self._table),
                self.ids,
            )
        )
        self.invalidate_recordset(["user_id", *POOL_FIELDS], flush=False)

    def _log_pool_move(self, records, kind, **values):
        self.env["sales.pool.move"]._log(records, kind, **values)
        self.env["sales.pool.record"].invalidate_model(flush=False)

    def _unlink_pool_warnings(self):
        """Take back what the owners were told of."""
        if self:
            self.sudo().activity_unlink([WARNING_ACTIVITY], only_automated=False)
