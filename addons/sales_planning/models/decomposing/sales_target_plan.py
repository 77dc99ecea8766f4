from babel.dates import format_skeleton

from odoo import fields, models
from odoo.exceptions import ValidationError
from odoo.tools import SQL
from odoo.tools.misc import babel_locale_parse, formatLang, get_lang

from .sales_target_cell import SPLIT_VALUES

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
        for value in SPLIT_VALUES:
            cell, _number, rest = self._get_uneven(value, SQL("rest > 0"))
            if cell:
                return self.env._(
                    "%(cell)s has %(amount)s that no target below it has. Choose Balance to share "
                    "it out, or Add Up to take the sum of the targets below.",
                    cell=self._get_number_name(cell, value),
                    amount=self._format_number(rest),
                )
        return None

    def _get_uneven(self, value, condition):
        """Find a target that its parts do not make up.

        Parts that have no number yet leave the whole target open. A stretch or challenge may
        stand above targets that have none at all.

        :param str value: a key of ``SPLIT_VALUES``
        :param condition: ``SQL`` about ``rest``, the target less its parts
        :return: (cell, its number, the rest), the cell empty where there is none
        """
        self.ensure_one()
        self.env.flush_all()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT id, number, rest
                  FROM (
                        SELECT cell.id, cell.date_from, cell.target_id, cell.%(value)s AS number,
                               cell.%(value)s - COALESCE(SUM(lower.%(value)s), 0) AS rest
                          FROM sales_target_cell cell
                          JOIN sales_target part ON part.parent_id = cell.target_id
                          JOIN sales_target_cell lower
                            ON lower.target_id = part.id AND lower.date_from = cell.date_from
                         WHERE part.plan_id = %(plan)s
                         GROUP BY cell.id
                        HAVING %(is_assigned)s OR COUNT(lower.%(value)s) > 0
                       ) AS split
                 WHERE %(condition)s
                 ORDER BY date_from, target_id
                 LIMIT 1
                """,
                value=SQL.identifier(value),
                plan=self.id,
                is_assigned=value == "assigned",
                condition=condition,
            )
        )
        cell_id, number, rest = rows[0] if rows else (False, 0, 0)
        return self.env["sales.target.cell"].browse(cell_id or []), number, rest

    def _get_number_name(self, cell, value):
        if value == "assigned":
            return cell.display_name
        return f"{cell.display_name} ({cell._fields[value]._description_string(self.env)})"

    def _format_number(self, number):
        return formatLang(self.env, float(number), digits=self._get_decimal_places())

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

    def _check_within(self, value):
        """:param str value: a key of ``TARGET_VALUE``; owners propose for themselves, so
            proposals add up to anything
        :raises ValidationError: parts of a target add up to more than it
        """
        if value not in SPLIT_VALUES:
            return
        cell, number, rest = self._get_uneven(value, SQL("rest < 0"))
        if cell:
            raise ValidationError(
                self.env._(
                    "%(cell)s is %(number)s, and the targets below it would add up to "
                    "%(excess)s more. Raise it first, or lower one of them.",
                    cell=self._get_number_name(cell, value),
                    number=self._format_number(number),
                    excess=self._format_number(-rest),
                )
            )
