from odoo import api, fields, models


class SalesContractComparison(models.TransientModel):
    """Comparison: what a version of a contract says differently from another one."""

    _name = "sales.contract.comparison"
    _description = "Differences of Contract Versions"

    # === FIELDS === #
    contract_id = fields.Many2one(
        "sales.contract", string="Version", required=True, ondelete="cascade"
    )
    root_id = fields.Many2one(related="contract_id.root_id")
    other_id = fields.Many2one(
        "sales.contract",
        string="Compared With",
        compute="_compute_other_id",
        store=True,
        readonly=False,
        precompute=True,
        ondelete="cascade",
        domain="[('root_id', '=', root_id), ('id', '!=', contract_id)]",
    )
    differences = fields.Html(compute="_compute_differences", sanitize=False)

    # === COMPUTE METHODS === #
    @api.depends("contract_id")
    def _compute_other_id(self):
        for comparison in self:
            contract = comparison.contract_id
            comparison.other_id = contract.amended_from_id or contract.renewed_from_id

    @api.depends("contract_id", "other_id")
    def _compute_differences(self):
        for comparison in self:
            contract, other = comparison.contract_id, comparison.other_id
            sections = contract._get_differences(other) if contract and other else []
            comparison.differences = other and self.env["ir.qweb"]._render(
                "sales_system.sales_contract_differences", {"sections": sections}
            )

    # === ACTION METHODS === #
    def action_print(self):
        return self.env.ref("sales_system.sales_contract_comparison_report").report_action(self)
