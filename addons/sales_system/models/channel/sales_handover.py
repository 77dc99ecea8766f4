from odoo import api, fields, models
from odoo.tools import SQL

from ...engine.handover import HandoverKind


class SalesHandover(models.Model):
    """Channel partners move with a handover: their manager, not the sales that went through."""

    _inherit = "sales.handover"

    move_channel_partners = fields.Boolean(string="Channel Partners", default=True)

    @api.model
    def _get_kinds(self):
        kinds = super()._get_kinds()
        activities = kinds.pop("activity")
        partners = HandoverKind(
            self.env._("Channel Partners"),
            "res.partner",
            "move_channel_partners",
            user_field="channel_manager_id",
        )
        return {**kinds, "channel": partners, "activity": activities}

    def _collect_channel(self, user):
        """Channel partners that have not left; the amount is what was booked through them in the
        last twelve months."""
        return SQL(
            """
            SELECT p.id AS res_id, p.complete_name AS name, p.id AS partner_id,
                   booked.amount, c.currency_id, booked.amount AS company_amount,
                   NULL::integer AS team_id, p.territory_id
              FROM res_partner p
              JOIN res_company c ON c.id = %(company)s
              LEFT JOIN (
                    SELECT entry.channel_partner_id, SUM(entry.amount) AS amount
                      FROM sales_ledger_entry entry
                     WHERE entry.event = 'booked' AND entry.company_id = %(company)s
                       AND entry.date > %(since)s
                       AND entry.channel_partner_id IN (
                            SELECT id FROM res_partner WHERE channel_manager_id = %(user)s)
                     GROUP BY entry.channel_partner_id
                   ) booked ON booked.channel_partner_id = p.id
             WHERE p.channel_manager_id = %(user)s AND p.active AND p.channel_type IS NOT NULL
               AND p.channel_state <> 'ended' AND %(in_company)s
            """,
            company=self.company_id.id,
            since=fields.Date.subtract(fields.Date.context_today(self), years=1),
            user=user.id,
            in_company=self._in_company("p"),
        )
