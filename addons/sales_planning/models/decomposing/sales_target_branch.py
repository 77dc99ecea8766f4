from collections import defaultdict
from dataclasses import dataclass, field
from decimal import Decimal

from odoo import api, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ...engine.allocation import AllocationError, Matrix, split_tree


@dataclass
class Branch:
    """Nodes of a plan with one of their numbers, as the database has it.

    :param plan: the plan
    :param str value: which number, a key of ``TARGET_VALUE``
    :param list periods: first days of the plan's periods
    :param dict parents: target id → id of the target above, or None; parents come first
    :param dict parts: target id → list of the ids of its parts, as many as it has
    :param dict cells: (target id, first day) → id of the cell
    :param dict numbers: (target id, first day) → Decimal or None
    :param set pinned: (target id, first day) of the cells that keep their number
    """

    plan: models.BaseModel
    value: str
    periods: list
    parents: dict = field(default_factory=dict)
    parts: dict = field(default_factory=lambda: defaultdict(list))
    cells: dict = field(default_factory=dict)
    numbers: dict = field(default_factory=dict)
    pinned: set = field(default_factory=set)

    def add(self, target_id, parent_id):
        """Callers add what is above a target before the target."""
        if target_id not in self.parents:
            self.parents[target_id] = parent_id
            self.parts[parent_id].append(target_id)

    def children(self, target_id):
        return self.parts.get(target_id, [])

    def below(self, target_id):
        """:return: list of the target and all below it, parents first"""
        level = [target_id]
        found = []
        while level:
            found += level
            level = sorted(part for node in level for part in self.children(node))
        return found

    def above(self, target_id):
        """:return: list of the targets above, the nearest first"""
        path = []
        while (target_id := self.parents.get(target_id)) is not None:
            path.append(target_id)
        return path

    def row(self, target_id, periods=None):
        return [self.numbers[target_id, first] for first in periods or self.periods]


