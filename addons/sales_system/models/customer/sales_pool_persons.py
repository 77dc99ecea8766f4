from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.fields import Domain
from odoo.tools import SQL

# Without teams and users everybody of the company may claim.
OF_EVERYBODY = SQL(
    """
    SELECT pool.id AS pool_id, employee.user_id
      FROM sales_pool pool
      JOIN res_company_users_rel employee ON employee.cid = pool.company_id
     WHERE NOT EXISTS (SELECT FROM crm_team_sales_pool_rel WHERE sales_pool_id = pool.id)
       AND NOT EXISTS (SELECT FROM res_users_sales_pool_rel WHERE sales_pool_id = pool.id)
    """
)


class SalesPool(models.Model):
    """Who may claim from a pool, and whose leaders decide about it."""

    _inherit = "sales.pool"

    # === FIELDS === #
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

    # === BUSINESS METHODS === #
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

    # === QUERIES === #
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
            %s
            """,
            OF_EVERYBODY,
        )

    @api.model
    def _manager_query(self):
        """:return: ``SQL`` of pools (pool_id) and each leader of those who may claim (user_id);
        who leads a part of a team of the pool only claims from it
        """
        self.env["sales.pool"].flush_model(["team_ids", "user_ids", "company_id"])
        return SQL(
            """
            SELECT named.sales_pool_id AS pool_id, above.user_id
              FROM crm_team_sales_pool_rel named
              JOIN crm_team_manager_rel above ON above.team_id = named.crm_team_id
             UNION
            SELECT person.pool_id, leader.leader_id
              FROM (SELECT sales_pool_id AS pool_id, res_users_id AS user_id
                      FROM res_users_sales_pool_rel
                     UNION
                    %s) person
              JOIN (%s) leader ON leader.user_id = person.user_id
            """,
            OF_EVERYBODY,
            self.env["res.users"]._sales_leader_query(),
        )
