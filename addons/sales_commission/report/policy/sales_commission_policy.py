from odoo import api, fields, models


class SalesCommissionPolicy(models.TransientModel):
    """Asks in which language, and for whom, the policy of a plan is printed."""

    _name = "sales.commission.policy"
    _description = "Print Commission Policy"

    plan_id = fields.Many2one(
        comodel_name="sales.commission.plan", required=True, readonly=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="plan_id.company_id")
    payee_id = fields.Many2one(
        comodel_name="res.partner", help="Who signs. Empty: the name is left open."
    )
    lang = fields.Selection(
        selection="_selection_lang",
        string="Language",
        required=True,
        compute="_compute_lang",
        store=True,
        readonly=False,
    )

    # === COMPUTE METHODS === #
    @api.model
    def _selection_lang(self):
        return self.env["res.lang"].get_installed()

    @api.depends("payee_id")
    def _compute_lang(self):
        for policy in self:
            policy.lang = policy.payee_id.lang or self.env.lang

    # === ACTION METHODS === #
    def action_preview(self):
        return self._print("sales_commission.report_policy_preview_action")

    def action_print(self):
        return self._print("sales_commission.report_policy_action")

    # === BUSINESS METHODS === #
    def _print(self, xmlid):
        self.ensure_one()
        return self.env.ref(xmlid).report_action(
            self.plan_id,
            data={
                "plan_ids": self.plan_id.ids,
                "payee_id": self.payee_id.id,
                "lang": self.lang,
            },
            config=False,
        )
