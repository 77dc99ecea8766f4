from odoo import api, fields, models

from odoo.addons.sales_system.models.ledger.sales_ledger_entry import LEDGER_EVENT


class SalesCommissionRule(models.Model):
    """Commission rule: a rate on the sales that match all of its conditions."""

    _name = "sales.commission.rule"
    _description = "Commission Rule"
    _order = "plan_id, sequence, id"
    _check_company_auto = True

    plan_id = fields.Many2one(
        comodel_name="sales.commission.plan", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="plan_id.company_id")
    sequence = fields.Integer(default=10)
    name = fields.Char(required=True)
    event = fields.Selection(
        LEDGER_EVENT,
        string="Earned When",
        required=True,
        default="invoiced",
        help="Which step of the sale earns: the order, the invoice or the payment.",
    )
    base = fields.Selection(
        selection=[("amount", "Untaxed Amount"), ("margin", "Margin")],
        required=True,
        default="amount",
    )
    rate = fields.Float(
        string="Rate (%)",
        # Stored as numeric: the calculation multiplies exact decimals, never floats.
        digits=(16, 6),
        required=True,
        help="Percent of the base.",
    )

    # === CONDITIONS: an empty one matches every sale === #
    categ_id = fields.Many2one(
        comodel_name="product.category",
        string="Product Category",
        ondelete="restrict",
        help="Matches the category and everything below it.",
    )
    product_id = fields.Many2one(
        comodel_name="product.product", ondelete="restrict", check_company=True
    )
    territory_id = fields.Many2one(
        comodel_name="sales.territory",
        ondelete="restrict",
        check_company=True,
        help="Matches the territory and everything below it.",
    )
    team_id = fields.Many2one(
        comodel_name="crm.team", string="Sales Team", ondelete="restrict", check_company=True
    )

    _rate_range = models.Constraint(
        "CHECK (rate >= 0 AND rate <= 100)",
        "The rate of a commission rule is a percentage: it lies between 0 and 100.",
    )

    # === CRUD METHODS === #
    @api.model_create_multi
    def create(self, vals_list):
        rules = super().create(vals_list)
        rules._check_plan_is_draft()
        return rules

    def write(self, vals):
        self.check_access("write")
        self._check_plan_is_draft()
        result = super().write(vals)
        self._check_plan_is_draft()
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_approved(self):
        self._check_plan_is_draft()

    def _check_plan_is_draft(self):
        for plan in self.plan_id:
            if plan.state != "draft":
                raise plan._locked_error()
