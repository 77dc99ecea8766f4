from odoo import api, fields, models
from odoo.tools import format_amount


class SalesCommissionPay(models.TransientModel):
    """Form that says when, how and by what entry statements were paid."""

    _name = "sales.commission.pay"
    _description = "Mark Commission as Paid"

    statement_ids = fields.Many2many("sales.commission.statement", string="Statements")
    date = fields.Date(string="Paid On", required=True, default=fields.Date.context_today)
    reference = fields.Char(help="Such as the payroll or the number of the bank transfer.")
    with_entry = fields.Boolean(
        string="Journal Entry",
        help="Post the cost, owed to the payees, to the accounts of the settings.",
    )
    total = fields.Char(compute="_compute_total")

    @api.depends("statement_ids")
    def _compute_total(self):
        for wizard in self:
            wizard.total = " · ".join(
                format_amount(self.env, sum(statements.mapped("amount")), currency)
                for currency, statements in wizard.statement_ids.grouped("currency_id").items()
            )

    def action_pay(self):
        self.ensure_one()
        self.statement_ids._pay(self.date, self.reference, self.with_entry)
        return {"type": "ir.actions.act_window_close"}
