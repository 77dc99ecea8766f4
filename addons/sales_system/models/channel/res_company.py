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
