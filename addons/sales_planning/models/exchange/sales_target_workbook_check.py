from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from odoo import api, models
from odoo.exceptions import UserError
from odoo.tools.misc import formatLang

from ...engine.workbook import EditedSheet, WorkbookError, as_written, read_workbook
from ..decomposing.sales_target_branch import Branch
from ..decomposing.sales_target_cell import SPLIT_VALUES
from ..sales_target_figures import TARGET_VALUES


class Difference(NamedTuple):
    """:param tuple key: (target id, first day)
    :param str place: of the cell in the file
    """

    row_number: int
    place: str
    key: tuple
    exported: Decimal | None
    before: Decimal | None
    after: Decimal | None

    @property
    def is_conflict(self):
        return self.exported != self.before


class Problem(NamedTuple):
    row_number: int
    place: str
    title: str
    target_name: str
    value: str
    reason: str


@dataclass
class Findings:
    """What a file says about a plan as it is now.

    :param targets: those that the file may be about
    :param list left: keys of numbers that others changed and the file did not
    :param dict rows: target id → row of the file
    """

    edited: EditedSheet
    branch: Branch
    targets: models.BaseModel
    differences: list = field(default_factory=list)
    problems: list = field(default_factory=list)
    left: list = field(default_factory=list)
    rows: dict = field(default_factory=dict)

    def refuse(self, row, cell, reason):
        """:param cell: (key of the period, :class:`EditedCell`), or none for the whole row"""
        period, edited = cell or (None, None)
        self.problems.append(
            Problem(
                row.number,
                edited.place if edited else "",
                self.edited.titles.get(period, ""),
                row.name,
                edited.value if edited else row.key,
                reason,
            )
        )


