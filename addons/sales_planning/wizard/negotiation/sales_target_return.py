from odoo import fields, models


class SalesTargetReturn(models.TransientModel):
    """Return of proposals to their owners, with the reason and, if need be, more time."""

    _name = "sales.target.return"
    _description = "Return Target Proposals"

    target_ids = fields.Many2many("sales.target", string="Targets", required=True)
    reason = fields.Text(required=True)
    until = fields.Date(help="New day to hand it in. Leave empty to keep the plan's deadline.")

    def action_return(self):
        self.ensure_one()
        return self.target_ids.action_return_proposal(self.reason, self.until)
