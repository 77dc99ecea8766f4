from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain
from odoo.tools import SQL

from ..document.actions import prepare_wizard

LIFECYCLE = [
    ("prospect", "Prospect"),
    ("engaged", "Engaged"),
    ("customer", "New Customer"),
    ("repeat", "Repeat Customer"),
    ("dormant", "Dormant"),
    ("lost", "Lost"),
]
# How many days ago → how the last order has to compare with the day that was so long ago.
MIRRORED = {"<": ">", "<=": ">=", ">": "<", ">=": "<="}


class SalesCustomerProfile(models.Model):
    """What one company knows of one customer, counted every night from the sales ledger.

    A customer that companies share has a profile in each of them. SQL writes it, see
    :class:`SalesCustomerCount`; people pin a level and mark a customer as lost.

    The scores are fifths of a company's customers with an order, 5 the best. Customers who are
    equal have the same score: 1 + ⌊5 × those who are worse / all⌋.
    """

    _name = "sales.customer.profile"
    _description = "Customer Profile"
    _rec_name = "partner_id"
    _order = "monetary desc, partner_id"
    # Written by SQL for all customers at once: create_/write_ columns would say nothing.
    _log_access = False

    # === FIELDS === #
    partner_id = fields.Many2one(
        "res.partner", string="Customer", required=True, readonly=True, ondelete="cascade"
    )
    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, index=True, ondelete="cascade"
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    lifecycle = fields.Selection(
        LIFECYCLE,
        required=True,
        readonly=True,
        default="prospect",
        group_expand=True,
        help="Prospect: nothing has happened yet. Engaged: a contact, lead or quotation. "
        "New Customer: a first order. Repeat Customer: orders on two days or more. Dormant: silent "
        "for longer than usual. Lost: silent for longer still, or marked as lost.",
    )
    level_id = fields.Many2one(
        "sales.customer.level", readonly=True, index="btree_not_null", ondelete="restrict"
    )
    level_pinned = fields.Boolean(
        readonly=True, help="The level was chosen by hand and no rule changes it."
    )
    level_reason = fields.Char(
        string="Reason of Level", readonly=True, help="Why the level was chosen by hand."
    )
    lost_on = fields.Date(
        string="Marked as Lost On", readonly=True, help="A later order takes the mark off."
    )
    lost_reason = fields.Char(string="Reason of Loss", readonly=True)

    # === COUNTED === #
    order_count = fields.Integer(string="Orders", readonly=True)
    order_days = fields.Integer(
        readonly=True, help="On how many days the customer ordered more than was taken back."
    )
    first_order_on = fields.Date(string="First Order", readonly=True)
    last_order_on = fields.Date(string="Last Order", readonly=True)
    last_collected_on = fields.Date(string="Last Collection", readonly=True)
    recency = fields.Integer(
        string="Days since Last Order",
        compute="_compute_recency",
        search="_search_recency",
        help="Not stored, so that a night without an order changes no profile.",
    )
    frequency = fields.Integer(
        string="Order Days in 12 Months",
        readonly=True,
        help="On how many days of the last twelve months the customer ordered.",
    )
    monetary = fields.Monetary(
        string="Booked in 12 Months",
        readonly=True,
        help="Untaxed amount ordered in the last twelve months.",
    )
    margin = fields.Monetary(string="Margin in 12 Months", readonly=True)
    purchase_cycle = fields.Float(
        string="Purchase Cycle (Days)",
        digits=(16, 1),
        readonly=True,
        aggregator="avg",
        help="Average number of days between two days with orders.",
    )
    expected_on = fields.Date(
        string="Next Order Expected",
        readonly=True,
        help="One purchase cycle after the last order.",
    )
    recency_score = fields.Integer(string="R", readonly=True, aggregator="avg")
    frequency_score = fields.Integer(string="F", readonly=True, aggregator="avg")
    monetary_score = fields.Integer(string="M", readonly=True, aggregator="avg")
    rfm = fields.Char(
        string="R-F-M",
        compute="_compute_rfm",
        help="How recently, how often and how much the customer ordered, each from 1 to 5 among "
        "all customers of the company.",
    )

    # === FROM THE CUSTOMER === #
    user_id = fields.Many2one(related="partner_id.user_id")
    territory_id = fields.Many2one(related="partner_id.territory_id")
    channel_upstream_id = fields.Many2one(related="partner_id.channel_upstream_id")
    last_contact_on = fields.Datetime(related="partner_id.last_contact_on")
    city = fields.Char(related="partner_id.city")

    _partner_company_unique = models.UniqueIndex(
        "(partner_id, company_id)", "This customer has a profile in this company already."
    )

    # === COMPUTE METHODS === #
    @api.depends("last_order_on")
    def _compute_recency(self):
        for profile in self:
            last = profile.last_order_on
            profile.recency = (profile._today() - last).days if last else 0

    def _search_recency(self, operator, value):
        if operator == "in":
            return Domain.OR(self._ordered_ago(days) for days in value if days is not False)
        if operator not in MIRRORED:
            return NotImplemented
        return Domain("last_order_on", MIRRORED[operator], self._ago(value))

    def _ordered_ago(self, days):
        return Domain("last_order_on", "=", self._ago(days))

    def _ago(self, days):
        return fields.Date.context_today(self) - relativedelta(days=days)

    @api.depends("recency_score", "frequency_score", "monetary_score")
    def _compute_rfm(self):
        for profile in self:
            scores = (profile.recency_score, profile.frequency_score, profile.monetary_score)
            profile.rfm = "-".join(map(str, scores)) if profile.recency_score else False

    # === ACTION METHODS === #
    def action_open_customer(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": "res.partner",
            "res_id": self.partner_id.id,
            "views": [(False, "form")],
        }

    def action_pin_level(self):
        """Ask for the level and the reason."""
        self._check_may_pin()
        return self._open_wizard("sales.customer.level.pin", self.env._("Choose Level by Hand"))

    def action_release_level(self):
        """Leave the level to the rules again, which look at it in their next review."""
        self._check_may_pin()
        pinned = self.filtered("level_pinned")
        pinned._write_level("released", {profile: profile.level_id for profile in pinned})
        pinned.sudo().write({"level_pinned": False, "level_reason": False})
        return True

    def action_mark_lost(self):
        """Ask why the customer is lost."""
        self._check_may_mark()
        return self._open_wizard("sales.customer.lose", self.env._("Customer Lost"))

    def action_unmark_lost(self):
        """Take the mark off: the customer is what the ledger says again."""
        self._check_may_mark()
        marked = self.filtered("lost_on")
        marked.sudo().write({"lost_on": False, "lost_reason": False})
        for company, profiles in marked.grouped("company_id").items():
            self.env["sales.customer.count"]._count(company, profiles.partner_id)
        return True

    # === BUSINESS METHODS === #
    def _open_wizard(self, model, name):
        self.ensure_one()
        return prepare_wizard(model, name, profile_id=self.id)

    def _check_may_pin(self):
        """:raises AccessError: a level decides on protection, so who leads chooses it"""
        self.check_access("read")
        if not self.env.user.has_group("sales_system.group_sale_salesman_team"):
            raise AccessError(
                self.env._(
                    "The level of %(customers)s is chosen by a team leader. Ask yours.",
                    customers=", ".join(self.partner_id.mapped("display_name")),
                )
            )

    def _check_may_mark(self):
        """:raises AccessError: the user may not write to the customer"""
        self.check_access("read")
        self.partner_id.check_access("write")

    def _pin_level(self, level, reason):
        """Choose a level by hand.

        :raises UserError: a level of another company, or no reason
        """
        self._check_may_pin()
        self._check_reason(reason)
        for profile in self:
            if level.company_id and level.company_id != profile.company_id:
                raise UserError(
                    self.env._(
                        "Level %(level)s belongs to %(other)s and not to %(company)s: choose a "
                        "level of %(company)s.",
                        level=level.name,
                        other=level.company_id.name,
                        company=profile.company_id.name,
                    )
                )
        self._write_level("pinned", dict.fromkeys(self, level), reason)
        self.sudo().write({"level_id": level.id, "level_pinned": True, "level_reason": reason})

    def _mark_lost(self, reason):
        """:raises UserError: no reason is given"""
        self._check_may_mark()
        self._check_reason(reason)
        self.sudo().write({"lost_on": self._today(), "lost_reason": reason, "lifecycle": "lost"})

    def _check_reason(self, reason):
        if not (reason or "").strip():
            raise UserError(
                self.env._("The reason is empty: say in a few words why, for those who come later.")
            )

    def _write_level(self, source, levels, reason=None):
        """Add to the history of levels what a person does, in one statement.

        :param dict levels: profile → the level that it gets
        """
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO sales_customer_level_change
                    (partner_id, company_id, from_level_id, to_level_id, date, source, user_id,
                     reason)
                SELECT profile.partner_id, profile.company_id, profile.level_id, changed.level_id,
                       changed.day, %s, %s, %s
                  FROM unnest(%s::int[], %s::int[], %s::date[]) AS changed (id, level_id, day)
                  JOIN sales_customer_profile profile ON profile.id = changed.id
                 ORDER BY profile.id
                """,
                source,
                self.env.uid,
                reason or None,
                [profile.id for profile in levels],
                [level.id or None for level in levels.values()],
                [profile._today() for profile in levels],
            )
        )
        self.env["sales.customer.level.change"].invalidate_model()
        self.partner_id.invalidate_recordset(["customer_level_change_ids"])

    def _today(self):
        """:return: the day it is in the company of these, where the ledger has its days"""
        return self.company_id[:1]._get_sales_today()