class SalesTargetWorkbookCheck(models.AbstractModel):
    """Comparing an edited workbook with its plan, row by row. Writes nothing.

    Works as superuser on behalf of the user: whose targets they may change is part of the check.
    """

    _name = "sales.target.workbook.check"
    _description = "Check of a Target Workbook"

    # === THE FILE AS A WHOLE === #
    @api.model
    def _read(self, content, filename):
        """:return: :class:`~.engine.workbook.EditedSheet` of a file of this database
        :raises UserError: it is none, or was exported elsewhere
        """
        try:
            edited = read_workbook(content, filename, self.env._)
        except WorkbookError as error:
            raise UserError(str(error)) from error
        known = edited.meta.get("value") in TARGET_VALUES and isinstance(
            edited.meta.get("plan"), int
        )
        if (
            not known
            or edited.meta.get("database") != self.env["sales.target.sheet"]._get_database()
        ):
            raise UserError(
                self.env._(
                    "%(file)s was exported from another database, so its targets are others. "
                    "Export them here and enter the numbers there.",
                    file=filename,
                )
            )
        return edited

    @api.model
    def _examine(self, plan, edited, filename):
        """Compare every cell of the file with the plan.

        :return: :class:`Findings`
        :raises UserError: plan and file no longer fit, or the plan is closed
        """
        plan = plan.sudo()
        plan._check_open(reason=filename)
        target = self._get_top(plan, edited, filename)
        targets = target.with_env(self.env(su=False))._get_exchanged(plan)
        branch = self.env["sales.target.branch"]._load(
            self.env["sales.target.sheet"]._get_tops(targets) or plan.top_target_ids,
            edited.meta["value"],
        )
        findings = Findings(edited, branch, targets)
        self._check_periods(findings, filename)
        self._examine_rows(findings)
        self._find_excess(
            findings,
            {one.key: one.after for one in findings.differences if not one.is_conflict},
            skipped={one.key for one in findings.differences if one.is_conflict},
        )
        findings.problems.sort(key=lambda problem: problem.row_number)
        return findings

    @api.model
    def _get_top(self, plan, edited, filename):
        target = self.env["sales.target"].browse(edited.meta.get("target") or [])
        if not target or (target.exists() and target.plan_id == plan):
            return target
        raise UserError(
            self.env._(
                "The branch of %(plan)s that %(file)s was exported from is gone. Export the plan "
                "again.",
                plan=plan.name,
                file=filename,
            )
        )

    @api.model
    def _check_periods(self, findings, filename):
        firsts = [first.isoformat() for first in findings.branch.periods]
        if firsts != list(findings.edited.titles):
            raise UserError(
                self.env._(
                    "%(plan)s has other periods now than when %(file)s was exported. "
                    "Export it again.",
                    plan=findings.branch.plan.name,
                    file=filename,
                )
            )

    # === ROWS === #
    @api.model
    def _examine_rows(self, findings):
        targets = {str(target.id): target for target in findings.targets}
        exported = {key for key, _period in findings.edited.exported}
        plan = findings.branch.plan
        locked = findings.targets._get_locked_reasons(findings.branch.value)
        is_open = {first: plan._is_open(first) for first in findings.branch.periods}
        strangers = self._get_strangers(findings, targets)
        for row in findings.edited.rows:
            target = targets.get(row.key)
            if not target or row.key not in exported:
                findings.refuse(row, None, self._get_row_reason(findings, row, target, strangers))
            elif first := findings.rows.get(target.id):
                findings.refuse(
                    row,
                    None,
                    self.env._(
                        "of the same target stands in row %(row)s already: keep one of them",
                        row=first.number,
                    ),
                )
            else:
                findings.rows[target.id] = row
                self._examine_row(findings, row, target, locked.get(target.id), is_open)

    @api.model
    def _get_strangers(self, findings, targets):
        """:return: dict of key → target that the user sees, of those that are not in the plan"""
        keys = {row.key for row in findings.edited.rows} - targets.keys()
        ids = [int(key) for key in keys if key.isdecimal() and int(key) < 2**31]
        found = self.env["sales.target"].with_env(self.env(su=False)).search([("id", "in", ids)])
        return {str(target.id): target for target in found}

    @api.model
    def _get_row_reason(self, findings, row, target, strangers):
        """:return: why the file cannot say anything about the target of a row"""
        plan = findings.branch.plan
        stranger = strangers.get(row.key)
        if stranger and stranger.plan_id != plan:
            return self.env._(
                "belongs to %(other)s, and the file to %(plan)s: remove the row",
                other=stranger.plan_id.display_name,
                plan=plan.name,
            )
        if stranger or target:
            return self.env._(
                "was not in the file when it was exported: remove the row, and export the target "
                "too"
            )
        if not row.key:
            return self.env._(
                "the row names no target: add it in the plan, and export it again, or remove the "
                "row"
            )
        return self.env._(
            "is no target of %(plan)s that you can see: remove the row", plan=plan.name
        )

    @api.model
    def _examine_row(self, findings, row, target, locked, is_open):
        numbers = self.env["sales.target.numbers"]
        currency = findings.branch.plan.currency_id
        for period, cell in row.cells.items():
            first = date.fromisoformat(period)
            key = (target.id, first)
            exported = findings.edited.exported[row.key, period]
            before = findings.branch.numbers[key]
            after = exported if cell.number == as_written(exported) else cell.number
            if reason := cell.problem or numbers._get_number_reason(after, currency):
                findings.refuse(row, (period, cell), reason)
            elif after == before:
                continue
            elif after == exported:
                findings.left.append(key)
            elif locked:
                findings.refuse(row, (period, cell), locked)
            elif not is_open[first]:
                findings.refuse(
                    row,
                    (period, cell),
                    self.env._(
                        "is of a period that is over, so it stays: put %(number)s back",
                        number=self._format(findings.branch.plan, before),
                    ),
                )
            else:
                findings.differences.append(
                    Difference(row.number, cell.place, key, exported, before, after)
                )

    # === SUMS === #
    @api.model
    def _find_excess(self, findings, numbers, skipped=()):
        """Refuse the numbers by which the parts of a target would come to exceed it.

        :param dict numbers: (target id, first day) → Decimal or None that are to stand
        :param skipped: keys that are not decided yet
        """
        branch = findings.branch
        if branch.value not in SPLIT_VALUES:
            return
        after = {**branch.numbers, **numbers}
        touched = {
            (node, first)
            for target_id, first in numbers
            for node in (target_id, branch.parents[target_id])
            if node is not None
        }
        for node, first in sorted(touched):
            keys = [(node, first), *((child, first) for child in branch.children(node))]
            excess = self._get_excess(after, keys)
            if set(skipped).isdisjoint(keys) and excess > max(
                self._get_excess(branch.numbers, keys), 0
            ):
                self._refuse_excess(findings, keys, after[node, first], excess)

    @api.model
    def _get_excess(self, numbers, keys):
        """:param list keys: of a target and of its parts
        :return: Decimal by which the parts exceed the target; 0 where it has no number
        """
        limit, *parts = (numbers[key] for key in keys)
        if limit is None:
            return Decimal()
        return sum((part for part in parts if part is not None), Decimal()) - limit

    @api.model
    def _refuse_excess(self, findings, keys, limit, excess):
        plan = findings.branch.plan
        node, first = keys[0]
        named = next(findings.rows[key[0]] for key in keys if key[0] in findings.rows)
        reason = self.env._(
            "the targets below %(target)s add up to %(excess)s more than its %(limit)s: raise "
            "it, or lower one of them",
            target=self.env["sales.target"].browse(node).name,
            excess=self._format(plan, excess),
            limit=self._format(plan, limit),
        )
        period = first.isoformat()
        findings.refuse(named, (period, named.cells[period]), reason)

    @api.model
    def _format(self, plan, number):
        if number is None:
            return self.env._("no number")
        return formatLang(self.env, float(number), digits=plan._get_decimal_places())
