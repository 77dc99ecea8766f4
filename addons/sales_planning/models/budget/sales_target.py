from odoo import api, fields, models


class SalesTarget(models.Model):
    _inherit = "sales.target"

    budget_line_ids = fields.One2many("sales.budget.line", "target_id", string="Budgets")

    # === CRUD METHODS === #
    @api.ondelete(at_uninstall=False)
    def _unlink_except_money_asked_for(self):
        self.budget_line_ids._check_not_in_use()
