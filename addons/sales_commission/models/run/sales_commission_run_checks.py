from odoo import api, fields, models

from .sales_commission_run import READERS


class SalesCommissionRun(models.Model):
    """What the calculation found that somebody should look at before the approval."""

    _inherit = "sales.commission.run"

    check_ids = fields.One2many(
        comodel_name="sales.commission.check",
        inverse_name="run_id",
        string="Findings",
        groups=READERS,
    )
    open_check_count = fields.Integer(
        string="Open Findings", compute="_compute_open_check_count", groups=READERS
    )

    # === COMPUTE METHODS === #
    @api.depends("check_ids.is_open")
    def _compute_open_check_count(self):
        counts = dict(
            self.env["sales.commission.check"]._read_group(
                [("run_id", "in", self.ids), ("is_open", "=", True)], ["run_id"], ["__count"]
            )
        )
        for run in self:
            run.open_check_count = counts.get(run, 0)
