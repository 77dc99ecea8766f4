from odoo import api, fields, models


class SalesStrategyGoal(models.Model):
    """Goal of a strategy: what is to be reached, by which measure, and the plan that counts it."""

    _name = "sales.strategy.goal"
    _description = "Strategy Goal"
    _order = "strategy_id, sequence, id"
    _check_company_auto = True

    # === FIELDS === #
    strategy_id = fields.Many2one(
        "sales.strategy", required=True, index=True, ondelete="cascade", check_company=True
    )
    company_id = fields.Many2one(related="strategy_id.company_id", store=True, index=True)
    sequence = fields.Integer(default=10)
    name = fields.Char(string="Goal", required=True)
    metric = fields.Char(help="What is measured, and in which unit: market share in %, dealers.")
    value = fields.Float(string="Target Value", digits=(16, 2))
    target_plan_id = fields.Many2one(
        "sales.target.plan",
        index="btree_not_null",
        ondelete="restrict",
        check_company=True,
        help="The target plan whose attainment says how far the goal is reached.",
    )

    # === CRUD METHODS === #
    @api.model_create_multi
    def create(self, vals_list):
        goals = super().create(vals_list)
        goals.strategy_id._check_draft()
        return goals

    def write(self, vals):
        self.strategy_id._check_draft()
        result = super().write(vals)
        if "strategy_id" in vals:
            self.strategy_id._check_draft()
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_approved(self):
        self.strategy_id._check_draft()
