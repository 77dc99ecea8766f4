from datetime import timedelta

from odoo import api, fields, models


class SalesDealRegistrationExtend(models.TransientModel):
    """Extending a protection by the days of the partner's level."""

    _name = "sales.deal.registration.extend"
    _description = "Extend Deal Registration"

    # === FIELDS === #
    registration_id = fields.Many2one("sales.deal.registration", required=True, readonly=True)
    date_to = fields.Date(related="registration_id.date_to")
    new_date_to = fields.Date(string="Then Protected Until", compute="_compute_new_date_to")
    reason = fields.Text(
        required=True, compute="_compute_reason", store=True, readonly=False, precompute=True
    )

    # === COMPUTE METHODS === #
    @api.depends("registration_id")
    def _compute_new_date_to(self):
        for wizard in self:
            registration = wizard.registration_id
            # What is not protected is refused with a sentence when it is extended.
            wizard.new_date_to = registration.date_to and (
                registration.date_to + timedelta(days=registration._get_protection_days())
            )

    @api.depends("registration_id")
    def _compute_reason(self):
        for wizard in self:
            wizard.reason = wizard.registration_id.extension_reason

    # === ACTION METHODS === #
    def action_extend(self):
        self.ensure_one()
        self.registration_id._extend(self.reason)
        return {"type": "ir.actions.act_window_close"}
