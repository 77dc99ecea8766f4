from odoo import api, fields, models
from odoo.tools import SQL


class SalesTeamCoverage(models.Model):
    """Team coverage: one territory × product category, and the teams that sell there.

    A cell is a territory that has no others below, or customers of its own, and a product
    category likewise. Where a team and one below it both cover a cell, the lower one is
    responsible; two teams of different branches are an overlap.
    """

    _name = "sales.team.coverage"
    _description = "Team Coverage"
    _auto = False
    _order = "company_id, territory_id, categ_id"
    _rec_name = "territory_id"
    _depends = {
        "crm.team": ["active", "company_id", "parent_id", "territory_ids", "categ_ids"],
        "sales.territory": ["active", "company_id", "parent_id"],
        "product.category": ["parent_id"],
        "product.template": ["categ_id"],
        "res.partner": ["territory_id"],
    }

    company_id = fields.Many2one("res.company", readonly=True)
    territory_id = fields.Many2one("sales.territory", readonly=True)
    categ_id = fields.Many2one("product.category", string="Product Category", readonly=True)
    state = fields.Selection(
        [("gap", "Nobody"), ("single", "One Team"), ("overlap", "Several Teams")],
        string="Covered By",
        readonly=True,
    )
    team_count = fields.Integer(string="Number of Teams", readonly=True)
    team_ids = fields.Many2many("crm.team", compute="_compute_team_ids", string="Sales Teams")

    def _compute_team_ids(self):
        rows = self.env.execute_query(
            SQL("SELECT id, team_ids FROM (%s) AS cell WHERE id = ANY(%s)", self._query(), self.ids)
        )
        teams = dict(rows)
        for cell in self:
            cell.team_ids = self.env["crm.team"].browse(filter(None, teams.get(cell.id, ())))

    @property
    def _table_query(self):
        return SQL(
            "SELECT id, company_id, territory_id, categ_id, team_count, state FROM (%s) AS cell",
            self._query(),
        )

    @api.model
    def _query(self):
        """:return: ``SQL`` with one row per company and cell; each knows its teams' ids"""
        return SQL(
            """
            WITH team AS (
                SELECT t.id, t.parent_path, c.id AS company_id,
                       EXISTS (SELECT FROM crm_team_sales_territory_rel
                                WHERE crm_team_id = t.id) AS has_territories,
                       EXISTS (SELECT FROM crm_team_product_category_rel
                                WHERE crm_team_id = t.id) AS has_categories
                  FROM crm_team t
                  JOIN res_company c ON t.company_id IS NULL OR t.company_id = c.id
                 WHERE t.active
            ), covering_team AS (
                SELECT * FROM team WHERE has_territories OR has_categories
            ), cell_territory AS (
                SELECT c.company_id, t.id, t.parent_path
                  FROM sales_territory t
                  JOIN (SELECT DISTINCT company_id FROM covering_team) AS c
                    ON t.company_id IS NULL OR t.company_id = c.company_id
                 WHERE t.active AND (
                       NOT EXISTS (SELECT FROM sales_territory below
                                    WHERE below.parent_id = t.id AND below.active)
                    OR EXISTS (SELECT FROM res_partner p
                                WHERE p.territory_id = t.id AND p.active))
            ), cell_categ AS (
                SELECT c.id, c.parent_path
                  FROM product_category c
                 WHERE NOT EXISTS (SELECT FROM product_category below WHERE below.parent_id = c.id)
                    OR EXISTS (SELECT FROM product_template p
                                WHERE p.categ_id = c.id AND p.active)
            ), team_territory AS (
                SELECT DISTINCT team.company_id, team.id AS team_id, team.parent_path,
                       cell.id AS territory_id
                  FROM covering_team team
                  LEFT JOIN crm_team_sales_territory_rel rel ON rel.crm_team_id = team.id
                  LEFT JOIN sales_territory t ON t.id = rel.sales_territory_id
                  JOIN cell_territory cell
                    ON cell.company_id = team.company_id
                   AND cell.parent_path LIKE COALESCE(t.parent_path, '') || '%%'
            ), team_categ AS (
                SELECT DISTINCT team.id AS team_id, cell.id AS categ_id
                  FROM covering_team team
                  LEFT JOIN crm_team_product_category_rel rel ON rel.crm_team_id = team.id
                  LEFT JOIN product_category c ON c.id = rel.product_category_id
                  JOIN cell_categ cell
                    ON cell.parent_path LIKE COALESCE(c.parent_path, '') || '%%'
            ), covering AS (
                SELECT team_territory.*, team_categ.categ_id
                  FROM team_territory JOIN team_categ USING (team_id)
            ), responsible AS (
                SELECT covering.* FROM covering
                 WHERE NOT EXISTS (
                       SELECT FROM covering below
                        WHERE below.company_id = covering.company_id
                          AND below.territory_id = covering.territory_id
                          AND below.categ_id = covering.categ_id
                          AND below.parent_path LIKE covering.parent_path || '_%%')
            )
            SELECT row_number() OVER (ORDER BY t.company_id, t.id, c.id) AS id,
                   t.company_id, t.id AS territory_id, c.id AS categ_id,
                   COUNT(r.team_id) AS team_count,
                   array_agg(r.team_id ORDER BY r.team_id) AS team_ids,
                   CASE COUNT(r.team_id) WHEN 0 THEN 'gap' WHEN 1 THEN 'single'
                        ELSE 'overlap' END AS state
              FROM cell_territory t
             CROSS JOIN cell_categ c
              LEFT JOIN responsible r
                ON r.company_id = t.company_id AND r.territory_id = t.id AND r.categ_id = c.id
             GROUP BY t.company_id, t.id, c.id
            """
        )
