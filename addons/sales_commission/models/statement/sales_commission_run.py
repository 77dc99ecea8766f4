from odoo import models
from odoo.exceptions import UserError

from ..run.sales_commission_run import SETTLED


class SalesCommissionRun(models.Model):
    """Statements of a run on their way to the payees, and who answers for them."""

    _inherit = "sales.commission.run"

    # === ACTION METHODS === #
    def action_send_statements(self):
        """Send all statements by e-mail, in the background."""
        self.check_access("write")
        for run in self:
            if run.state not in SETTLED:
                raise UserError(
                    self.env._(
                        "The statements of run %(run)s are not final yet. Approve the run first, "
                        "then send them.",
                        run=run.name,
                    )
                )
        return self.statement_ids._queue()

    # === BUSINESS METHODS === #
    def _get_responsible(self):
        """:return: the user who answers questions about the run's statements"""
        self.ensure_one()
        run = self.sudo()
        group = self.env.ref("sales_team.group_sale_manager").sudo()
        managers = group.all_user_ids._can_approve(run.company_id, self.env["res.users"])
        wanted = run.company_id.sales_commission_manager_id | run.create_uid
        return (wanted & managers)[:1] or managers.sorted("id")[:1]
