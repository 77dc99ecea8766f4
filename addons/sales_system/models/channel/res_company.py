from odoo import fields, models

AUTHORIZATION_CHECK = [("none", "Ignore"), ("warn", "Warn"), ("block", "Refuse")]


class ResCompany(models.Model):
    _inherit = "res.company"

    sales_channel_authorization_check = fields.Selection(
        AUTHORIZATION_CHECK,
        string="Orders Outside the Authorization",
        required=True,
        default="warn",
        help="What becomes of an order through a channel partner whose authorizations do not "
        "cover its territory, its products or its day.",
    )
