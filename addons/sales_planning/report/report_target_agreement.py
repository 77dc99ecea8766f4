from odoo import api, models
from odoo.exceptions import UserError


class ReportTargetAgreementPlan(models.AbstractModel):
    """Agreements of all people of a plan, in one document."""

    _name = "report.sales_planning.report_target_agreement_plan"
    _description = "Target Agreements of a Plan"

    @api.model
    def _get_report_values(self, docids, data=None):
        plans = self.env["sales.target.plan"].browse(docids)
        targets = self.env["sales.target"]
        for plan in plans:
            people = plan._get_agreement_targets()
            if not people:
                raise UserError(
                    self.env._(
                        "%(plan)s has no target of a salesperson, so there is nobody to sign. "
                        "Add targets for people, or print a single target from its own page.",
                        plan=plan.name,
                    )
                )
            targets |= people
        return {"doc_ids": targets.ids, "doc_model": "sales.target", "docs": targets}
