from odoo import fields, models
from odoo.tools import SQL


class SalesCompetitorReport(models.Model):
    """Opportunities against competitors: one row for each competitor of an opportunity."""

    _name = "sales.competitor.report"
    _description = "Win Rate Against Competitors"
    _auto = False
    _rec_name = "lead_id"
    _order = "date_closed desc, id desc"
    _depends = {
        "crm.lead": [
            "competitor_ids",
            "main_competitor_id",
            "company_id",
            "user_id",
            "team_id",
            "partner_id",
            "lost_reason_id",
            "date_closed",
            "won_status",
            "expected_revenue",
        ],
        "res.partner": ["territory_id"],
        "res.company": ["currency_id"],
    }

    # === FIELDS === #
    lead_id = fields.Many2one("crm.lead", string="Opportunity", readonly=True)
    competitor_id = fields.Many2one("sales.competitor", readonly=True)
    is_main = fields.Boolean(string="Main Rival", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    currency_id = fields.Many2one("res.currency", readonly=True)
    user_id = fields.Many2one("res.users", string="Salesperson", readonly=True)
    team_id = fields.Many2one("crm.team", string="Sales Team", readonly=True)
    partner_id = fields.Many2one("res.partner", string="Customer", readonly=True)
    territory_id = fields.Many2one("sales.territory", readonly=True)
    lost_reason_id = fields.Many2one("crm.lost.reason", readonly=True)
    date_closed = fields.Datetime(string="Closed on", readonly=True)
    open_count = fields.Integer(string="Open Opportunities", readonly=True)
    won_count = fields.Integer(string="Won Opportunities", readonly=True)
    lost_count = fields.Integer(string="Lost Opportunities", readonly=True)
    win_rate = fields.Float(
        readonly=True, aggregator="avg", help="Share of the decided opportunities that are won."
    )
    expected_revenue = fields.Monetary(readonly=True)

    # === ACTION METHODS === #
    def action_open_lead(self):
        self.ensure_one()
        return self.lead_id.get_formview_action()

    # === BUSINESS METHODS === #
    @property
    def _table_query(self):
        return SQL(
            """
            SELECT rel.lead_id * 1000000::bigint + rel.competitor_id AS id,
                   rel.lead_id,
                   rel.competitor_id,
                   lead.main_competitor_id IS NOT DISTINCT FROM rel.competitor_id AS is_main,
                   lead.company_id,
                   COALESCE(company.currency_id, %(currency)s) AS currency_id,
                   lead.user_id,
                   lead.team_id,
                   lead.partner_id,
                   customer.territory_id,
                   lead.lost_reason_id,
                   lead.date_closed,
                   (lead.won_status = 'pending')::int AS open_count,
                   (lead.won_status = 'won')::int AS won_count,
                   (lead.won_status = 'lost')::int AS lost_count,
                   CASE lead.won_status WHEN 'won' THEN 1.0 WHEN 'lost' THEN 0.0 END AS win_rate,
                   lead.expected_revenue
              FROM crm_lead_sales_competitor_rel rel
              JOIN crm_lead lead ON lead.id = rel.lead_id
              LEFT JOIN res_company company ON company.id = lead.company_id
              LEFT JOIN res_partner customer ON customer.id = lead.partner_id
            """,
            currency=self.env.company.currency_id.id,
        )
