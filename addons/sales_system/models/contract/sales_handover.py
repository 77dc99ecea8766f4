from odoo import api, fields, models
from odoo.tools import SQL

from ...engine.handover import HandoverKind
from .sales_contract_states import PREPARING_STATES


class SalesHandover(models.Model):
    """Contracts move with a handover, and with them their promises."""

    _inherit = "sales.handover"

    move_contracts = fields.Boolean(string="Contracts", default=True)

    @api.model
    def _get_kinds(self):
        kinds = super()._get_kinds()
        activities = kinds.pop("activity")
        contracts = HandoverKind(
            self.env._("Contracts"), "sales.contract", "move_contracts", team_field="team_id"
        )
        return {**kinds, "contract": contracts, "activity": activities}

    def _collect_contract(self, user):
        """Contracts that are in force or on the way there; their orders are a kind of their own."""
        return SQL(
            """
            SELECT k.id AS res_id, k.name, k.commercial_partner_id AS partner_id, k.amount,
                   k.currency_id, NULL::numeric AS company_amount, k.team_id, k.territory_id
              FROM sales_contract k
             WHERE k.user_id = %(user)s AND k.state = ANY(%(states)s) AND %(in_company)s
            """,
            user=user.id,
            states=[*PREPARING_STATES, "active"],
            in_company=self._in_company("k", required=True),
        )
