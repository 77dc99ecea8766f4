from odoo import fields, models


class SalesTargetChange(models.Model):
    """Target change: who assigned which number to a cell, by hand or by an import."""

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
    amount_before = fields.Monetary("Before", readonly=True)
    amount_after = fields.Monetary("After", readonly=True)
    import_id = fields.Many2one(
        "sales.import", readonly=True, index="btree_not_null", ondelete="set null"
    )
