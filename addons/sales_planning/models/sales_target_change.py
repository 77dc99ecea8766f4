from odoo import fields, models

from ..fields import OptionalMonetary
from .sales_target_figures import TARGET_VALUE

TARGET_OPERATION = [
    ("typed", "Typed"),
    ("balanced", "Balanced"),
    ("split", "Split"),
    ("transferred", "Transferred"),
    ("imported", "Imported"),
    ("proposed", "Proposed"),
    ("accepted", "Proposal Accepted"),
]


class SalesTargetChange(models.Model):
    """Target change: who moved which number of a cell, how and why. Only ever added to."""

    _name = "sales.target.change"
    _description = "Target Change"
    _order = "id desc"
    _rec_name = "cell_id"

    cell_id = fields.Many2one(
        "sales.target.cell",
        string="Period",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
    )
    target_id = fields.Many2one(related="cell_id.target_id")
    currency_id = fields.Many2one(related="cell_id.currency_id")
    value = fields.Selection(TARGET_VALUE, string="Number", required=True, readonly=True)
    amount_before = OptionalMonetary("Before", readonly=True)
    amount_after = OptionalMonetary("After", readonly=True)
    operation = fields.Selection(TARGET_OPERATION, string="How", required=True, readonly=True)
    reason = fields.Text(readonly=True)
    revision_id = fields.Many2one(
        "sales.target.revision", readonly=True, index="btree_not_null", ondelete="restrict"
    )
    import_id = fields.Many2one(
        "sales.import", readonly=True, index="btree_not_null", ondelete="set null"
    )
