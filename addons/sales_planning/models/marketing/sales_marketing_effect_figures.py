from odoo import api, fields, models
from odoo.fields import Domain

from .sales_marketing_effect import QUOTIENTS, SOLD

COUNTED = ("leads", "opportunities", *SOLD, "profit")


class SalesMarketingBudgetMixin(models.AbstractModel):
    """What a plan or an activity has brought: the figures of :class:`SalesMarketingEffect` by
    marked campaigns, for many records in one statement.
    """

    _inherit = "sales.marketing.budget.mixin"

    leads = fields.Integer(
        compute="_compute_effect", help="Leads and opportunities of the campaign, lost ones too."
    )
    opportunities = fields.Integer("Sales Opportunities", compute="_compute_effect")
    orders = fields.Float(digits=(16, 0), compute="_compute_effect", help="Orders that stand.")
    new_customers = fields.Float(
        digits=(16, 0), compute="_compute_effect", help="Customers whose first invoice came of it."
    )
    booked = fields.Monetary(compute="_compute_effect")
    invoiced = fields.Monetary(compute="_compute_effect")
    collected = fields.Monetary(compute="_compute_effect")
    margin = fields.Monetary(compute="_compute_effect", help="Of what is invoiced.")
    profit = fields.Monetary("Result", compute="_compute_effect", help="Margin less cost.")
    cost_per_lead = fields.Monetary(compute="_compute_effect", help="Cost by leads.")
    acquisition_cost = fields.Monetary(compute="_compute_effect", help="Cost by new customers.")
    roi = fields.Float(
        "ROI",
        compute="_compute_effect",
        help="Return on investment: margin less cost, by cost.",
    )
    leads_attained = fields.Float(compute="_compute_effect", help="Leads by expected leads.")
    revenue_attained = fields.Float(compute="_compute_effect", help="Invoiced by expected revenue.")

    # === COMPUTE METHODS === #
    @api.depends("actual", "expected_leads", "expected_revenue")
    @api.depends_context("uid", "allowed_company_ids")
    def _compute_effect(self):
        rows = self.env["sales.marketing.effect"]._get_figures(
            self._get_effect_activities(), self._get_effect_plans()
        )
        for holder in self:
            keys = holder._get_effect_keys()
            found = [rows[key] for key in keys if key in rows]
            for name in COUNTED:
                holder[name] = sum(row[name] for row in found)
            for name, (over, under) in QUOTIENTS.items():
                divisor = sum(row[under] for row in found)
                holder[name] = divisor and sum(row[over] for row in found) / divisor

    # === ACTION METHODS === #
    def action_open_leads(self):
        """The leads and opportunities of the campaigns, lost ones as well."""
        self.ensure_one()
        activities = self._get_effect_activities().filtered("campaign_id")
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Leads of %(name)s", name=self.display_name),
            "res_model": "crm.lead",
            "view_mode": "list,kanban,form",
            "views": [(False, "list"), (False, "kanban"), (False, "form")],
            "domain": list(
                Domain("campaign_id", "in", activities.campaign_id.ids)
                & Domain("company_id", "in", [False, *activities.company_id.ids])
            ),
            "context": {"active_test": False, "create": False},
        }

    def action_open_sales(self):
        return self._get_sales_action("marked")

    def action_open_effect(self):
        """What it has cost and brought, with the choice of how sales are credited."""
        self.ensure_one()
        return {
            **self.env["ir.actions.act_window"]._for_xml_id(
                "sales_planning.sales_marketing_effect_action"
            ),
            "name": self.env._("Effect of %(name)s", name=self.display_name),
            "domain": [(self._get_effect_field(), "=", self.id)],
            "context": {"search_default_marked": 1},
        }

    # === BUSINESS METHODS === #
    def _get_sales_action(self, attribution):
        """:return: action that shows the ledger entries that the figures are made of"""
        self.ensure_one()
        return self.env["sales.marketing.contribution"]._get_action(
            self.env._("Sales of %(name)s", name=self.display_name),
            [(self._get_effect_field(), "=", self.id), ("attribution", "=", attribution)],
        )

    def _get_effect_field(self):
        """:return: name of the field that leads from a row of the effect to the holder"""
        raise NotImplementedError

    def _get_effect_activities(self):
        """:return: the activities that bring something"""
        raise NotImplementedError

    def _get_effect_plans(self):
        """:return: the plans whose costs beyond their activities count as well"""
        return self.env["sales.marketing.plan"]

    def _get_effect_keys(self):
        """:return: (plan id, activity id) of the rows that add up to the figures"""
        raise NotImplementedError
