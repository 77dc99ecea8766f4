from odoo import fields, models

from odoo.addons.sales_system.models.ledger.sales_ledger_entry import LEDGER_DIMENSIONS


class SalesTargetLevel(models.Model):
    """Level of a plan: the dimension that its targets are split by there, in any order."""

    _name = "sales.target.level"
    _description = "Target Level"
    _order = "sequence, id"
    _rec_name = "dimension"

    plan_id = fields.Many2one("sales.target.plan", required=True, index=True, ondelete="cascade")
    sequence = fields.Integer(default=10)
    dimension = fields.Selection(selection="_selection_dimension", required=True)

    # === CONSTRAINTS AND INDEXES === #
    _dimension_unique = models.UniqueIndex(
        "(plan_id, dimension)",
        "The plan already has a level for this dimension.",
    )

    # === COMPUTE METHODS === #
    def _selection_dimension(self):
        fields_of_target = self.env["sales.target"].fields_get(LEDGER_DIMENSIONS, ["string"])
        return [(name, fields_of_target[name]["string"]) for name in LEDGER_DIMENSIONS]
