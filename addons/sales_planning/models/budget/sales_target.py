from odoo import fields, models


class SalesTarget(models.Model):
    _inherit = "sales.target"

    budget_line_ids = fields.One2many("sales.budget.line", "target_id", string="Budgets")
