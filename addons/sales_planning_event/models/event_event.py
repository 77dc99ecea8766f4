from odoo import models


class EventEvent(models.Model):
    """Event that a marketing activity holds; registrations are marked with its campaign."""

    _name = "event.event"
    _inherit = ["event.event", "sales.marketing.means.mixin"]
