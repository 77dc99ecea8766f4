from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Domain
from odoo.tools import SQL

from ...engine.allocation import AllocationError, Matrix, split_matrix
from ...engine.allocation.errors import Reason
from .sales_target_cell import SPLIT_VALUES

# Ways to take the shares of a split; the numbers that stand there are one of them.
CURRENT = "current"
MOST_YEARS_BACK = 10


class SalesTarget(models.Model):
    """What its owner does with a target: fill in a total, split it, balance it, move it on."""

    _inherit = "sales.target"

    can_assign = fields.Boolean(
        compute="_compute_can_assign",
        help="Whether the user may set the numbers of this target.",
    )
    is_own_branch = fields.Boolean(
        "In Own Branch",
        compute="_compute_is_own_branch",
        search="_search_is_own_branch",
        help="Whether the user is the owner of this target or of one above it.",
    )

    # === COMPUTE METHODS === #
    @api.depends_context("uid")
    @api.depends("parent_path", "responsible_id", "parent_id.responsible_id")
    def _compute_can_assign(self):
        everything = self.env.su or self.env.user.has_group("sales_team.group_sale_manager")
        led = set() if everything else self._get_led_ids()
        for target in self:
            above = target.sudo()._get_path()[:-1]
            target.can_assign = everything or not led.isdisjoint(above)

    @api.depends_context("uid")
    @api.depends("parent_path", "responsible_id", "parent_id.responsible_id")
    def _compute_is_own_branch(self):
        """For the record rules, so also superusers have no more than their own here."""
        led = self._get_led_ids()
        for target in self:
            target.is_own_branch = not led.isdisjoint(target.sudo()._get_path())

    def _search_is_own_branch(self, operator, value):
        if operator != "in":
            return NotImplemented
        self.flush_model(["plan_id", "parent_path", "responsible_id"])
        own = SQL(
            """
            SELECT below.id
              FROM sales_target below
              JOIN sales_target owned
                ON owned.plan_id = below.plan_id
               AND starts_with(below.parent_path, owned.parent_path)
             WHERE owned.responsible_id = %s
            """,
            self.env.uid,
        )
        return Domain("id", "in" if True in value else "not in", own)

    # === CRUD METHODS === #
    def write(self, vals):
        if "weight" in vals:
            self._check_weight(vals["weight"])
        result = super().write(vals)
        if "parent_id" in vals:
            for plan in self.plan_id:
                for value in SPLIT_VALUES:
                    plan._check_within(value)
        return result

    # === ACTION METHODS === #
    def action_set_total(self, total, method="equal", value="assigned", reason=False, **options):
        """Fill in the whole of a target: its periods share it, and its parts share theirs.

        :param total: Decimal, or its text
        :param str method: how periods share, see :class:`SalesTargetWeights`
        """
        self.ensure_one()
        self._check_value(value)
        self._check_can_assign()
        branches = self.env["sales.target.branch"]
        branch = branches._load(self, value)
        periods = branch.periods
        closed = {first for first in periods if not self.plan_id._is_open(first)}
        weights = self._get_shares(method, branch, self, **options)
        matrix = Matrix(
            rows=[self.id],
            columns=periods,
            # A period that is over keeps its number, and stays without one where it has none.
            weights=[
                [None if first in closed else weights.get((self.id, first)) for first in periods]
            ],
            pins={
                key: number
                for key in [(self.id, first) for first in periods]
                if (key in branch.pinned or key[1] in closed)
                and (number := branch.numbers[key]) is not None
            },
        )
        [row] = branches._run(
            branch,
            split_matrix,
            matrix,
            self.plan_id._get_unit(),
            row_totals=[self._to_number(total)],
        )
        open_ = {
            first: number for first, number in zip(periods, row, strict=True) if first not in closed
        }
        numbers = branches._split_below(branch, {self.id: open_})
        branches._save(branch, numbers, "split", reason)
        return True

    def action_balance(self, method=CURRENT, value="assigned", reason=False, **options):
        """Split the target's numbers among its parts anew, and theirs among what is below.

        Pinned numbers and those of periods that are over stay.
        """
        self._check_value(value)
        branches = self.env["sales.target.branch"]
        for target in self:
            target._check_can_split()
            branch = branches._load(target, value)
            parts = target.browse(branch.children(target.id))
            shares = target._get_shares(method, branch, parts, **options)
            open_ = {
                first: branch.numbers[target.id, first]
                for first in branch.periods
                if target.plan_id._is_open(first)
            }
            target._fill_gaps(branch, shares, parts, open_)
            numbers = branches._split_below(
                branch, {target.id: open_}, {**branch.numbers, **shares}
            )
            branches._save(branch, numbers, "balanced", reason)
        return True

    def action_roll_up(self, value="assigned", reason=False):
        """Give each target above others the sum of them, from the lowest upwards.

        The way from the people's numbers to the company's: only periods that have numbers
        below are changed. That the target's own number changes is for those above it.
        """
        self._check_value(value)
        branches = self.env["sales.target.branch"]
        for target in self:
            target._check_can_split()
            branch = branches._load(target, value)
            sums = dict(branch.numbers)
            for node in reversed(branch.below(target.id)):
                children = branch.children(node)
                for first in branch.periods:
                    numbers = [n for c in children if (n := sums[c, first]) is not None]
                    if numbers and target.plan_id._is_open(first):
                        sums[node, first] = sum(numbers)
            branches._save(branch, sums, "balanced", reason)
        return True

    # === BUSINESS METHODS === #
    def _check_weight(self, weight):
        """Before the database, whose sentence does not know whose weight it is."""
        if isinstance(weight, int | float) and weight < 0:
            raise ValidationError(
                self.env._(
                    "%(target)s: the weight %(weight)s is negative. Enter 0 or more.",
                    target=self[:1].display_name,
                    weight=f"{weight:g}",
                )
            )

    @api.model
    def _get_led_ids(self):
        """:return: set of the ids of the targets that the user answers for"""
        return set(self.sudo()._search([("responsible_id", "=", self.env.uid)]))

    def _get_path(self):
        """:return: list of the ids from the top to the target: sorts as the tree is read"""
        return [int(id_) for id_ in (self.parent_path or "").split("/")[:-1]]

    def _check_can_assign(self):
        """:raises AccessError: the user neither plans nor answers for a target above"""
        for target in self:
            if not target.can_assign:
                raise AccessError(
                    self.env._(
                        "The target of %(target)s is set by those above it. Propose a number, "
                        "or ask %(owner)s.",
                        target=target.sudo().display_name,
                        owner=target.sudo().parent_id.responsible_id.name
                        or self.env._("a sales manager"),
                    )
                )

    def _check_can_split(self):
        """:raises AccessError: the user does not answer for the target, nor for one above"""
        for target in self:
            if target.responsible_id != self.env.user:
                target._check_can_assign()

    def _get_shares(self, method, branch, targets, **options):
        """What the targets take of a number, by period.

        :param str method: ``current`` or a method of ``sales.target.weights``
        :return: dict of (target id, first day) → Decimal or None
        """
        if method == CURRENT:
            return {
                (target.id, first): branch.numbers[target.id, first]
                for target in targets
                for first in branch.periods
            }
        return self.env["sales.target.weights"]._get_weights(
            branch.plan, method, targets.ids, **self._clean_options(options)
        )

    def _clean_options(self, options):
        """:param dict options: of a method of ``sales.target.weights``, as somebody sent them
        :return: dict of those that say something
        :raises UserError: one of them is of no use
        """
        clean = {}
        if options.get("percent"):
            clean["percent"] = self._to_number(options["percent"])
        if options.get("years"):
            clean["years"] = years = self._to_number(options["years"])
            if years not in range(1, MOST_YEARS_BACK + 1):
                raise ValidationError(
                    self.env._(
                        "%(years)s years back is not possible. Enter a whole number from 1 to "
                        "%(most)s.",
                        years=years,
                        most=MOST_YEARS_BACK,
                    )
                )
            clean["years"] = int(years)
        if options.get("profile"):
            clean["profile"] = self._get_profile(options["profile"])
        return clean

    def _get_profile(self, given):
        """:param given: a season profile, or its id"""
        profiles = self.env["sales.season.profile"]
        ids = given.ids if isinstance(given, models.BaseModel) else [given]
        profile = profiles.search([("id", "in", [id_ for id_ in ids if isinstance(id_, int)])])
        if not profile:
            raise ValidationError(
                self.env._(
                    "The season profile “%(profile)s” is gone, or not for you to see. Choose "
                    "another one.",
                    profile=given,
                )
            )
        return profile

    def _fill_gaps(self, branch, shares, parts, numbers):
        """Share periods in which no part has a share as the whole of the plan is shared.

        So a month in which nobody sold anything last year can still be split by last year.

        :param dict shares: (target id, first day) → Decimal or None; is added to
        :param dict numbers: first day → number to be shared out
        :raises UserError: no part has a share in any period
        """
        whole = {
            part.id: sum(shares.get((part.id, first)) or 0 for first in branch.periods)
            for part in parts
        }
        for first, number in numbers.items():
            if not number or any(shares.get((part.id, first)) for part in parts):
                continue
            if not any(whole.values()):
                error = AllocationError(Reason.ALL_ZERO_WEIGHTS, ((self.id, first),), amount=number)
                raise UserError(self.env["sales.target.refusal"]._get_sentence(branch.plan, error))
            shares.update(((part.id, first), whole[part.id]) for part in parts)

    @api.model
    def _get_split_methods(self, plan):
        """:return: list of (key, label) of the ways to split a number of the plan"""
        others = self.env["sales.target.weights"]._get_selection(plan)
        return [
            (CURRENT, self.env._("Current Numbers")),
            *(method for method in others if method[0] != "assigned"),
        ]
