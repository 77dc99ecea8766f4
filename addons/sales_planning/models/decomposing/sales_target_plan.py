from collections import defaultdict
from decimal import Decimal

from babel.dates import format_skeleton

from odoo import fields, models
from odoo.exceptions import UserError, ValidationError
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
            for cell_id, _number, rest in self._read_uneven(value, SQL("rest > 0"), limit=1):
                return self._prepare_unassigned_message(cell_id, value, rest)
        return None

    def _prepare_unassigned_message(self, cell_id, value, rest):
        return self.env._(
            "%(cell)s has %(amount)s that no target below it has. Choose Balance to share "
            "it out, or Add Up to take the sum of the targets below.",
            cell=self._get_number_name(self.env["sales.target.cell"].browse(cell_id), value),
            amount=self._format_number(rest),
        )

    def _read_uneven(self, value, condition, target_ids=None, limit=None):
        """Find targets that their parts do not make up.

        Parts that have no number yet leave the whole target open. A stretch or challenge may
        stand above targets that have none at all.

        :param str value: a key of ``SPLIT_VALUES``
        :param condition: ``SQL`` about ``rest``, the target less its parts
        :param target_ids: only these, else all of the plan
        :return: list of (cell id, its number, the rest), by period
        """
        self.ensure_one()
        self.env.flush_all()
        return self.env.execute_query(
            SQL(
                """
                SELECT id, number, rest FROM (%(rests)s) AS split
                 WHERE (%(is_assigned)s OR parts > 0) AND %(condition)s
                 ORDER BY date_from, target_id
                 LIMIT %(limit)s
                """,
                rests=self._rests_query(value, target_ids),
                is_assigned=value == "assigned",
                condition=condition,
                limit=limit,
            )
        )

    def _rests_query(self, value, target_ids=None):
        """:return: ``SQL`` of the cells of targets with parts: what no part has, and how many
        parts have a number
        """
        return SQL(
            """
            SELECT cell.id, cell.date_from, cell.target_id, cell.%(value)s AS number,
                   cell.%(value)s - COALESCE(SUM(lower.%(value)s), 0) AS rest,
                   COUNT(lower.%(value)s) AS parts
              FROM sales_target_cell cell
              JOIN sales_target part ON part.parent_id = cell.target_id
              JOIN sales_target_cell lower
                ON lower.target_id = part.id AND lower.date_from = cell.date_from
             WHERE part.plan_id = %(plan)s AND %(wanted)s
             GROUP BY cell.id
            """,
            value=SQL.identifier(value),
            plan=self.id,
            wanted=self.env["sales.target.actual"]._wanted_sql(SQL("cell.target_id"), target_ids),
        )

    def _get_rests(self, value, target_ids):
        """:return: dict of cell id → (first day, Decimal that no part of the target has yet)"""
        if value not in SPLIT_VALUES:
            return {}
        self.env.flush_all()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT id, date_from, rest::text FROM (%s) AS split
                 WHERE rest > 0 ORDER BY date_from, target_id
                """,
                self._rests_query(value, target_ids),
            )
        )
        return {cell_id: (first, Decimal(rest)) for cell_id, first, rest in rows}

    def _check_rests(self, value, target_ids, before):
        """Keep the targets of an approved plan shared out. What was unassigned may go on to
        others, as by a handover, or to those below.

        :param dict before: see :meth:`_get_rests`
        :raises UserError: more is unassigned in a period than before
        """
        if value not in SPLIT_VALUES:
            return
        uneven = {row[0] for row in self._read_uneven(value, SQL("rest > 0"), target_ids)}
        after = {
            cell_id: rest
            for cell_id, rest in self._get_rests(value, target_ids).items()
            if cell_id in uneven
        }
        growth = defaultdict(Decimal)
        for sign, rests in ((-1, before), (1, after)):
            for first, rest in rests.values():
                growth[first] += sign * rest
        for cell_id, (first, rest) in after.items():
            if growth[first] > 0 and rest > before.get(cell_id, (first, 0))[1]:
                raise UserError(self._prepare_unassigned_message(cell_id, value, rest))

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

    def _check_period_open(self, first):
        """:raises UserError: the numbers of the period that begins on a day can no longer move"""
        if not self._is_open(first):
            raise UserError(
                self.env._(
                    "%(period)s is over, so its targets stay. Change an open period.",
                    period=self._get_period_name(first),
                )
            )

    def _get_period_name(self, first):
        """:return: how the period that begins on a day is written in the user's language"""
        self.ensure_one()
        locale = babel_locale_parse(get_lang(self.env).code)
        return format_skeleton(PERIOD_SKELETON[self.period], first, locale=locale)

    def _get_decimal_places(self):
        self.ensure_one()
        return self.currency_id.decimal_places if self.currency_id else NO_DECIMALS

    def _check_within(self, value, target_ids=None):
        """:param str value: a key of ``TARGET_VALUE``; owners propose for themselves, so
            proposals add up to anything
        :param target_ids: only these, else all of the plan
        :raises ValidationError: parts of a target add up to more than it
        """
        if value not in SPLIT_VALUES:
            return
        uneven = self._read_uneven(value, SQL("rest < 0"), target_ids, limit=1)
        for cell_id, number, rest in uneven:
            cell = self.env["sales.target.cell"].browse(cell_id)
            raise ValidationError(
                self.env._(
                    "%(cell)s is %(number)s, and the targets below it would add up to "
                    "%(excess)s more. Raise it first, or lower one of them.",
                    cell=self._get_number_name(cell, value),
                    number=self._format_number(number),
                    excess=self._format_number(-rest),
                )
            )
