from odoo import fields, models

from ...fields import UnguardedMany2one


class SalesCommissionQuestionAsk(models.TransientModel):
    """Form in which a payee writes a question on a statement."""

    _name = "sales.commission.question.ask"
    _description = "Ask About a Commission Statement"

    statement_id = fields.Many2one("sales.commission.statement", required=True, readonly=True)
    # A key would be checked for every earning that a calculation deletes.
    earning_id = UnguardedMany2one("sales.commission.earning", string="About", readonly=True)
    explanation = fields.Text(related="earning_id.explanation")
    text = fields.Text(string="Question", required=True)

    def action_ask(self):
        self.ensure_one()
        self.env["sales.commission.question"]._ask(self.statement_id, self.earning_id, self.text)
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success",
                "message": self.env._("Your question is on its way. You will get a message."),
                "next": {"type": "ir.actions.act_window_close"},
            },
        }
