from odoo import fields, models

from .sales_commission_run import READERS, SETTLED
from .sales_commission_run_calculating import BACKGROUND_ENTRIES


class SalesCommissionRun(models.Model):
    """A settled run can be worked out again and compared with what was paid."""

    _inherit = "sales.commission.run"

    verification_ids = fields.One2many(
        comodel_name="sales.commission.verification",
        inverse_name="run_id",
        readonly=True,
        groups=READERS,
    )
    verification_count = fields.Integer(
        string="Verifications", compute="_compute_verification_count", groups=READERS
    )

    # === COMPUTE METHODS === #
    def _compute_verification_count(self):
        counts = dict(
            self.env["sales.commission.verification"]._read_group(
                [("run_id", "in", self.ids)], ["run_id"], ["__count"]
            )
        )
        for run in self:
            run.verification_count = counts.get(run, 0)

    # === ACTION METHODS === #
    def action_verify(self):
        """Work the run out again, read-only, and show what differs from what was paid."""
        self.ensure_one()
        self._check_state(*SETTLED)
        verification = self.env["sales.commission.verification"].sudo().create({"run_id": self.id})
        if self.entry_count > BACKGROUND_ENTRIES:
            self.env.ref("sales_commission.ir_cron_sales_commission_verify").sudo()._trigger()
        else:
            verification._verify()
        return {
            "type": "ir.actions.act_window",
            "res_model": verification._name,
            "res_id": verification.id,
            "view_mode": "form",
            "views": [(False, "form")],
        }

    def action_open_verifications(self):
        self.ensure_one()
        return self._get_result_action("sales_commission.sales_commission_verification_action")
