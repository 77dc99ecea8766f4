from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ..fields import OptionalMonetary

# The numbers that people set, in the order in which they grow: what is to be reached, what
# is to be reached with effort, and what would be a feat. The proposal is the owner's own.
TARGET_VALUE = [
    ("assigned", "Target"),
    ("stretch", "Stretch"),
    ("challenge", "Challenge"),
    ("proposed", "Proposal"),
]
TARGET_VALUES = tuple(value for value, _label in TARGET_VALUE)
# What is counted from the ledger; SalesTargetActual writes it by SQL, past the ORM.
COUNTED_FIELDS = frozenset(
    {
        "actual",
        "late",
        "gap",
        "attainment",
        "unassigned",
        "expected_to_date",
        "pace",
        "forecast",
        "gap_per_day",
        "reached",
    }
)


class SalesTargetFigures(models.AbstractModel):
    """Figures: a target, what was reached of it, and the two ways to compare them.

    Where no target is set there is nothing to compare with: gap and attainment are empty, and
    a sum leaves the actual out of them. So target + gap is the part of the actual that has a
    target, also of sums. A target of 0 is a target: it has a gap, but no percentage.
    """

    _name = "sales.target.figures"
    _description = "Target Figures"

    plan_id = fields.Many2one("sales.target.plan")
    currency_id = fields.Many2one(related="plan_id.currency_id")
    assigned = OptionalMonetary("Target")
    stretch = OptionalMonetary(help="More than the target: reached with effort.")
    challenge = OptionalMonetary(help="More than the stretch: a feat.")
    proposed = OptionalMonetary("Proposal", help="What the owner of the target offers.")
    unassigned = OptionalMonetary(
        readonly=True,
        help="Target less the targets below it: what nobody has to reach yet. Empty where "
        "no target is below.",
    )
    actual = fields.Monetary(readonly=True)
    late = fields.Monetary(
        readonly=True,
        help="Part of the actual that belongs to a period that was locked already.",
    )
    gap = OptionalMonetary(
        compute="_compute_gap",
        store=True,
        help="Actual less target: negative where something is still missing. "
        "Sums leave out the actual of periods without a target.",
    )
    attainment = fields.Float(
        "Attainment (%)",
        compute="_compute_attainment",
        store=True,
        digits=(16, 2),
        aggregator="avg",
        help="Actual in percent of the target; empty where no target is set. "
        "Of a group: its actual in percent of its target, without periods that have no target.",
    )

    # === CRUD METHODS === #
    @api.model_create_multi
    def create(self, vals_list):
        self._check_not_counted(set().union(*vals_list))
        return super().create(vals_list)

    def write(self, vals):
        self._check_not_counted(vals)
        return super().write(vals)

    @api.model
    def _get_counted_fields(self):
        """:return: set of the fields that follow from others, so that nobody sets them"""
        return COUNTED_FIELDS

    @api.model
    def _check_not_counted(self, names):
        """:raises UserError: one of the fields is counted, and not to be set by hand"""
        counted = self._get_counted_fields().intersection(names)
        if counted:
            raise UserError(
                self.env._(
                    "%(fields)s cannot be set by hand: they follow from the plan, the targets of "
                    "its periods and the sales ledger. Correct these, and refresh the plan.",
                    fields=", ".join(
                        self._fields[name]._description_string(self.env) for name in sorted(counted)
                    ),
                )
            )

    # === COMPUTE METHODS === #
    @api.depends("assigned", "actual")
    def _compute_gap(self):
        """For records that are being edited; :meth:`_gap_sql` says the same in SQL."""
        for record in self:
            set_ = record.assigned is not False
            record.gap = set_ and record.actual - record.assigned

    @api.depends("assigned", "gap")
    def _compute_attainment(self):
        for record in self:
            record.attainment = record._get_attainment(record.assigned, record.gap)

    @api.model
    def _get_attainment(self, assigned, gap):
        """:return: percent of the target, also of sums; :meth:`_attainment_sql` says the same"""
        return assigned and 100.0 * (assigned + gap) / assigned

    @api.model
    def _gap_sql(self, assigned, actual):
        """:return: ``SQL`` of the gap of one period, NULL without a target"""
        return SQL("COALESCE(%s, 0) - %s", actual, assigned)

    @api.model
    def _attainment_sql(self, assigned, gap):
        """:return: ``SQL`` of the attainment, from a target and its gap or from the sums of both"""
        return SQL("ROUND(100 * (%s + %s) / NULLIF(%s, 0), 2)", assigned, gap, assigned)

    @api.model
    def _measures_sql(self, assigned, gap):
        """:return: ``SQL`` assignments of the comparing columns"""
        return SQL("gap = %s, attainment = %s", gap, self._attainment_sql(assigned, gap))

    def _read_group_select(self, aggregate_spec, query):
        # The attainment of a group is that of its sums, not a mean of percentages.
        if aggregate_spec == "attainment:avg":
            return self._attainment_sql(
                SQL("SUM(%s)", self._field_to_sql(self._table, "assigned", query)),
                SQL("SUM(%s)", self._field_to_sql(self._table, "gap", query)),
            )
        return super()._read_group_select(aggregate_spec, query)
