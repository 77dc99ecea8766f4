from odoo import api, fields, models
from odoo.tools import SQL

TODAY_KIND = [
    ("activity", "Activity"),
    ("response", "First Response"),
]


class SalesToday(models.Model):
    """Today's work: activities of customers and leads, and leads that wait for a first response.

    What is due later stands here too; the screen asks for today.
    """

    _name = "sales.today"
    _description = "Today's Follow-Ups"
    _auto = False
    _order = "date_deadline, id"
    _depends = {
        "mail.activity": [
            "active",
            "activity_type_id",
            "date_deadline",
            "res_id",
            "res_model",
            "summary",
            "user_id",
        ],
        "crm.lead": [
            "active",
            "company_id",
            "expected_revenue",
            "first_response_on",
            "partner_id",
            "team_id",
            "user_id",
            "won_status",
        ],
        "crm.team": ["company_id"],
        "res.partner": ["active", "commercial_partner_id", "company_id"],
        "res.users": ["company_id"],
        "res.company": ["currency_id"],
    }

    # === FIELDS === #
    kind = fields.Selection(TODAY_KIND, readonly=True)
    date_deadline = fields.Date(string="Due", readonly=True)
    user_id = fields.Many2one("res.users", string="Salesperson", readonly=True)
    lead_id = fields.Many2one("crm.lead", string="Lead or Opportunity", readonly=True)
    partner_id = fields.Many2one("res.partner", string="Customer", readonly=True)
    activity_id = fields.Many2one("mail.activity", readonly=True)
    activity_type_id = fields.Many2one("mail.activity.type", readonly=True)
    summary = fields.Char(readonly=True)
    amount = fields.Monetary(string="Expected Revenue", readonly=True)
    currency_id = fields.Many2one("res.currency", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)

    # === COMPUTE METHODS === #
    @api.depends("summary", "activity_type_id", "kind")
    def _compute_display_name(self):
        kinds = dict(self._fields["kind"]._description_selection(self.env))
        for row in self:
            row.display_name = row.summary or row.activity_type_id.name or kinds.get(row.kind)

    # === ACTION METHODS === #
    def action_open_record(self):
        """Open the lead, or else the customer."""
        self.ensure_one()
        return (self.lead_id or self.partner_id).get_formview_action()

    # === BUSINESS METHODS === #
    @property
    def _table_query(self):
        return SQL(
            """
            SELECT row.id, row.kind, row.date_deadline, row.user_id, row.lead_id, row.partner_id,
                   row.activity_id, row.activity_type_id, row.summary, row.amount,
                   company.currency_id, company.id AS company_id
              FROM (
                SELECT activity.id::bigint * 2 AS id, 'activity' AS kind, activity.date_deadline,
                       activity.user_id, lead.id AS lead_id, lead.partner_id,
                       activity.id AS activity_id, activity.activity_type_id, activity.summary,
                       lead.expected_revenue AS amount,
                       COALESCE(lead.company_id, team.company_id, owner.company_id) AS company_id
                  FROM mail_activity activity
                  JOIN crm_lead lead ON lead.id = activity.res_id AND lead.active
                  JOIN res_users owner ON owner.id = activity.user_id
                  LEFT JOIN crm_team team ON team.id = lead.team_id
                 WHERE activity.active AND activity.res_model = 'crm.lead'
                 UNION ALL
                SELECT activity.id::bigint * 2, 'activity', activity.date_deadline,
                       activity.user_id, NULL, partner.id,
                       activity.id, activity.activity_type_id, activity.summary, NULL,
                       COALESCE(partner.company_id, owner.company_id)
                  FROM mail_activity activity
                  JOIN res_partner partner ON partner.id = activity.res_id AND partner.active
                  JOIN res_users owner ON owner.id = activity.user_id
                 WHERE activity.active AND activity.res_model = 'res.partner'
                 UNION ALL
                SELECT lead.id::bigint * 2 + 1, 'response',
                       (lead.create_date AT TIME ZONE 'UTC' AT TIME ZONE %(tz)s)::date,
                       lead.user_id, lead.id, lead.partner_id, NULL, NULL, NULL,
                       lead.expected_revenue,
                       COALESCE(lead.company_id, team.company_id, owner.company_id)
                  FROM crm_lead lead
                  JOIN res_users owner ON owner.id = lead.user_id
                  LEFT JOIN crm_team team ON team.id = lead.team_id
                 WHERE lead.active AND lead.won_status = 'pending'
                   AND lead.first_response_on IS NULL
              ) row
              JOIN res_company company ON company.id = row.company_id
            """,
            tz=self.env.tz.zone,
        )
