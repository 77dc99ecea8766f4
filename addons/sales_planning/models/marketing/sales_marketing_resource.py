from collections import defaultdict
from datetime import datetime, time, timedelta

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import format_date
from odoo.tools.misc import formatLang

RESOURCE_KIND = [("people", "People"), ("material", "Material")]
# Less than a minute is a rounding, not work.
TOLERANCE = 0.01


class SalesMarketingResource(models.Model):
    """Resource of an activity: a person's hours, or material, and what they cost.

    The hours spread evenly over the working days of the activity. A day on which a person has
    more of them, over all activities, than the working hours of that day is a warning: who
    plans decides.
    """

    _name = "sales.marketing.resource"
    _description = "Marketing Resource"
    _inherit = ["sales.marketing.part.mixin"]
    _order = "activity_id, kind desc, id"
    _whole = "activity_id"
    _check_company_auto = True

    # === FIELDS === #
    name = fields.Char(compute="_compute_name")
    activity_id = fields.Many2one(
        "sales.marketing.activity", required=True, index=True, ondelete="cascade"
    )
    plan_id = fields.Many2one(related="activity_id.plan_id", store=True, index=True)
    company_id = fields.Many2one(related="activity_id.company_id", store=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    kind = fields.Selection(RESOURCE_KIND, required=True, default="people")
    user_id = fields.Many2one(
        "res.users",
        string="Person",
        index="btree_not_null",
        ondelete="restrict",
        domain="[('share', '=', False), ('company_ids', '=', company_id)]",
    )
    product_id = fields.Many2one(
        "product.product",
        string="Material",
        index="btree_not_null",
        ondelete="restrict",
        check_company=True,
    )
    hours = fields.Float()
    quantity = fields.Float(digits="Product Unit")
    unit_cost = fields.Monetary(
        compute="_compute_unit_cost",
        store=True,
        readonly=False,
        aggregator=None,
        help="Of an hour, or of one piece of the material.",
    )
    amount = fields.Monetary("Cost", compute="_compute_amount", store=True)
    load_warning = fields.Char("Over-allocation", compute="_compute_load", compute_sudo=True)

    # === CONSTRAINTS AND INDEXES === #
    _kind_fits = models.Constraint(
        "CHECK (kind = 'people' AND user_id IS NOT NULL AND product_id IS NULL"
        " OR kind = 'material' AND product_id IS NOT NULL AND user_id IS NULL)",
        "People are a person with hours, material is a product with a quantity. "
        "Choose the one that fits.",
    )
    _not_negative = models.Constraint(
        "CHECK (hours >= 0 AND quantity >= 0 AND unit_cost >= 0)",
        "Hours, quantity and cost cannot be negative. Enter 0 or more.",
    )

    # === COMPUTE METHODS === #
    @api.depends("user_id", "product_id")
    def _compute_name(self):
        for resource in self:
            resource.name = resource.user_id.name or resource.product_id.display_name

    @api.depends("product_id", "company_id")
    def _compute_unit_cost(self):
        for resource in self:
            if resource.product_id:
                product = resource.product_id.sudo().with_company(resource.company_id)
                resource.unit_cost = product.cost_currency_id._convert(
                    product.standard_price,
                    resource.currency_id,
                    resource.company_id,
                    resource.activity_id.date_from or fields.Date.context_today(resource),
                )
            else:
                resource.unit_cost = resource.unit_cost

    @api.depends("kind", "hours", "quantity", "unit_cost")
    def _compute_amount(self):
        for resource in self:
            number = resource.hours if resource.kind == "people" else resource.quantity
            resource.amount = number * resource.unit_cost

    @api.depends(
        "kind",
        "user_id",
        "hours",
        "activity_id.date_from",
        "activity_id.date_to",
        "activity_id.state",
    )
    @api.depends_context("lang")
    def _compute_load(self):
        loads = self._get_loads()
        for resource in self:
            over = {
                day: (hours, capacity)
                for day, (hours, capacity) in loads.get(resource.user_id, {}).items()
                if resource._runs_on(day) and hours > capacity + TOLERANCE
            }
            resource.load_warning = resource._format_load(over) if over else False

    # === HOOKS === #
    @api.model
    def _get_fixed_fields(self):
        return super()._get_fixed_fields() | {
            "kind",
            "user_id",
            "product_id",
            "hours",
            "quantity",
            "unit_cost",
        }

    # === LOAD === #
    def _has_days(self):
        """:return: whether the activity has days: not while somebody is changing them, and one end
        is empty or before the other
        """
        activity = self.activity_id
        return activity.date_from and activity.date_to and activity.date_from <= activity.date_to

    def _runs_on(self, day):
        activity = self.activity_id
        return (
            self.kind == "people"
            and self._has_days()
            and activity.state != "cancelled"
            and activity.date_from <= day <= activity.date_to
        )

    def _get_loads(self):
        """:return: dict of person → dict of day → (hours planned, working hours), of the days of
        these activities, over all activities that the person has at that time
        """
        own = self.filtered(lambda line: line.user_id and line._has_days())
        if not own:
            return {}
        first = min(own.activity_id.mapped("date_from"))
        last = max(own.activity_id.mapped("date_to"))
        saved = self.search(
            Domain("kind", "=", "people")
            & Domain("user_id", "in", own.user_id.ids)
            & Domain("plan_id.active", "=", True)
            & Domain("activity_id.state", "!=", "cancelled")
            & Domain("activity_id.date_from", "<=", last)
            & Domain("activity_id.date_to", ">=", first)
        )
        # Lines that are being edited count as they are on the screen.
        lines = (saved - own._origin) | own.filtered(lambda line: line.activity_id.state)
        loads = {user: defaultdict(float) for user in own.user_id}
        capacities = lines._get_capacities()
        for line in lines:
            days = line._get_working_days(capacities[line.user_id])
            for day in days:
                loads[line.user_id][day] += line.hours / len(days)
        return {
            user: {day: (hours, capacities[user].get(day, 0.0)) for day, hours in days.items()}
            for user, days in loads.items()
        }

    def _get_working_days(self, capacity):
        """:return: the days that the hours spread over: all where nobody works on any"""
        activity = self.activity_id
        if activity.state == "cancelled":
            return []
        length = (activity.date_to - activity.date_from).days + 1
        days = [activity.date_from + timedelta(days=number) for number in range(length)]
        return [day for day in days if capacity.get(day)] or days

    def _get_capacities(self):
        """:return: dict of person → dict of day → working hours by the calendar of the person, or
        of the company
        """
        start = datetime.combine(min(self.activity_id.mapped("date_from")), time.min)
        stop = datetime.combine(max(self.activity_id.mapped("date_to")), time.max)
        # A day of a calendar's time zone begins up to half a day before or after ours.
        start, stop = start - timedelta(days=1), stop + timedelta(days=1)
        by_calendar, result = {}, {}
        for user, lines in self.grouped("user_id").items():
            company = lines[0].company_id
            calendar = user.resource_calendar_id or company.resource_calendar_id
            if (calendar, company) not in by_calendar:
                hours = by_calendar[calendar, company] = defaultdict(float)
                for begin, end in calendar._get_working_time(company, start, stop).intervals:
                    hours[begin.date()] += (end - begin).total_seconds() / 3600
            result[user] = by_calendar[calendar, company]
        return result

    def _format_load(self, over):
        """:return: sentence about the day on which a person has most too much to do"""
        day, (hours, capacity) = max(
            over.items(), key=lambda item: (item[1][0] - item[1][1], -item[0].toordinal())
        )
        return self.env._(
            "%(person)s has %(hours)s hours of marketing work on %(day)s and works %(capacity)s. "
            "Days with too much: %(count)s.",
            person=self.user_id.name,
            hours=formatLang(self.env, hours, digits=1),
            day=format_date(self.env, day),
            capacity=formatLang(self.env, capacity, digits=1),
            count=len(over),
        )
