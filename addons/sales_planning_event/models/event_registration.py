from odoo import api, models


class EventRegistration(models.Model):
    """Registration that carries a campaign on to the lead that is made of it."""

    _inherit = "event.registration"

    # === COMPUTE METHODS === #
    @api.depends("event_id")
    def _compute_utm_campaign_id(self):
        """Without a campaign of its own, or of its order, that of the event."""
        super()._compute_utm_campaign_id()
        for registration in self.filtered(lambda registration: not registration.utm_campaign_id):
            activity = registration.event_id.sudo().marketing_activity_id
            if activity.state != "cancelled":
                registration.utm_campaign_id = activity.campaign_id
