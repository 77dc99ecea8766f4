from odoo import api, fields, models


class SalesBudgetCategory(models.Model):
    """Budget category: what money is spent on, and how its costs are recognised."""

    _name = "sales.budget.category"
    _description = "Budget Category"
    _order = "sequence, name, id"

    name = fields.Char(required=True, translate=True)
    active = fields.Boolean(default=True)
    sequence = fields.Integer(default=10)
    company_id = fields.Many2one(
        "res.company",
        index=True,
        help="Leave empty to share the category with all companies.",
    )
    default_rate = fields.Float(
        "Default Rate (%)",
        digits=(16, 4),
        help="How many percent of a target are usually budgeted for this.",
    )
    account_ids = fields.Many2many(
        "account.account",
        string="Cost Accounts",
        help="Only costs on these accounts count. Empty: all costs of a budget's analytic account.",
    )

    # === CONSTRAINTS AND INDEXES === #
    _rate_not_negative = models.Constraint(
        "CHECK (default_rate >= 0)", "A rate cannot be negative. Enter 0 or more percent."
    )

    # === CONSTRAINT METHODS === #
    @api.constrains("account_ids")
    def _check_account_ids(self):
        lines = self.env["sales.budget.line"].sudo().search([("category_id", "in", self.ids)])
        lines._check_costs_count_once()

    # === ONCHANGE METHODS === #
    @api.onchange("default_rate")
    def _onchange_default_rate(self):
        return self.env["sales.budget.line"]._warn_of_rate(self.default_rate)
