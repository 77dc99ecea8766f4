from babel.dates import format_skeleton

from odoo import fields, models
from odoo.exceptions import ValidationError
from odoo.tools.misc import babel_locale_parse, formatLang, get_lang

# How a period is written, as a skeleton that each language orders in its own way:
# month → “Jul 2026” and “2026年7月”.
PERIOD_SKELETON = {"week": "yw", "month": "yMMM", "quarter": "yQQQ", "year": "y"}
# Decimals of the numbers of plans that count pieces.
NO_DECIMALS = 0


class SalesTargetPlan(models.Model):
    """Which numbers of a plan can still move, and how they are written."""

    _inherit = "sales.target.plan"

    # === ACTION METHODS === #
    def action_open_matrix(self):
        """The matrix of the top target; where there are several, one chooses first."""
        self.ensure_one()
        if len(self.top_target_ids) == 1:
            return self.top_target_ids.action_open_matrix()
        return {**self.action_open_targets(), "domain": [("id", "in", self.top_target_ids.ids)]}

    # === BUSINESS METHODS === #
    def _approval_error_message(self):
        return super()._approval_error_message() or self._get_unassigned_message()

    def _get_unassigned_message(self):
        """:return: which number its parts do not make up, and what to do, or None"""
        self.ensure_one()
        self.env["sales.target.actual"]._roll_up(self)
        cell = self.env["sales.target.cell"].search(
            [("target_id.plan_id", "=", self.id), ("unassigned", ">", 0)],
            order="date_from, target_id",
            limit=1,
        )
        if not cell:
            return None
        return self.env._(
            "%(cell)s has %(amount)s that no target below it has. Choose Balance to share it "
            "out, or Add Up to take the sum of the targets below.",
            cell=cell.display_name,
            amount=formatLang(self.env, cell.unassigned, digits=self._get_decimal_places()),
        )

    def _is_open(self, first):
        """:param date first: first day of a period
        :return: whether the numbers of the period may still move: of an approved plan, those
            of periods that are over and of days that the ledger is locked for may not
        """
        self.ensure_one()
        if self.state in ("draft", "proposing"):
            return True
        [last] = [period.last for period in self._get_periods() if period.first == first]
        locked = self.company_id.sales_lock_date
        over = last < fields.Date.context_today(self) or (locked and last <= locked)
        return self.state == "approved" and not over

    def _get_period_name(self, first):
        """:return: how the period that begins on a day is written in the user's language"""
        self.ensure_one()
        locale = babel_locale_parse(get_lang(self.env).code)
        return format_skeleton(PERIOD_SKELETON[self.period], first, locale=locale)

    def _get_decimal_places(self):
        self.ensure_one()
        return self.currency_id.decimal_places if self.currency_id else NO_DECIMALS

    def _check_within(self):
        """:raises ValidationError: parts of a target add up to more than it"""
        self.ensure_one()
        cell = self.env["sales.target.cell"].search(
            [("target_id.plan_id", "=", self.id), ("unassigned", "<", 0)],
            order="date_from, target_id",
            limit=1,
        )
        if cell:
            raise ValidationError(
                self.env._(
                    "%(cell)s is %(number)s, and the targets below it would add up to "
                    "%(excess)s more. Raise it first, or lower one of them.",
                    cell=cell.display_name,
                    number=formatLang(self.env, cell.assigned, digits=self._get_decimal_places()),
                    excess=formatLang(
                        self.env, -cell.unassigned, digits=self._get_decimal_places()
                    ),
                )
            )
