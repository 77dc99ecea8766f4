from dataclasses import dataclass, field
from datetime import date

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date

from .sales_channel_report import OPEN_STATES
from .sales_channel_report_checking import covers

CHANNEL_KINDS = ("channel_sale", "channel_stock")
# Where the scratch dict of one pass over the file keeps what its rows are checked against.
CHECKED_AGAINST = "channel_report"


@dataclass(frozen=True)
class ReportPass:
    """A report as one pass over a file sees it.

    :param dict keys: product id → what the file calls it
    :param set services: ids of products that no stock is kept of
    :param list contracts: (first day, last day or None) of the partner's distribution contracts
    :param dict lines: product id → line of the report
    :param bool has_previous: the report opens with the closing stock of another
    :param set uncovered: (product id, day) that the partner is not authorized for, where that is
        refused
    :param dict days: day → why the report cannot have a sale of it, or None; filled as asked
    """

    date_from: date
    date_to: date
    amount_digits: int
    quantity_digits: int
    keys: dict
    services: set
    contracts: list
    lines: dict
    has_previous: bool
    uncovered: set
    days: dict = field(default_factory=dict)


class SalesImport(models.Model):
    """What the kinds of import that fill one channel report have in common."""

    _inherit = "sales.import"

    channel_report_id = fields.Many2one(
        "sales.channel.report",
        check_company=True,
        index="btree_not_null",
        ondelete="set null",
        domain="[('state', 'in', ('draft', 'returned')), ('company_id', '=', company_id)]",
    )
    currency_id = fields.Many2one("res.currency", compute="_compute_currency_id", related=None)

    # === COMPUTE METHODS === #
    @api.depends("company_id", "channel_report_id", "kind")
    def _compute_currency_id(self):
        for record in self:
            report = record.kind in CHANNEL_KINDS and record.channel_report_id
            record.currency_id = (report or record.company_id).currency_id

    # === CHECKING === #
    def _check(self):
        self._check_channel_report()
        return super()._check()

    def _check_channel_report(self):
        """:raises UserError: the report that the file fills is missing or handed in"""
        if self.kind not in CHANNEL_KINDS:
            return
        if not self.channel_report_id:
            raise UserError(self.env._("Choose the channel report that the file belongs to."))
        self.channel_report_id._check_state(*OPEN_STATES)

    def _creates(self, entity):
        return self.kind not in CHANNEL_KINDS and super()._creates(entity)

    def _get_report_pass(self, seen):
        """:return: :class:`ReportPass` of this pass over the file"""
        run = seen.get(CHECKED_AGAINST)
        if run is None:
            run = seen[CHECKED_AGAINST] = self._start_report_pass()
        return run

    def _start_report_pass(self):
        report = self.channel_report_id
        matches = self.match_ids.filtered(lambda match: match.entity == "product" and match.res_id)
        keys = {match.res_id: match.key for match in matches}
        products = self.env["product.product"].with_context(active_test=False)
        refuses = self.company_id.sales_channel_authorization_check == "block"
        services = products.search([("id", "in", list(keys)), ("type", "!=", "consu")])
        return ReportPass(
            date_from=report.date_from,
            date_to=report.date_to,
            amount_digits=self.currency_id.decimal_places,
            quantity_digits=self.env["decimal.precision"].precision_get("Product Unit"),
            keys=keys,
            services=set(services.ids),
            contracts=report._get_contract_days(),
            lines={line.product_id.id: line for line in report.line_ids},
            has_previous=bool(report._get_previous()),
            uncovered=report._get_uncovered(keys) if refuses else set(),
        )

    def _refuse_service(self, row, run, titles):
        product_id = row.values["product"]
        if product_id in run.services:
            row.refuse(
                titles["product"],
                run.keys[product_id],
                self.env._("is a service, of which nobody has a stock: leave it out"),
            )

    def _refuse_unauthorized(self, row, run, titles, days):
        """Refuse a product that the authorizations cover on none of the days."""
        product_id = row.values["product"]
        if all((product_id, day) in run.uncovered for day in days):
            row.refuse(
                titles["product"],
                run.keys[product_id],
                self.env._(
                    "is not among the products that %(partner)s is authorized to sell",
                    partner=self.channel_report_id.partner_id.display_name,
                ),
            )

    def _refuse_finer(self, row, titles, name, digits):
        number = row.values.get(name)
        if number is not None and number != round(number, digits):
            row.refuse(
                titles[name],
                number,
                self.env._("has more than %(digits)s decimals", digits=digits),
            )

    def _refuse_day(self, row, run, titles):
        day = row.values["date"]
        if day not in run.days:
            run.days[day] = self._day_reason(run, day)
        if run.days[day]:
            row.refuse(titles["date"], day, run.days[day])

    def _day_reason(self, run, day):
        """:return: why the report cannot have a sale of that day, or None"""
        if not run.date_from <= day <= run.date_to:
            return self.env._(
                "lies outside of the period of the report, %(first)s to %(last)s",
                first=format_date(self.env, run.date_from),
                last=format_date(self.env, run.date_to),
            )
        if not covers(run.contracts, day):
            return self.env._(
                "lies outside of the distribution contracts of %(partner)s: correct the day, or "
                "have the contract amended",
                partner=self.channel_report_id.partner_id.display_name,
            )
        return None

    # === IMPORTING === #
    def _import(self):
        self._check_channel_report()
        return super()._import()

    def _open_channel_report(self):
        return {
            "type": "ir.actions.act_window",
            "res_model": "sales.channel.report",
            "res_id": self.channel_report_id.id,
            "view_mode": "form",
            "views": [(False, "form")],
        }
