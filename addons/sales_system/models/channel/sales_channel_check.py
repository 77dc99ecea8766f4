from odoo import fields, models

from .res_partner import CHANNEL_TYPE


class SalesChannelCheck(models.Model):
    """Check: what is looked at before a company becomes a channel partner."""

    _name = "sales.channel.check"
    _description = "Channel Application Check"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one("res.company", index="btree_not_null")
    channel_type = fields.Selection(
        CHANNEL_TYPE, string="Kind of Channel", help="Empty: for every kind of channel."
    )
    is_required = fields.Boolean(
        string="Required",
        default=True,
        help="Without it, or a reason to go without it, nobody is accepted.",
    )
