from odoo import models


class SalesContactMixin(models.AbstractModel):
    """A contact ends a silence, and with it what follow-up rules have asked for."""

    _inherit = "sales.contact.mixin"

    def _touch_contact(self, moment):
        result = super()._touch_contact(moment)
        self.sudo()._get_contacted()._end_silence(moment)
        return result

    def _end_silence(self, moment):
        field = {"crm.lead": "lead_id", "res.partner": "partner_id"}[self._name]
        self.env["sales.follow.up"].sudo().search(
            [
                (field, "in", self.ids),
                ("state", "in", ("due", "open")),
                ("silence_start", "<", moment),
            ]
        )._close("contacted")
