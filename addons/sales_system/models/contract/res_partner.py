from odoo import fields, models

from .res_config_settings import AREA


class ResPartner(models.Model):
    _inherit = "res.partner"

    contract_count = fields.Integer(
        compute="_compute_contract_count",
        groups=f"sales_team.group_sale_salesman,account.group_account_invoice,{AREA}",
    )

    # === COMPUTE METHODS === #
    def _compute_contract_count(self):
        counts = dict(
            self.env["sales.contract"]._read_group(
                [("commercial_partner_id", "in", self.commercial_partner_id.ids)],
                ["commercial_partner_id"],
                ["__count"],
            )
        )
        for partner in self:
            partner.contract_count = counts.get(partner.commercial_partner_id, 0)

    # === ACTION METHODS === #
    def action_open_contracts(self):
        self.ensure_one()
        return {
            **self.env["ir.actions.act_window"]._for_xml_id("sales_system.sales_contract_action"),
            "domain": [
                "|",
                ("commercial_partner_id", "=", self.commercial_partner_id.id),
                ("other_partner_ids.commercial_partner_id", "=", self.commercial_partner_id.id),
            ],
            "context": {"default_partner_id": self.commercial_partner_id.id},
        }
