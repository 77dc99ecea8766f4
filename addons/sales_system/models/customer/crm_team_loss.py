from odoo import fields, models


class CrmTeam(models.Model):
    """What a team wants to know of a lost opportunity."""

    _inherit = "crm.team"

    loss_needs_reason = fields.Boolean(string="Lost Reason Required")
    loss_needs_competitor = fields.Boolean(string="Competitor Required")
    loss_needs_price = fields.Boolean(string="Competitor's Price Required")
