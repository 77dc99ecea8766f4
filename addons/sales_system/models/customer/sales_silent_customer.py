from odoo import fields, models
from odoo.tools import SQL

from .sales_customer_profile import LIFECYCLE


class SalesSilentCustomer(models.Model):
    """Silent customers: since when nobody of us has been in touch, and how far the rules are."""

    _name = "sales.silent.customer"
    _description = "Silent Customers"
    _auto = False
    _rec_name = "partner_id"
    _order = "silent_days desc, id"
    _depends = {
        "res.partner": [
            "active",
            "commercial_partner_id",
            "company_id",
            "held_since",
            "last_contact_on",
            "territory_id",
            "user_id",
        ],
        "res.users": ["company_id"],
        "sales.customer.profile": ["company_id", "level_id", "lifecycle", "partner_id"],
        "sales.follow.up": ["partner_id", "silence_start", "state", "step"],
    }

    # === FIELDS === #
    partner_id = fields.Many2one("res.partner", string="Customer", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    user_id = fields.Many2one("res.users", string="Salesperson", readonly=True)
    territory_id = fields.Many2one("sales.territory", readonly=True)
    level_id = fields.Many2one("sales.customer.level", readonly=True)
    lifecycle = fields.Selection(LIFECYCLE, readonly=True)
    last_contact_on = fields.Datetime(string="Last Contact", readonly=True)
    silent_days = fields.Integer(string="Days of Silence", readonly=True, aggregator="avg")
    is_reminded = fields.Boolean(string="Reminded", readonly=True)
    is_leader_told = fields.Boolean(string="Leader Told", readonly=True)

    # === ACTION METHODS === #
    def action_open_record(self):
        """Open the customer."""
        self.ensure_one()
        return self.partner_id.get_formview_action()

    # === BUSINESS METHODS === #
    @property
    def _table_query(self):
        return SQL(
            """
            SELECT record.id, record.id AS partner_id, record.company_id, record.user_id,
                   partner.territory_id, record.level_id, record.lifecycle,
                   partner.last_contact_on,
                   EXTRACT(DAY FROM %(now)s - record.silence_start)::int AS silent_days,
                   COALESCE(step.reminded, FALSE) AS is_reminded,
                   COALESCE(step.told, FALSE) AS is_leader_told
              FROM (%(records)s) record
              JOIN res_partner partner ON partner.id = record.id
              LEFT JOIN LATERAL (
                   SELECT bool_or(step = 'remind') AS reminded, bool_or(step = 'leader') AS told
                     FROM sales_follow_up
                    WHERE partner_id = record.id AND state = 'open'
                      AND silence_start = record.silence_start) step ON TRUE
            """,
            now=fields.Datetime.now(),
            records=self.env["sales.follow.up"]._get_customer_query(),
        )
