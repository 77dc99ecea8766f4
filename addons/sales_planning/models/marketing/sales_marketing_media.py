from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import format_date


class SalesMarketingMedia(models.Model):
    """Media plan: slots of one medium that an activity buys, and how many people see them."""

    _name = "sales.marketing.media"
    _description = "Media Plan Line"
    _inherit = ["sales.marketing.part.mixin"]
    _order = "activity_id, date_from, id"
    _rec_name = "medium_id"
    _whole = "activity_id"

    # === FIELDS === #
    activity_id = fields.Many2one(
        "sales.marketing.activity", required=True, index=True, ondelete="cascade"
    )
    plan_id = fields.Many2one(related="activity_id.plan_id", store=True, index=True)
    company_id = fields.Many2one(related="activity_id.company_id", store=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    medium_id = fields.Many2one("utm.medium", required=True, index=True, ondelete="restrict")
    note = fields.Char("Placement", help="Such as the page, the hour or the format.")
    date_from = fields.Date("From", help="Empty: all the time that the activity runs.")
    date_to = fields.Date("To")
    slots = fields.Integer(required=True, default=1, help="How many times it appears.")
    impressions = fields.Integer(help="How often all slots together are seen.")
    price_unit = fields.Monetary("Price per Slot")
    amount = fields.Monetary("Cost", compute="_compute_amount", store=True)
    cost_per_thousand = fields.Monetary(
        compute="_compute_amount",
        store=True,
        aggregator=None,
        help="Cost of a thousand impressions.",
    )

    # === CONSTRAINTS AND INDEXES === #
    _slots_positive = models.Constraint(
        "CHECK (slots > 0)", "A media plan line has at least one slot. Enter 1 or more."
    )
    _impressions_not_negative = models.Constraint(
        "CHECK (impressions >= 0)", "Impressions cannot be negative. Enter 0 or more."
    )
    _price_not_negative = models.Constraint(
        "CHECK (price_unit >= 0)", "The price of a slot cannot be negative. Enter 0 or more."
    )

    # === COMPUTE METHODS === #
    @api.depends("slots", "impressions", "price_unit")
    def _compute_amount(self):
        for line in self:
            line.amount = line.slots * line.price_unit
            line.cost_per_thousand = line.impressions and 1000 * line.amount / line.impressions

    # === CONSTRAINT METHODS === #
    @api.constrains("date_from", "date_to", "activity_id")
    def _check_within_activity(self):
        for line in self:
            activity = line.activity_id
            first = line.date_from or activity.date_from
            last = line.date_to or activity.date_to
            if not activity.date_from <= first <= last <= activity.date_to:
                raise ValidationError(
                    self.env._(
                        "%(medium)s is booked from %(start)s to %(end)s, and %(activity)s runs "
                        "from %(first)s to %(last)s. Keep the slots within the activity.",
                        medium=line.medium_id.display_name,
                        start=format_date(self.env, first),
                        end=format_date(self.env, last),
                        activity=activity.display_name,
                        first=format_date(self.env, activity.date_from),
                        last=format_date(self.env, activity.date_to),
                    )
                )

    # === HOOKS === #
    @api.model
    def _get_fixed_fields(self):
        return super()._get_fixed_fields() | {
            "medium_id",
            "date_from",
            "date_to",
            "slots",
            "impressions",
            "price_unit",
        }
