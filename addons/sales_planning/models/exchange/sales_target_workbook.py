import base64
import io

import xlsxwriter

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL, clean_context

from ...fields import OptionalMonetary
from ..sales_target_figures import TARGET_VALUE

WORKBOOK_STATE = [
    ("draft", "New"),
    ("checked", "Checked"),
    ("applied", "Applied"),
    ("reversed", "Reversed"),
]
# What people enter, by the states in which they may; everything else comes from the file.
ENTERED = {
    "file": ("draft",),
    "filename": ("draft",),
    "plan_id": ("draft",),
    "reason": ("draft", "checked"),
    "conflict_ids": ("checked",),
}
# More would not be read by anybody; the file of refused cells holds them all.
LISTED_PROBLEMS = 1_000


class SalesTargetWorkbook(models.Model):
    """Target workbook: an edited export, what it would change, and what became of it.

    It is *checked* as often as one likes, which changes no target, and *applied* as a whole or
    not at all. Applying reads and checks the file again, so what was shown is what happens.
    """

    _name = "sales.target.workbook"
    _description = "Target Workbook"
    _inherit = ["sales.state.mixin"]
    _order = "id desc"
    _rec_name = "filename"

    # === FIELDS === #
    state = fields.Selection(WORKBOOK_STATE, default="draft", readonly=True, copy=False)
    file = fields.Binary(attachment=True, copy=False)
    filename = fields.Char("File Name", copy=False)
    plan_id = fields.Many2one(
        "sales.target.plan",
        index=True,
        ondelete="cascade",
        help="Empty: the plan that the file was exported from.",
    )
    company_id = fields.Many2one(related="plan_id.company_id", store=True)
    currency_id = fields.Many2one(related="plan_id.currency_id")
    plan_state = fields.Selection(related="plan_id.state", string="Plan State")
    value = fields.Selection(TARGET_VALUE, string="Number", readonly=True, copy=False)
    exported_at = fields.Datetime("Exported On", readonly=True, copy=False)
    exported_by = fields.Char(readonly=True, copy=False)
    reason = fields.Text(
        copy=False, help="Why the numbers change. Needed where the plan is approved."
    )

    # What the last check found
    row_count = fields.Integer("Rows", readonly=True, copy=False)
    change_count = fields.Integer("Differences", readonly=True, copy=False)
    left_count = fields.Integer(
        "Changed by Others Only",
        readonly=True,
        copy=False,
        help="Numbers that others changed after the export and this file did not: theirs stay.",
    )
    problem_count = fields.Integer("Refused", readonly=True, copy=False)
    amount_before = OptionalMonetary(
        "Total Before", readonly=True, copy=False, help="Of the topmost targets of the file."
    )
    amount_after = OptionalMonetary("Total After", readonly=True, copy=False)
    difference = fields.Monetary(readonly=True, copy=False)
    line_ids = fields.One2many("sales.target.workbook.line", "workbook_id", readonly=True)
    difference_ids = fields.One2many(
        "sales.target.workbook.line",
        "workbook_id",
        string="Without Conflict",
        domain=[("is_conflict", "=", False)],
        readonly=True,
    )
    conflict_ids = fields.One2many(
        "sales.target.workbook.line",
        "workbook_id",
        string="Conflicts",
        domain=[("is_conflict", "=", True)],
    )
    conflict_count = fields.Integer("Undecided Conflicts", compute="_compute_conflict_count")
    problem_ids = fields.One2many("sales.target.workbook.problem", "workbook_id", readonly=True)
    problem_file = fields.Binary(attachment=True, readonly=True, copy=False)
    problem_filename = fields.Char(compute="_compute_problem_filename")

    # === COMPUTE METHODS === #
    @api.depends("conflict_ids.choice")
    def _compute_conflict_count(self):
        counts = dict(
            self.env["sales.target.workbook.line"]._read_group(
                [
                    ("workbook_id", "in", self.ids),
                    ("is_conflict", "=", True),
                    ("choice", "=", False),
                ],
                ["workbook_id"],
                ["__count"],
            )
        )
        for workbook in self:
            workbook.conflict_count = counts.get(workbook._origin, 0)

    @api.depends("filename")
    def _compute_problem_filename(self):
        for workbook in self:
            stem = (workbook.filename or "").rpartition(".")[0]
            workbook.problem_filename = self.env._("%(file)s-refused.xlsx", file=stem)

    # === CRUD METHODS === #
    @api.model_create_multi
    def create(self, vals_list):
        if not self.env.su:
            for vals in vals_list:
                self._check_entered(vals, "draft")
        # A default of the context is entered by nobody.
        clean = self.with_env(self.env(context=clean_context(self.env.context)))
        return super(SalesTargetWorkbook, clean).create(vals_list).with_env(self.env)

    def write(self, vals):
        if not self.env.su:
            for workbook in self:
                workbook._check_entered(vals, workbook.state)
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_applied(self):
        if applied := self.filtered(lambda one: one.state in ("applied", "reversed")):
            raise UserError(
                self.env._(
                    "%(file)s has been applied and stays as evidence. Reverse it instead.",
                    file=applied[0].display_name,
                )
            )

    # === ACTION METHODS === #
    def action_check(self):
        """Read the file and list what it would change and what is refused; nothing is changed."""
        for workbook in self:
            workbook._check_state("draft", "checked")
            workbook._check()
        return True

    def action_reset(self):
        for workbook in self:
            workbook._check_state("checked")
            workbook.sudo()._clear()
            workbook.sudo()._update_state(("checked",), "draft")
        return True

    def action_take_mine(self):
        return self._decide("mine")

    def action_keep_theirs(self):
        return self._decide("theirs")

    def action_apply(self):
        """Change the numbers as shown, all of them or none."""
        for workbook in self:
            workbook._check_state("checked")
            workbook._apply()
        return True

    def action_reverse(self):
        """Put back what stood there before."""
        for workbook in self:
            workbook._check_state("applied")
            workbook._reverse()
        return True

    def action_open_targets(self):
        self.ensure_one()
        return self.plan_id.action_open_targets()

    # === STATE === #
    def _check_entered(self, vals, state):
        """:raises UserError: something is set that the file says, or no longer can be"""
        fixed = sorted(name for name in vals if state not in ENTERED.get(name, ()))
        if fixed:
            raise UserError(
                self.env._(
                    "%(fields)s cannot be set now: choose the file, and check it again.",
                    fields=", ".join(
                        self._fields[name]._description_string(self.env)
                        if name in self._fields
                        else name
                        for name in fixed
                    ),
                )
            )

    def _decide(self, choice):
        for workbook in self:
            workbook._check_state("checked")
            workbook.conflict_ids.choice = choice
        return True

    # === CHECKING === #
    def _check(self):
        findings = self._examine()
        self.sudo()._keep(findings)

    def _examine(self):
        """:return: :class:`~.sales_target_workbook_check.Findings` of the file as of now"""
        if not self.file:
            raise UserError(self.env._("Choose a file first."))
        check = self.env["sales.target.workbook.check"]
        filename = self.filename or self.env._("the file")
        content = base64.b64decode(self.with_context(bin_size=False).file)
        edited = check._read(content, filename)
        plan = self._get_plan(edited, filename)
        return check.sudo()._examine(plan, edited, filename)

    def _get_plan(self, edited, filename):
        """:raises UserError: the file was exported from another plan, or the user sees it not"""
        plan = self.env["sales.target.plan"].search([("id", "=", edited.meta["plan"])])
        if not plan:
            raise UserError(
                self.env._(
                    "The plan that %(file)s was exported from is gone, or not for you to see.",
                    file=filename,
                )
            )
        if self.plan_id and self.plan_id != plan:
            raise UserError(
                self.env._(
                    "%(file)s was exported from %(other)s, and you are importing into %(plan)s. "
                    "Choose the file of this plan.",
                    file=filename,
                    other=plan.name,
                    plan=self.plan_id.name,
                )
            )
        return plan

    def _clear(self):
        self.env["sales.target.workbook.line"]._delete(self)
        self.problem_ids.unlink()
        self.problem_file = False

    def _keep(self, findings):
        """Keep what a check found, and what was decided of conflicts that are still there."""
        decided = {(line.cell_id.id, line.amount_before): line.choice for line in self.conflict_ids}
        self._clear()
        meta = findings.edited.meta
        before, after = self._get_totals(findings)
        self._update_state(
            ("draft", "checked"),
            "checked",
            plan_id=findings.branch.plan.id,
            value=meta["value"],
            exported_at=meta["exported_at"],
            exported_by=meta["exported_by"],
            row_count=len(findings.edited.rows),
            change_count=len(findings.differences),
            left_count=len(findings.left),
            problem_count=len(findings.problems),
            amount_before=False if before is None else float(before),
            amount_after=False if after is None else float(after),
            difference=float((after or 0) - (before or 0)),
            problem_file=self._render_problems(findings) if findings.problems else False,
        )
        self.flush_recordset()
        if findings.differences:
            self.env["sales.target.workbook.line"]._insert(
                self, list(self._prepare_lines(findings, decided))
            )
        self.env["sales.target.workbook.problem"].create(
            [
                {"workbook_id": self.id, **problem._asdict()}
                for problem in findings.problems[:LISTED_PROBLEMS]
            ]
        )

    def _prepare_lines(self, findings, decided):
        """:return: iterator of dicts of columns of the differences"""
        branch = findings.branch
        last = self._get_last_changes([branch.cells[one.key] for one in findings.differences])
        periods = {first: branch.plan._get_period_name(first) for first in branch.periods}
        targets = {target.id: target for target in findings.targets}
        for one in findings.differences:
            target_id, first = one.key
            cell_id = branch.cells[one.key]
            user_id, changed_at = (
                last.get(cell_id, (None, None)) if one.is_conflict else (None,) * 2
            )
            before = False if one.before is None else float(one.before)
            yield {
                "cell_id": cell_id,
                "row_number": one.row_number,
                "target_name": targets[target_id].name,
                "date_from": first,
                "period_name": periods[first],
                "exported": _to_sql(one.exported),
                "amount_before": _to_sql(one.before),
                "amount_after": _to_sql(one.after),
                "difference": _to_sql((one.after or 0) - (one.before or 0)),
                "is_conflict": one.is_conflict,
                "changed_by_id": user_id,
                "changed_at": changed_at,
                "choice": decided.get((cell_id, before)) or None if one.is_conflict else None,
            }

    def _get_last_changes(self, cell_ids):
        """:return: dict of cell id → (user id, time) of the last change of the number"""
        rows = self.env.execute_query(
            SQL(
                """
                SELECT DISTINCT ON (cell_id) cell_id, create_uid, create_date
                  FROM sales_target_change
                 WHERE cell_id = ANY(%s) AND value = %s
                 ORDER BY cell_id, id DESC
                """,
                cell_ids,
                self.value,
            )
        )
        return {cell_id: (user_id, time) for cell_id, user_id, time in rows}

    def _get_totals(self, findings):
        """:return: (before, after) of the topmost targets, each Decimal or None"""
        branch = findings.branch
        tops = self.env["sales.target.sheet"]._get_tops(findings.targets)
        keys = [(target.id, first) for target in tops for first in branch.periods]
        after = {**branch.numbers, **{one.key: one.after for one in findings.differences}}
        totals = []
        for numbers in (branch.numbers, after):
            present = [numbers[key] for key in keys if numbers[key] is not None]
            totals.append(sum(present) if present else None)
        return totals

    def _render_problems(self, findings):
        """:return: base64 of a workbook that lists every refused cell; its texts are texts"""
        buffer = io.BytesIO()
        titles = ["row_number", "place", "title", "target_name", "value", "reason"]
        names = self.env["sales.target.workbook.problem"].fields_get(titles, ["string"])
        with xlsxwriter.Workbook(buffer, {"in_memory": True}) as workbook:
            page = workbook.add_worksheet()
            bold = workbook.add_format({"bold": True})
            for column, title in enumerate(titles):
                page.write_string(0, column, names[title]["string"], bold)
            for number, problem in enumerate(findings.problems, start=1):
                page.write_number(number, 0, problem.row_number)
                for column, text in enumerate(problem[1:], start=1):
                    page.write_string(number, column, text)
            page.set_column(3, 3, 30)
            page.set_column(5, 5, 90)
            page.freeze_panes(1, 0)
        return base64.b64encode(buffer.getvalue())

    # === APPLYING === #
    def _apply(self):
        if error := self._get_apply_error():
            raise UserError(error)
        plan = self.plan_id.sudo()
        # Locked before the file is compared again: nobody changes a number in between.
        self.env["sales.target.numbers"]._lock(plan)
        findings = self._examine()
        shown = self._read_shown()
        self._check_may_propose(shown)
        self._check_as_shown(findings, shown)
        taken = {one.cell_id for one in shown if one.is_taken}
        branch = findings.branch
        numbers = {
            one.key: one.after for one in findings.differences if branch.cells[one.key] in taken
        }
        check = self.env["sales.target.workbook.check"].sudo()
        check._find_excess(findings, numbers)
        self._check_no_problem(findings)
        self.env["sales.target.branch"].sudo()._save(
            branch, numbers, self._get_operation(), reason=self.reason
        )
        self.sudo()._update_state(("checked",), "applied")

    def _get_operation(self):
        return "imported"

    def _get_apply_error(self):
        """:return: why the file cannot be applied now, or None"""
        if self.problem_count:
            return self.env._(
                "%(count)s cells of %(file)s are refused, so nothing is changed. Mend the file, "
                "go back, and choose it again.",
                count=self.problem_count,
                file=self.filename,
            )
        if not self.change_count:
            return self.env._("%(file)s changes no number.", file=self.filename)
        if self.conflict_count:
            return self.env._(
                "%(count)s numbers were changed by somebody else after the export. Decide for "
                "each whether yours or theirs is to stand.",
                count=self.conflict_count,
            )
        if self.plan_state == "approved" and not (self.reason or "").strip():
            return self.env._(
                "%(plan)s is approved: its numbers change only by a revision. Give the reason.",
                plan=self.plan_id.name,
            )
        return None

    def _read_shown(self):
        return self.env["sales.target.workbook.line"].sudo()._read_numbers(self)

    def _check_as_shown(self, findings, shown):
        """:raises UserError: somebody changed a number since the check, or the file is another"""
        branch = findings.branch
        self.env["sales.target.numbers"].sudo()._check_expected(
            branch.value, {one.cell_id: one.before for one in shown}
        )
        found = {(branch.cells[one.key], one.before, one.after) for one in findings.differences}
        if found != {(one.cell_id, one.before, one.after) for one in shown}:
            raise UserError(
                self.env._(
                    "%(file)s would change other numbers now than were shown. Check it again.",
                    file=self.filename,
                )
            )

    def _check_may_propose(self, shown):
        """Say what the screen of proposals would say.

        :raises UserError: the user can no longer propose for the targets
        """
        if self.value == "proposed":
            self.env["sales.target"].browse({one.target_id for one in shown})._check_may_propose()

    def _check_no_problem(self, findings):
        if findings.problems:
            first = findings.problems[0]
            raise UserError(
                self.env._(
                    "%(place)s (%(target)s, %(title)s): “%(value)s” %(reason)s. Nothing was "
                    "changed.",
                    place=first.place or first.row_number,
                    target=first.target_name,
                    title=first.title,
                    value=first.value,
                    reason=first.reason,
                )
            )

    # === REVERSING === #
    def _reverse(self):
        plan = self.plan_id.sudo()
        self.env["sales.target.numbers"]._lock(plan)
        taken = [one for one in self._read_shown() if one.is_taken]
        self._check_may_reverse(taken)
        reason = self.env._("Reversal of %(file)s", file=self.filename)
        self.env["sales.target.numbers"].sudo()._set(
            plan,
            self.value,
            {one.cell_id: one.before for one in taken},
            self._get_operation(),
            reason=": ".join(filter(None, [reason, self.reason])),
            expected={one.cell_id: one.after for one in taken},
        )
        self.sudo()._update_state(("applied",), "reversed")

    def _check_may_reverse(self, taken):
        self._check_may_propose(taken)
        targets = self.env["sales.target"].sudo().browse({one.target_id for one in taken})
        for target_id, reason in targets._get_locked_reasons(self.value).items():
            target = targets.browse(target_id)
            raise UserError(
                self.env._(
                    "%(target)s %(reason)s. Nothing was changed.", target=target.name, reason=reason
                )
            )
        for first in {one.first for one in taken}:
            self.plan_id._check_period_open(first)


def _to_sql(number):
    return None if number is None else str(number)
