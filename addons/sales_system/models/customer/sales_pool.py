from odoo import api, fields, models
from odoo.exceptions import UserError

POOL_KIND = [
    ("leads", "Leads and Opportunities"),
    ("customers", "Customers"),
    ("both", "Leads and Customers"),
]
POOL_TRIGGER = [
    ("contact", "No Contact"),
    ("order", "No Order"),
    ("contract", "Contract Ended"),
]
POOL_KINDS_OF_MODEL = {"crm.lead": ("leads", "both"), "res.partner": ("customers", "both")}
LIMITS = ("claim_limit", "hold_limit", "look_limit", "reclaim_days", "protection_days")


class SalesPool(models.Model):
    """Public pool: where leads and customers lie that nobody looks after, for some to claim.

    The first pool that fits a record takes it; see :meth:`_pool_expression`.
    """

    _name = "sales.pool"
    _description = "Public Pool"
    _inherit = ["mail.thread"]
    _order = "sequence, id"
    _check_company_auto = True

    # === FIELDS === #
    name = fields.Char(required=True, translate=True)
    active = fields.Boolean(default=True)
    sequence = fields.Integer(
        default=10, help="Of the pools that a record fits into the first one takes it."
    )
    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.company
    )
    # What it takes.
    kind = fields.Selection(POOL_KIND, string="Takes", required=True, default="both")
    territory_ids = fields.Many2many(
        "sales.territory",
        string="Territories",
        check_company=True,
        help="With everything that lies inside. Empty: from everywhere.",
    )
    level_ids = fields.Many2many(
        "sales.customer.level",
        string="Customer Levels",
        help="Levels of the customer, also of a lead's customer. Empty: all, and those without.",
    )
    categ_ids = fields.Many2many(
        "product.category",
        string="Product Categories",
        help="Customers, and leads of customers, that have bought from these categories or those "
        "below. Empty: whatever they bought.",
    )
    # Who may claim.
    team_ids = fields.Many2many(
        "crm.team",
        string="Sales Teams",
        check_company=True,
        help="Their members and leaders, and those of all teams below, may claim. Leads of other "
        "teams do not come into the pool. No teams and no users: everybody in sales may claim.",
    )
    user_ids = fields.Many2many(
        "res.users",
        string="Further Salespeople",
        domain="[('share', '=', False), ('company_ids', '=', company_id)]",
    )
    # Limits; none where 0.
    claim_limit = fields.Integer(
        string="Claims a Day", default=10, help="Of each salesperson. 0: no limit."
    )
    hold_limit = fields.Integer(
        string="Records Held",
        help="How many claimed records a salesperson may hold at a time; won and lost leads do "
        "not count. 0: no limit.",
    )
    look_limit = fields.Integer(
        string="Looks a Day",
        help="How many records of the pool a salesperson may look at without claiming them. Until "
        "then, name and contact data are hidden. 0: everything is shown.",
    )
    reclaim_days = fields.Integer(
        string="Not Back for (Days)",
        help="For so long whoever had a record before cannot claim it back. 0: at once.",
    )
    protection_days = fields.Integer(
        string="Protected for (Days)",
        default=30,
        help="A claimed record does not go back by itself for so long, nor while there is an open "
        "quotation, an undelivered order or a contract in force.",
    )
    protection_ids = fields.One2many("sales.pool.protection", "pool_id", string="By Level")
    # When records go back by themselves; never where 0.
    contact_return_days = fields.Integer(string="No Contact: Back after (Days)")
    contact_warn_days = fields.Integer(string="No Contact: Warn Before (Days)")
    order_return_days = fields.Integer(string="No Order: Back after (Days)")
    order_warn_days = fields.Integer(string="No Order: Warn Before (Days)")
    contract_return_days = fields.Integer(string="Contract Ended: Back after (Days)")
    contract_warn_days = fields.Integer(string="Contract Ended: Warn Before (Days)")

    record_count = fields.Integer(string="In the Pool", compute="_compute_record_count")
    claims_left = fields.Integer(
        string="Claims Left Today",
        compute="_compute_left",
        help="Of yourself. Empty where there is no limit.",
    )
    looks_left = fields.Integer(string="Looks Left Today", compute="_compute_left")

    # === CONSTRAINTS AND INDEXES === #
    _limits_not_negative = models.Constraint(
        f"CHECK ({' AND '.join(f'COALESCE({name}, 0) >= 0' for name in LIMITS)})",
        "Limits and days of a pool cannot be negative. Enter 0 where there is none.",
    )
    _contact_days = models.Constraint(
        "CHECK (COALESCE(contact_warn_days, 0) >= 0 AND (COALESCE(contact_return_days, 0) = 0"
        " OR contact_return_days > COALESCE(contact_warn_days, 0)))",
        "No contact: owners are warned before their records go back, so the days of the warning "
        "must be less than those of the return.",
    )
    _order_days = models.Constraint(
        "CHECK (COALESCE(order_warn_days, 0) >= 0 AND (COALESCE(order_return_days, 0) = 0"
        " OR order_return_days > COALESCE(order_warn_days, 0)))",
        "No order: owners are warned before their records go back, so the days of the warning "
        "must be less than those of the return.",
    )
    _contract_days = models.Constraint(
        "CHECK (COALESCE(contract_warn_days, 0) >= 0 AND (COALESCE(contract_return_days, 0) = 0"
        " OR contract_return_days > COALESCE(contract_warn_days, 0)))",
        "Contract ended: owners are warned before their records go back, so the days of the "
        "warning must be less than those of the return.",
    )

    # === COMPUTE METHODS === #
    def _compute_record_count(self):
        counts = dict.fromkeys(self.ids, 0)
        for pool, count in self.env["sales.pool.record"]._read_group(
            [("pool_id", "in", self.ids), ("user_id", "=", False)], ["pool_id"], ["__count"]
        ):
            counts[pool.id] = count
        for pool in self:
            pool.record_count = counts.get(pool._origin.id, 0)

    @api.depends("claim_limit", "look_limit")
    @api.depends_context("uid")
    def _compute_left(self):
        used = self.env["sales.pool.counter"]._get_used(self, self.env.user)
        for pool in self:
            claims, looks = used.get(pool._origin.id, (0, 0))
            pool.claims_left = max(0, pool.claim_limit - claims)
            pool.looks_left = max(0, pool.look_limit - looks)

    # === CRUD METHODS === #
    def write(self, vals):
        if vals.get("active") is False or "company_id" in vals:
            self._check_empty()
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_used(self):
        self._check_empty()
        moves = self.env["sales.pool.move"].sudo()
        if moves := moves.search([("pool_id", "in", self.ids)], limit=1):
            raise UserError(
                self.env._(
                    "Records have gone through %(pool)s, and its log stays. Archive it instead.",
                    pool=moves.pool_id.name,
                )
            )

    # === ACTION METHODS === #
    def action_open_records(self):
        """Open what lies in the pool."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "sales_system.sales_pool_record_action"
        )
        return action | {"domain": [("pool_id", "=", self.id), ("user_id", "=", False)]}

    def action_open_moves(self):
        """Open the log of the pool."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "sales_system.sales_pool_move_action"
        )
        return action | {"domain": [("pool_id", "=", self.id)], "context": {}}

    # === BUSINESS METHODS === #
    def _check_empty(self):
        self.invalidate_recordset(["record_count"])
        for pool in self.sudo():
            if pool.record_count:
                raise UserError(
                    self.env._(
                        "%(count)s records lie in %(pool)s. Have them claimed or give them to "
                        "somebody first.",
                        count=pool.record_count,
                        pool=pool.name,
                    )
                )

    def _get_today(self):
        """:return: the day that it is in the company"""
        self.ensure_one()
        return self.sudo().company_id._get_sales_today()

    def _get_protection_days(self, level):
        """:return: for how many days a claimed record of a customer level is protected"""
        self.ensure_one()
        of_level = self.protection_ids.filtered(lambda line: line.level_id == level)
        return of_level[:1].days if of_level else self.protection_days
