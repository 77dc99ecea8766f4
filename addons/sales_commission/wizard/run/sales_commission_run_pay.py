from odoo import fields, models


class SalesCommissionRunPay(models.TransientModel):
    """When and by what a commission run was paid out."""

    _name = "sales.commission.run.pay"
    _description = "Mark a Commission Run as Paid"

    run_id = fields.Many2one(
        "sales.commission.run", required=True, readonly=True, ondelete="cascade"
    )
    currency_id = fields.Many2one(related="run_id.currency_id")
    amount = fields.Monetary(related="run_id.amount", related_sudo=False)
    payee_count = fields.Integer(related="run_id.payee_count", related_sudo=False)
    date = fields.Date(string="Paid On", required=True, default=fields.Date.context_today)
    reference = fields.Char(help="What finds the payment, such as the number of a bank transfer.")

    def action_pay(self):
        self.ensure_one()
        self.run_id.action_pay(self.date, self.reference)
        return {"type": "ir.actions.act_window_close"}
