from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain
from odoo.tools import SQL

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
    claimer_ids = fields.Many2many(
        "res.users",
        string="May Claim",
        compute="_compute_claimer_ids",
        search="_search_claimer_ids",
    )
    manager_ids = fields.Many2many(
        "res.users",
        string="Their Leaders",
        compute="_compute_manager_ids",
        search="_search_manager_ids",
        help="Leaders of those who may claim.",
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
    @api.depends("team_ids", "user_ids", "company_id")
    def _compute_claimer_ids(self):
        self._compute_users("claimer_ids", self._claimer_query())

    def _search_claimer_ids(self, operator, value):
        return self._search_users(operator, value, self._claimer_query())

    @api.depends("team_ids", "user_ids", "company_id")
    def _compute_manager_ids(self):
        self._compute_users("manager_ids", self._manager_query())

    def _search_manager_ids(self, operator, value):
        return self._search_users(operator, value, self._manager_query())

    def _compute_users(self, name, query):
        users = dict(
            self.env.execute_query(
                SQL(
                    "SELECT pool_id, array_agg(user_id) FROM (%s) AS person"
                    " WHERE pool_id = ANY(%s) GROUP BY pool_id",
                    query,
                    self.ids,
                )
            )
        )
        for pool in self:
            pool[name] = self.env["res.users"].browse(users.get(pool._origin.id, ()))

    @api.model
    def _search_users(self, operator, value, query):
        """Let record rules name people as they are at this very moment."""
        if operator != "in":
            return NotImplemented
        found = self.env.execute_query(
            SQL(
                "SELECT DISTINCT pool_id FROM (%s) AS person WHERE user_id = ANY(%s)",
                query,
                [user_id for user_id in value if user_id],
            )
        )
        return Domain("id", "in", [pool_id for (pool_id,) in found])

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
        if (
            moves := self.env["sales.pool.move"]
            .sudo()
            .search([("pool_id", "in", self.ids)], limit=1)
        ):
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

    def _check_claimer(self):
        """:raises AccessError: the user may not claim from the pool"""
        self.ensure_one()
        user = self.env.user
        if self.company_id not in user.company_ids or user not in self.sudo().claimer_ids:
            raise AccessError(
                self.env._(
                    "You may not claim from the pool %(pool)s. Its teams and salespeople are "
                    "set in its configuration; ask your leader.",
                    pool=self.sudo().name,
                )
            )

    def _is_manager(self):
        """:return: whether the user decides about the records of the pool"""
        user = self.env.user
        if user.has_group("sales_team.group_sale_salesman_all_leads"):
            return True
        return user.has_group("sales_system.group_sale_salesman_team") and all(
            user in pool.manager_ids for pool in self.sudo()
        )

    def _get_today(self):
        """:return: the day that it is in the company"""
        self.ensure_one()
        tz = self.sudo().company_id.partner_id.tz or "UTC"
        return fields.Date.context_today(self.with_context(tz=tz))

    def _get_protection_days(self, level):
        """:return: for how many days a claimed record of a customer level is protected"""
        self.ensure_one()
        of_level = self.protection_ids.filtered(lambda line: line.level_id == level)
        return of_level[:1].days if of_level else self.protection_days

    @api.model
    def _claimer_query(self):
        """:return: ``SQL`` of pools (pool_id) and each of those who may claim (user_id)"""
        self.env["crm.team"].flush_model(["user_id", "parent_path"])
        self.env["crm.team.member"].flush_model(["active", "crm_team_id", "user_id"])
        self.env["sales.pool"].flush_model(["team_ids", "user_ids", "company_id"])
        return SQL(
            """
            SELECT named.sales_pool_id AS pool_id, person.user_id
              FROM crm_team_sales_pool_rel named
              JOIN crm_team top ON top.id = named.crm_team_id
              JOIN crm_team team ON team.parent_path LIKE top.parent_path || '%%'
             CROSS JOIN LATERAL (
                    SELECT member.user_id FROM crm_team_member member
                     WHERE member.crm_team_id = team.id AND member.active
                     UNION
                    SELECT team.user_id
                   ) person
             WHERE person.user_id IS NOT NULL
             UNION
            SELECT sales_pool_id, res_users_id FROM res_users_sales_pool_rel
             UNION
            SELECT pool.id, employee.user_id
              FROM sales_pool pool
              JOIN res_company_users_rel employee ON employee.cid = pool.company_id
             WHERE NOT EXISTS (SELECT FROM crm_team_sales_pool_rel WHERE sales_pool_id = pool.id)
               AND NOT EXISTS (SELECT FROM res_users_sales_pool_rel WHERE sales_pool_id = pool.id)
            """
        )

    @api.model
    def _manager_query(self):
        """:return: ``SQL`` of pools (pool_id) and each leader of those who may claim (user_id)"""
        return SQL(
            """
            SELECT named.sales_pool_id AS pool_id, above.user_id
              FROM crm_team_sales_pool_rel named
              JOIN crm_team_manager_rel above ON above.team_id = named.crm_team_id
             UNION
            SELECT claimer.pool_id, leader.leader_id
              FROM (%s) claimer
              JOIN (%s) leader ON leader.user_id = claimer.user_id
             WHERE NOT EXISTS (
                   SELECT FROM crm_team_sales_pool_rel
                    WHERE sales_pool_id = claimer.pool_id)
            """,
            self._claimer_query(),
            self.env["res.users"]._sales_leader_query(),
        )
