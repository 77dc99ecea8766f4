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
    sales_channel_reminder_days = fields.Integer(
        string="Remind of Ending Authorizations (Days)",
        default=30,
        help="So many days before an authorization ends, its channel manager is reminded of it.",
    )

    _sales_channel_reminder_days_not_negative = models.Constraint(
        "CHECK (COALESCE(sales_channel_reminder_days, 0) >= 0)",
        "The days before the end of an authorization cannot be negative.",
    )
