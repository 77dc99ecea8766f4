from odoo import fields, models
from odoo.tools import SQL

MOVEMENT = [
    ("entered", "Came In"),
    ("left", "Went On"),
    ("lost", "Lost Here"),
    ("open", "Here Now"),
]


class SalesLeadStageReport(models.Model):
    """Conversion: what came into each stage, went on from it or was lost in it, and is there now.

    One row for each side of a move, and one for each open opportunity with how old it is in its
    stage.
    """

    _name = "sales.lead.stage.report"
    _description = "Conversion by Stage"
    _auto = False
    _rec_name = "lead_id"
    _order = "date desc, id desc"
    _depends = {
        "sales.lead.stage.move": [
            "lead_id",
            "company_id",
            "user_id",
            "team_id",
            "from_stage_id",
            "stage_id",
            "moved_on",
            "days",
            "amount",
        ],
        "crm.lead": [
            "active",
            "type",
            "won_status",
            "stage_id",
            "date_last_stage_update",
            "expected_revenue",
            "company_id",
            "user_id",
            "team_id",
        ],
        "crm.team": ["company_id"],
        "res.users": ["company_id"],
        "res.company": ["currency_id"],
    }

    # === FIELDS === #
    lead_id = fields.Many2one("crm.lead", string="Opportunity", readonly=True)
    stage_id = fields.Many2one("crm.stage", readonly=True)
    movement = fields.Selection(MOVEMENT, readonly=True)
    date = fields.Datetime(readonly=True, help="Of the move; of what is there now, when it came.")
    days = fields.Float(
        string="Days in Stage",
        readonly=True,
        aggregator="avg",
        help="Until it left the stage, or until today.",
    )
    amount = fields.Monetary(string="Expected Revenue", readonly=True)
    currency_id = fields.Many2one("res.currency", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    user_id = fields.Many2one("res.users", string="Salesperson", readonly=True)
    team_id = fields.Many2one("crm.team", string="Sales Team", readonly=True)

    # === ACTION METHODS === #
    def action_open_record(self):
        """Open the opportunity."""
        self.ensure_one()
        return self.lead_id.get_formview_action()

    # === BUSINESS METHODS === #
    @property
    def _table_query(self):
        return SQL(
            """
            SELECT side.id, side.lead_id, side.stage_id, side.movement, side.date, side.days,
                   side.amount, company.currency_id, company.id AS company_id, side.user_id,
                   side.team_id
              FROM (
                SELECT id::bigint * 3 AS id, lead_id, stage_id, 'entered' AS movement,
                       moved_on AS date, NULL::float AS days, amount, company_id, user_id, team_id
                  FROM sales_lead_stage_move
                 WHERE stage_id IS NOT NULL
                 UNION ALL
                SELECT id::bigint * 3 + 1, lead_id, from_stage_id,
                       CASE WHEN stage_id IS NULL THEN 'lost' ELSE 'left' END,
                       moved_on, days, amount, company_id, user_id, team_id
                  FROM sales_lead_stage_move
                 WHERE from_stage_id IS NOT NULL
                 UNION ALL
                SELECT lead.id::bigint * 3 + 2, lead.id, lead.stage_id, 'open',
                       lead.date_last_stage_update,
                       EXTRACT(EPOCH FROM %(now)s - lead.date_last_stage_update) / 86400,
                       lead.expected_revenue,
                       COALESCE(lead.company_id, team.company_id, owner.company_id, %(company)s),
                       lead.user_id, lead.team_id
                  FROM crm_lead lead
                  LEFT JOIN crm_team team ON team.id = lead.team_id
                  LEFT JOIN res_users owner ON owner.id = lead.user_id
                 WHERE lead.active AND lead.type = 'opportunity' AND lead.won_status = 'pending'
                   AND lead.stage_id IS NOT NULL
              ) side
              JOIN res_company company ON company.id = side.company_id
            """,
            now=fields.Datetime.now(),
            company=self.env.company.id,
        )
