from odoo import api, fields, models
from odoo.tools import SQL


class SalesTargetFigures(models.AbstractModel):
    """Figures: a target, what was reached of it, and the two ways to compare them.

    Where no target is set there is nothing to compare with: the attainment is empty.
    """

    _name = "sales.target.figures"
    _description = "Target Figures"

    plan_id = fields.Many2one("sales.target.plan")
    currency_id = fields.Many2one(related="plan_id.currency_id")
    assigned = fields.Monetary("Target")
    actual = fields.Monetary(readonly=True)
    gap = fields.Monetary(
        compute="_compute_gap",
        store=True,
        help="Actual less target: negative where something is still missing.",
    )
    attainment = fields.Float(
        "Attainment (%)",
        compute="_compute_gap",
        store=True,
        digits=(16, 2),
        aggregator="avg",
        help="Actual in percent of the target; empty where no target is set. "
        "Of a group: its actual in percent of its target.",
    )

    @api.depends("assigned", "actual")
    def _compute_gap(self):
        """For records that are being edited; :meth:`_measures_sql` says the same in SQL."""
        for record in self:
            record.gap = record.actual - record.assigned
            record.attainment = record.assigned and 100.0 * record.actual / record.assigned

    @api.model
    def _measures_sql(self, assigned, actual):
        """:return: ``SQL`` assignments of the comparing columns, from target and actual"""
        return SQL(
            """
            gap = COALESCE(%(actual)s, 0) - COALESCE(%(assigned)s, 0),
            attainment = ROUND(100 * %(actual)s / NULLIF(%(assigned)s, 0), 2)
            """,
            actual=actual,
            assigned=assigned,
        )

    def _read_group_select(self, aggregate_spec, query):
        # The attainment of a group is that of its sums, not a mean of percentages.
        if aggregate_spec == "attainment:avg":
            return SQL(
                "ROUND(100 * SUM(%s) / NULLIF(SUM(%s), 0), 2)",
                self._field_to_sql(self._table, "actual", query),
                self._field_to_sql(self._table, "assigned", query),
            )
        return super()._read_group_select(aggregate_spec, query)
