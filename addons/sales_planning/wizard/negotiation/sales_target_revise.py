from decimal import ROUND_HALF_UP, Decimal

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tools import SQL

from ...engine.allocation import Part, split
from ...fields import OptionalMonetary
from ...models.sales_target_figures import TARGET_VALUE

REVISED_VALUE = [pair for pair in TARGET_VALUE if pair[0] != "proposed"]
REVISE_METHOD = [
    ("numbers", "Type the numbers"),
    ("percent", "Add or take off percent"),
]


class SalesTargetRevise(models.TransientModel):
    """New numbers for a target or a branch, with the reason.

    On an approved plan that is a revision. While owners propose, a leader assigns numbers to the
    targets below with it. Either way each number is changed by who may assign its target.
    """

    _name = "sales.target.revise"
    _description = "Revise Targets"

    # === FIELDS === #
    plan_id = fields.Many2one("sales.target.plan", required=True, readonly=True)
    plan_state = fields.Selection(related="plan_id.state")
    currency_id = fields.Many2one(related="plan_id.currency_id")
    target_id = fields.Many2one(
        "sales.target",
        string="Target of",
        domain="[('plan_id', '=', plan_id)]",
        help="With percent: this target and all below it; empty for the whole plan.",
    )
    value = fields.Selection(REVISED_VALUE, string="Number", required=True, default="assigned")
    method = fields.Selection(REVISE_METHOD, string="How", required=True, default="numbers")
    percent = fields.Float(digits=(16, 2), help="10 adds a tenth, -10 takes a tenth off.")
    date_from = fields.Date(
        "From Period On",
        default=fields.Date.context_today,
        help="The period of this day and those after it; the ones before stay as they are.",
    )
    with_above = fields.Boolean(
        "Change the Targets Above Too",
        help="By the same amounts. Otherwise they stay, and what is unassigned there changes.",
    )
    can_change_above = fields.Boolean(
        compute="_compute_can_change_above", export_string_translation=False
    )
    reason = fields.Text()
    line_ids = fields.One2many(
        "sales.target.revise.line",
        "revise_id",
        string="Periods",
        compute="_compute_line_ids",
        store=True,
        readonly=False,
    )
    total_before = OptionalMonetary("Before", compute="_compute_totals")
    total_after = OptionalMonetary("After", compute="_compute_totals")

    # === COMPUTE METHODS === #
    @api.depends("target_id", "value", "method", "date_from")
    def _compute_line_ids(self):
        for wizard in self:
            wizard.line_ids = [
                Command.clear(),
                *(Command.create(values) for values in wizard._prepare_lines()),
            ]

    @api.depends(
        "target_id", "value", "method", "percent", "date_from", "line_ids.before", "line_ids.after"
    )
    def _compute_totals(self):
        for wizard in self:
            if wizard.method == "percent":
                top = {row["id"]: row["number"] for row in wizard._read_branch() if row["is_top"]}
                changed = wizard._get_percent_numbers()
                after = [changed.get(cell_id, number) for cell_id, number in top.items()]
                wizard.total_before = self._sum(top.values())
                wizard.total_after = self._sum(after)
            else:
                wizard.total_before = self._sum(
                    None if line.before is False else line.before for line in wizard.line_ids
                )
                wizard.total_after = self._sum(
                    None if line.after is False else line.after for line in wizard.line_ids
                )

    @api.depends("target_id")
    def _compute_can_change_above(self):
        for wizard in self:
            above = wizard._get_above()
            wizard.can_change_above = bool(above) and all(above.mapped("can_assign"))

    @api.model
    def _sum(self, numbers):
        numbers = [number for number in numbers if number is not None]
        return float(sum(numbers)) if numbers else False

    def _prepare_lines(self):
        """:return: list of dict values, a line per period that can be changed"""
        if self.method != "numbers" or not self.target_id:
            return []
        first = self.plan_state == "approved" and self.date_from
        cells = self.target_id.cell_ids.filtered(
            lambda cell: not first or cell.date_to >= first
        ).sorted("date_from")
        return [self._prepare_line(cell) for cell in cells]

    def _prepare_line(self, cell):
        number = cell[self.value]
        suggests = self.plan_state == "proposing" and self.value == "assigned" and number is False
        return {
            "cell_id": cell.id,
            "date_from": cell.date_from,
            "proposed": cell.proposed,
            "before": number,
            "after": cell.proposed if suggests else number,
        }

    # === ACTION METHODS === #
    def action_confirm(self):
        """Set the numbers, all of them or none."""
        self.ensure_one()
        self._check_target()
        numbers, expected = self._get_numbers()
        if not numbers:
            raise UserError(
                self.env._("No number would change. Enter another one, or choose Discard.")
            )
        changed = self.env["sales.target.cell"].sudo().browse(numbers).target_id
        changed.with_env(self.env)._check_can_assign()
        self.env["sales.target.numbers"].sudo()._set(
            self.plan_id.sudo(),
            self.value,
            numbers,
            "revised" if self.plan_id.state == "approved" else "typed",
            reason=self.reason,
            expected=expected,
        )
        return {"type": "ir.actions.act_window_close"}

    # === BUSINESS METHODS === #
    def _check_target(self):
        """:raises UserError: the user sees it not, or the wizard's parts do not belong together"""
        (self.plan_id | self.target_id.plan_id).check_access("read")
        foreign = (self.target_id | self.line_ids.cell_id.target_id).filtered(
            lambda target: target.plan_id != self.plan_id
        )
        if foreign or self.line_ids.cell_id.target_id - self.target_id:
            raise UserError(
                self.env._(
                    "The periods do not belong to %(target)s of %(plan)s. Open Revise again.",
                    target=self.target_id.name or self.env._("a target"),
                    plan=self.plan_id.display_name,
                )
            )
        self.target_id.check_access("read")

    def _get_above(self):
        return self.target_id.browse(self.target_id.sudo()._get_path()[:-1])

    def _get_numbers(self):
        """:return: dict of cell id → new Decimal or None, and one of the numbers that the user
        saw there
        """
        if self.method == "percent":
            self._check_percent()
            branch = {row["id"]: row["number"] for row in self._read_branch()}
            changed = self._get_percent_numbers()
            changed = {id_: number for id_, number in changed.items() if branch[id_] != number}
            seen = {cell_id: branch[cell_id] for cell_id in changed}
        else:
            to_decimal = self.env["sales.target.numbers"]._to_decimal
            changed, seen = {}, {}
            for line in self.line_ids:
                before, after = to_decimal(line.before), to_decimal(line.after)
                if before != after:
                    changed[line.cell_id.id], seen[line.cell_id.id] = after, before
        # The parts of an approved plan make up the whole, so what is above grows with them.
        if changed and (self.with_above or self.plan_id.state == "approved"):
            above = self._read_above(changed)
            delta = self._get_deltas(changed, seen)
            for row in above:
                seen[row["id"]] = row["number"]
                changed[row["id"]] = row["number"] + delta.get(row["date_from"], 0)
        return changed, seen

    def _check_percent(self):
        if not self.percent or self.percent < -100:
            raise UserError(
                self.env._(
                    "%(percent)s %% cannot be added. Enter a percentage other than 0, and at "
                    "least -100.",
                    percent=self.percent,
                )
            )

    def _get_percent_numbers(self):
        """Change the lowest targets and let those above them follow by the same amounts.

        So the parts make up what they did before, to the cent, and so does what is unassigned.

        :return: dict of cell id → new Decimal
        """
        rows = self._read_branch()
        lowest = self._add_percent(
            {row["id"]: row["number"] for row in rows if row["is_lowest"] and row["number"]}
        )
        deltas = {}
        changed = {}
        # The lowest come first, so what they change is known when it comes to those above.
        for row in rows:
            number = row["number"]
            if row["id"] in lowest:
                delta = lowest[row["id"]] - number
            else:
                delta = deltas.get((row["target_id"], row["date_from"]), Decimal(0))
            if number is not None:
                changed[row["id"]] = number + delta
            above = (row["parent_id"], row["date_from"])
            deltas[above] = deltas.get(above, Decimal(0)) + delta
        return changed

    def _add_percent(self, numbers):
        """Each within a unit of its exact number, and all together what the percentage makes of
        their sum: rounded one by one, 5 % more than 480,000.00 could be 504,000.04.

        :param dict numbers: key → positive Decimal
        :return: dict of key → Decimal
        """
        unit = self.plan_id._get_unit()
        # What is being typed may not be possible; action_confirm says so.
        factor = max(1 + Decimal(str(self.percent)) / 100, Decimal(0))
        steps = (sum(numbers.values()) * factor / unit).to_integral_value(ROUND_HALF_UP)
        return split(steps * unit, [Part(*item) for item in numbers.items()], unit)

    def _read_branch(self):
        """:return: list of dict rows of the branch's cells from the period on, the lowest first"""
        self.env.flush_all()
        path = f"{self.target_id._origin.parent_path}%" if self.target_id else "%"
        return self._read_rows(
            SQL("target.plan_id = %s AND target.parent_path LIKE %s", self.plan_id.id, path)
        )

    def _read_above(self, changed):
        """:return: list of dict rows of the cells above the target, in the changed periods"""
        return [
            row
            for row in self._read_rows(
                SQL(
                    """
                    target.id = ANY(%s) AND cell.date_from IN (
                        SELECT date_from FROM sales_target_cell WHERE id = ANY(%s))
                    """,
                    self._get_above().ids,
                    list(changed),
                ),
                every_period=True,
            )
            if row["number"] is not None
        ]

    def _read_rows(self, condition, every_period=False):
        first = None if every_period else self.date_from
        column = SQL.identifier("cell", self.value)
        rows = self.env.execute_query_dict(
            SQL(
                """
                SELECT cell.id, cell.target_id, target.parent_id, cell.date_from,
                       %(column)s::text AS number,
                       target.parent_id IS NULL OR target.id = %(top)s AS is_top,
                       (target.id, cell.date_from) NOT IN (
                           SELECT DISTINCT part.parent_id, below.date_from
                             FROM sales_target part
                             JOIN sales_target_cell below ON below.target_id = part.id
                            WHERE part.plan_id = %(plan)s AND part.parent_id IS NOT NULL
                              AND %(below)s IS NOT NULL
                       ) AS is_lowest
                  FROM sales_target_cell cell JOIN sales_target target ON target.id = target_id
                 WHERE %(condition)s AND cell.date_to >= COALESCE(%(first)s, cell.date_to)
                 ORDER BY length(target.parent_path) - length(replace(target.parent_path, '/', ''))
                          DESC, cell.date_from, target.id
                """,
                column=column,
                below=SQL.identifier("below", self.value),
                plan=self.plan_id.id,
                top=self.target_id._origin.id or 0,
                condition=condition,
                first=first or None,
            )
        )
        to_decimal = self.env["sales.target.numbers"]._to_decimal
        return [{**row, "number": to_decimal(row["number"])} for row in rows]

    def _get_deltas(self, changed, seen):
        """:return: dict of first day of a period → by how much the target itself changes there"""
        cells = self.env["sales.target.cell"].browse(changed)
        deltas = {}
        for cell in cells.filtered(lambda cell: cell.target_id == self.target_id):
            delta = (changed[cell.id] or 0) - (seen[cell.id] or 0)
            deltas[cell.date_from] = deltas.get(cell.date_from, Decimal(0)) + delta
        return deltas