class SalesTargetBranch(models.AbstractModel):
    """Operations on a plan's numbers that keep the parts of each target equal to it.

    They read a branch once, calculate with :mod:`~.engine.allocation`, and hand what changed
    to the one gate (:meth:`~.sales_target_numbers.SalesTargetNumbers._set`): a constant number
    of statements, whatever the size of the branch.
    """

    _name = "sales.target.branch"
    _description = "Branch of a Target Plan"

    # === READING === #
    @api.model
    def _load(self, targets, value):
        """:param targets: nodes of one plan
        :return: :class:`Branch` of them, all above, all below, and the siblings of all these
        """
        plan = targets.plan_id
        plan.ensure_one()
        self.env.flush_all()
        branch = Branch(plan, value, [period.first for period in plan._get_periods()])
        rows = self.env.execute_query(self._branch_query(targets, value))
        for target_id, parent_id, first, cell_id, number, is_pinned in rows:
            branch.add(target_id, parent_id)
            branch.cells[target_id, first] = cell_id
            branch.numbers[target_id, first] = None if number is None else Decimal(number)
            if is_pinned:
                branch.pinned.add((target_id, first))
        return branch

    @api.model
    def _branch_query(self, targets, value):
        on_paths = {
            int(id_) for path in targets.mapped("parent_path") for id_ in path.split("/")[:-1]
        }
        return SQL(
            """
            SELECT target.id, target.parent_id, cell.date_from, cell.id, cell.%(value)s::text,
                   cell.is_pinned
              FROM sales_target target JOIN sales_target_cell cell ON cell.target_id = target.id
             WHERE target.plan_id = %(plan)s
               AND (
                    target.id = ANY(%(on_paths)s) OR target.parent_id = ANY(%(on_paths)s)
                    OR target.parent_path LIKE ANY(%(below)s)
               )
             ORDER BY array_length(string_to_array(target.parent_path, '/'), 1), target.id
            """,
            value=SQL.identifier(value),
            plan=targets.plan_id.id,
            on_paths=list(on_paths),
            below=[f"{path}%" for path in targets.mapped("parent_path")],
        )

    # === CALCULATING === #
    @api.model
    def _split_below(self, branch, totals, weights=None, keep_pins=True):
        """Split new numbers of nodes among what lies below them, and all below that.

        Parts are taken in proportion to their numbers. A part without a number stays
        without one, and where no part has one nothing is split.

        :param dict totals: target id → dict of first day → Decimal or None
        :param dict weights: (target id, first day) → Decimal or None, instead of the numbers
        :param bool keep_pins: whether pinned cells keep their numbers
        :return: dict of (target id, first day) → Decimal or None, also of the given nodes
        """
        result = {}
        weights = self._with_equal_zeros(branch, branch.numbers if weights is None else weights)
        for target_id, by_period in totals.items():
            periods = [first for first in branch.periods if first in by_period]
            nodes = branch.below(target_id)
            inside = set(nodes[1:])
            kept = {
                key: branch.numbers[key]
                for key in branch.pinned
                if keep_pins
                and key[0] in inside
                and key[1] in by_period
                and branch.numbers[key] is not None
            }
            split = [first for first in periods if self._is_split(branch, weights, nodes, first)]
            for first in set(periods) - set(split):
                result[target_id, first] = by_period[first]
            if not split:
                continue
            matrix = Matrix(
                rows=nodes,
                columns=split,
                weights=[
                    [
                        by_period[first] if node == target_id else weights.get((node, first))
                        for first in split
                    ]
                    for node in nodes
                ],
                pins={key: number for key, number in kept.items() if key[1] in split},
            )
            amounts = self._run(
                branch,
                split_tree,
                matrix,
                [branch.parents[node] if node != target_id else None for node in nodes],
                {target_id: [by_period[first] for first in split]},
                branch.plan._get_unit(),
            )
            for node, row in zip(nodes, amounts, strict=True):
                result.update(((node, first), n) for first, n in zip(split, row, strict=True))
        return result

    @api.model
    def _with_equal_zeros(self, branch, weights):
        """Where all parts of a target have 0, as of a month without sales, they share equally.

        :return: dict like the weights
        """
        result = dict(weights)
        for parent, nodes in branch.parts.items():
            if parent is None:
                continue
            for first in branch.periods:
                shares = {node: weights.get((node, first)) for node in nodes}
                if not any(shares.values()):
                    result.update(
                        ((node, first), 1) for node, share in shares.items() if share is not None
                    )
        return result

    @api.model
    def _is_split(self, branch, weights, nodes, first):
        """:return: whether some part of the topmost of the nodes takes a share of a period"""
        return any(weights.get((node, first)) for node in branch.children(nodes[0]))

    # === WRITING === #
    @api.model
    def _save(self, branch, numbers, operation, reason=None, expected=None, origin=None):
        """Write the numbers that differ from those that the branch was read with.

        :return: int, how many changed
        :raises AccessError: the user may not set the number of one of these targets, be it
            below, beside or above the one that he works on
        """
        changed = {
            key: number for key, number in numbers.items() if number != branch.numbers.get(key)
        }
        targets = self.env["sales.target"].browse({key[0] for key in changed})
        if branch.value == "proposed":
            # Proposals are their owners', whichever way they are entered.
            targets._check_may_propose()
        else:
            targets._check_can_assign()
        seen = {branch.cells[key]: branch.numbers[key] for key in changed}
        return self.env["sales.target.numbers"]._set(
            branch.plan,
            branch.value,
            {branch.cells[key]: number for key, number in changed.items()},
            operation,
            reason=reason,
            expected={**seen, **(expected or {})},
            origin=origin,
        )

    # === REFUSING === #
    @api.model
    def _run(self, branch, calculate, *args, **kwargs):
        """Call the engine, and say in the user's words what it refuses.

        :raises UserError: the numbers contradict each other
        """
        try:
            return calculate(*args, **kwargs)
        except AllocationError as error:
            raise UserError(self._get_sentence(branch.plan, error)) from error

    @api.model
    def _get_sentence(self, plan, error):
        """:return: what is wrong, which cell, and what to do, in the user's language"""
        return self.env["sales.target.refusal"]._get_sentence(plan, error)
