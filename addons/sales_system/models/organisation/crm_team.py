from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL, Query

ORG_TYPE = [
    ("region", "Region"),
    ("product_line", "Product Line"),
    ("channel", "Channel"),
    ("key_account", "Key Accounts"),
    ("function", "Function"),
]

# A leader of more teams is looked up by a sub-query; see CrmTeam._search_manager_ids.
NAMED_TEAMS = 200


class CrmTeam(models.Model):
    """Sales team: a node of the organisation, led by one person, below another team."""

    _name = "crm.team"
    _inherit = ["crm.team", "sales.tree.mixin"]
    _parent_name = "parent_id"
    _parent_store = True

    # === FIELDS === #
    parent_id = fields.Many2one(
        comodel_name="crm.team",
        string="Parent Team",
        index=True,
        ondelete="restrict",
        check_company=True,
        domain="[('id', '!=', id), '|', ('company_id', '=', False), "
        "('company_id', '=', company_id)]",
    )
    parent_path = fields.Char(index=True)
    child_ids = fields.One2many(
        comodel_name="crm.team", inverse_name="parent_id", string="Teams Below"
    )
    org_type = fields.Selection(
        ORG_TYPE,
        string="Kind of Team",
        help="What the team is cut by. Teams of different kinds often share territories, "
        "so the coverage report shows it.",
    )
    # Kept by SQL (_update_managers): computed by the ORM it would cost statements per team.
    manager_ids = fields.Many2many(
        comodel_name="res.users",
        relation="crm_team_manager_rel",
        column1="team_id",
        column2="user_id",
        string="Leaders",
        readonly=True,
        copy=False,
        search="_search_manager_ids",
        help="The leader of this team and those of all teams above it: they see its documents.",
    )
    territory_ids = fields.Many2many(
        comodel_name="sales.territory",
        string="Territories",
        check_company=True,
        help="Where the team sells, with everything that lies inside. Empty with product "
        "categories set: everywhere.",
    )
    categ_ids = fields.Many2many(
        comodel_name="product.category",
        string="Product Categories",
        help="What the team sells, with all categories below. Empty with territories set: "
        "everything.",
    )

    def init(self):
        """Fill the leaders of teams that are older than this field."""
        super().init()
        self._update_managers(everywhere=True)

    # === COMPUTE METHODS === #
    def _search_manager_ids(self, operator, value):
        """Let ``team_id.manager_ids`` in record rules name the teams of this very moment.

        Knowing how many documents these have, PostgreSQL takes the better of the indexes, which
        it could not from a sub-query. Of many teams it scans the documents anyway, and a
        sub-query is read faster than their list. Odoo keeps the rule between requests, never
        what this method answers.
        """
        if operator != "in" or isinstance(value, (SQL, Query)) or not all(value):
            return Domain("manager_ids", operator, value)
        query = SQL("SELECT team_id FROM crm_team_manager_rel WHERE user_id = ANY(%s)", [*value])
        led = self.env.execute_query(SQL("%s LIMIT %s", query, NAMED_TEAMS + 1))
        if len(led) > NAMED_TEAMS:
            return Domain("id", "any!", query)
        return Domain("id", "in", [team_id for (team_id,) in led])

    # === CRUD METHODS === #
    @api.model_create_multi
    def create(self, vals_list):
        teams = super().create(vals_list)
        teams._update_managers()
        return teams

    def write(self, vals):
        result = super().write(vals)
        if not {"user_id", "parent_id"}.isdisjoint(vals):
            self._update_managers()
        return result

    # === BUSINESS METHODS === #
    def _update_managers(self, everywhere=False):
        """Store who leads these teams and all below, in one statement.

        Record rules read the table at once, also later in this transaction, and a search
        under a rule does not flush the fields of the rule.
        """
        self.flush_model(["user_id", "parent_id"])
        path = SQL("string_to_array(rtrim(team.parent_path, '/'), '/')::int[]")
        scope = SQL("TRUE") if everywhere else SQL("%s && %s::int[]", path, self.ids)
        self.env.cr.execute(
            SQL(
                """
                WITH touched AS (
                    SELECT team.id, %(path)s AS path FROM crm_team team WHERE %(scope)s
                ), wanted AS (
                    SELECT DISTINCT touched.id AS team_id, leader.user_id
                      FROM touched
                     CROSS JOIN LATERAL unnest(touched.path) AS above(id)
                      JOIN crm_team leader ON leader.id = above.id
                     WHERE leader.user_id IS NOT NULL
                ), gone AS (
                    DELETE FROM crm_team_manager_rel stored
                     WHERE stored.team_id IN (SELECT id FROM touched)
                       AND (stored.team_id, stored.user_id) NOT IN (SELECT * FROM wanted)
                )
                INSERT INTO crm_team_manager_rel (team_id, user_id)
                SELECT * FROM wanted
                    ON CONFLICT DO NOTHING
                """,
                path=path,
                scope=scope,
            )
        )
        self.invalidate_model(["manager_ids"], flush=False)
