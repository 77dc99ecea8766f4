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
    sales_channel_report_grace = fields.Integer(
        string="Days of Grace",
        required=True,
        default=10,
        help="A report of a channel partner is missing so many days after its period.",
    )
    sales_channel_slow_days = fields.Integer(
        string="Slow Without Sell-out for (Days)",
        required=True,
        default=90,
        help="A product in a channel partner's stock is slow after so many days without sell-out.",
    )
    sales_channel_slow_weeks = fields.Integer(
        string="Slow Above (Weeks of Stock)",
        required=True,
        default=26,
        help="A product is slow where a channel partner's stock lasts for more weeks than that.",
    )

    _sales_channel_limits_not_negative = models.Constraint(
        "CHECK (sales_channel_report_grace >= 0 AND sales_channel_slow_days > 0"
        " AND sales_channel_slow_weeks > 0)",
        "Days of grace cannot be negative, and limits of slow movers are at least 1.",
    )
