from odoo import api, fields, models
from odoo.exceptions import UserError


class CrmLeadLost(models.TransientModel):
    """Asks whom the opportunities were lost to as well, and what their team wants to know."""

    _inherit = "crm.lead.lost"

    company_id = fields.Many2one("res.company", compute="_compute_company_id")
    currency_id = fields.Many2one(related="company_id.currency_id")
    lost_competitor_id = fields.Many2one(
        "sales.competitor",
        string="Lost To",
        compute="_compute_lost_competitor_id",
        store=True,
        readonly=False,
        domain="[('company_id', 'in', (False, company_id))]",
    )
    lost_price = fields.Monetary(string="Price of the Competitor")
    needs_reason = fields.Boolean(compute="_compute_needs")
    needs_competitor = fields.Boolean(compute="_compute_needs")
    needs_price = fields.Boolean(compute="_compute_needs")

    # === COMPUTE METHODS === #
    @api.depends("lead_ids")
    def _compute_company_id(self):
        for wizard in self:
            wizard.company_id = wizard.lead_ids.company_id[:1] or self.env.company

    @api.depends("lead_ids")
    def _compute_lost_competitor_id(self):
        for wizard in self:
            rivals = wizard.lead_ids.main_competitor_id
            wizard.lost_competitor_id = rivals if len(rivals) == 1 else False

    @api.depends("lead_ids")
    def _compute_needs(self):
        for wizard in self:
            teams = wizard.sudo().lead_ids.team_id
            wizard.needs_reason = any(teams.mapped("loss_needs_reason"))
            wizard.needs_competitor = any(teams.mapped("loss_needs_competitor"))
            wizard.needs_price = any(teams.mapped("loss_needs_price"))

    # === ACTION METHODS === #
    def action_lost_reason_apply(self):
        self._check_currency()
        # Standard passes on the reason only.
        self.lead_ids.write(
            {"lost_competitor_id": self.lost_competitor_id.id, "lost_price": self.lost_price}
        )
        return super().action_lost_reason_apply()

    # === BUSINESS METHODS === #
    def _check_currency(self):
        """:raises UserError: the same number would be another price for some of them"""
        currencies = self.lead_ids.company_currency
        if self.lost_price and len(currencies) > 1:
            raise UserError(
                self.env._(
                    "The opportunities are in %(currencies)s. Mark them as lost in one currency "
                    "at a time, or leave the price of the competitor empty.",
                    currencies=", ".join(currencies.mapped("name")),
                )
            )
