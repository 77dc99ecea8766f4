from odoo import api, fields, models


class SalesCommissionStatement(models.Model):
    """What a statement changed by, from one calculation of its run to the next."""

    _inherit = "sales.commission.statement"

    change_amount = fields.Monetary(
        string="Change",
        compute="_compute_change_amount",
        help="Against the calculation before this one.",
    )

    # === COMPUTE METHODS === #
    @api.depends("amount", "previous_amount", "run_id.calculation_count")
    def _compute_change_amount(self):
        for statement in self:
            is_compared = statement.sudo().run_id.calculation_count > 1
            statement.change_amount = (
                statement.amount - statement.previous_amount if is_compared else 0.0
            )
