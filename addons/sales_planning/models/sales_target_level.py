from odoo import fields, models

from .sales_target import TARGET_DIMENSIONS


class SalesTargetLevel(models.Model):
    """Level of a plan: the dimension that its targets are split by there, in any order."""

    _name = "sales.target.level"
    _description = "Target Level"
    _order = "sequence, id"
    _rec_name = "dimension"

    plan_id = fields.Many2one("sales.target.plan", required=True, index=True, ondelete="cascade")
    sequence = fields.Integer(default=10)
    dimension = fields.Selection(
        selection="_selection_dimension",
        required=True,
        help="A customer may be in several market segments: the actuals of a level of segments can "
        "add up to more than those of the level above.",
    )

    # === CONSTRAINTS AND INDEXES === #
    _dimension_unique = models.UniqueIndex(
        "(plan_id, dimension)",
        "The plan already has a level for this dimension.",
    )

    # === COMPUTE METHODS === #
    def _selection_dimension(self):
        fields_of_target = self.env["sales.target"].fields_get(TARGET_DIMENSIONS, ["string"])
        return [(name, fields_of_target[name]["string"]) for name in TARGET_DIMENSIONS]
