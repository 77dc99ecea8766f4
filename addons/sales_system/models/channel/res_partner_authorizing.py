from odoo import fields, models

from .res_config_settings import READERS


class ResPartner(models.Model):
    """What a channel partner is authorized for, and where it sold beyond that."""

    _inherit = "res.partner"

    channel_authorization_count = fields.Integer(
        compute="_compute_channel_authorization_count", groups=READERS
    )
    channel_diversion_count = fields.Integer(
        compute="_compute_channel_diversion_count", groups=READERS
    )

    # === COMPUTE METHODS === #
    def _compute_channel_authorization_count(self):
        self._count_channel_records("sales.channel.authorization", "channel_authorization_count")

    def _compute_channel_diversion_count(self):
        self._count_channel_records("sales.channel.diversion", "channel_diversion_count")

    # === ACTION METHODS === #
    def action_open_channel_authorizations(self):
        return self._open_channel_records("sales_system.sales_channel_authorization_action")

    def action_open_channel_diversions(self):
        return self._open_channel_records("sales_system.sales_channel_diversion_action")

    # === BUSINESS METHODS === #
    def _count_channel_records(self, model, field):
        """Count the records of each partner that the user may see."""
        self[field] = 0
        if self.env[model].has_access("read"):
            for partner, count in self.env[model]._read_group(
                [("partner_id", "in", self.ids)], ["partner_id"], ["__count"]
            ):
                partner[field] = count

    def _open_channel_records(self, xml_id):
        self.ensure_one()
        return {
            **self.env["ir.actions.act_window"]._for_xml_id(xml_id),
            "domain": [("partner_id", "=", self.id)],
            "context": {"default_partner_id": self.id},
        }
