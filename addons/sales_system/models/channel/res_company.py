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

    deal_registration_auto = fields.Boolean(
        string="Approve Deals at Once",
        help="A deal registration that nothing speaks against is approved when it is submitted. "
        "All others wait for the channel manager.",
    )
    deal_protection_days = fields.Integer(
        string="Deal Protection (Days)",
        default=90,
        help="How long an approved deal registration is protected, unless the level of the "
        "channel partner says otherwise.",
    )
    deal_extension_limit = fields.Integer(
        string="Extensions of a Deal",
        default=1,
        help="How often the protection of one deal registration can be extended.",
    )
    deal_reminder_days = fields.Integer(
        string="Remind Before the End (Days)",
        default=14,
        help="How long before the end of a protection the channel manager and the channel partner "
        "are reminded of it.",
    )

    _deal_protection_days_positive = models.Constraint(
        "CHECK (deal_protection_days > 0)", "Deals are protected for one day at least."
    )
    _deal_limits_positive = models.Constraint(
        "CHECK (deal_extension_limit >= 0 AND deal_reminder_days >= 0)",
        "Extensions and reminders of deals cannot be negative. Enter 0 for none.",
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
