from odoo import api, models

from ...fields import OptionalMonetary
from .sales_target_evidence import EVIDENCE


class SalesTarget(models.Model):
    _inherit = "sales.target"

    evidence_last_year = OptionalMonetary(
        "Last Year",
        compute="_compute_evidence",
        help="What was reached in the same days one year earlier, as far as they are over.",
    )
    evidence_year_before = OptionalMonetary(
        "Year Before",
        compute="_compute_evidence",
        help="What was reached in the same days two years earlier.",
    )
    evidence_pipeline = OptionalMonetary(
        "Pipeline",
        compute="_compute_evidence",
        help="Open opportunities to be won within the plan: expected revenue times probability.",
    )
    evidence_receivables = OptionalMonetary(
        "Open Receivables",
        compute="_compute_evidence",
        help="What customers owe without taxes and are expected to pay within the plan: on the due "
        "day, and as late as each of them usually pays. What is overdue is expected next.",
    )
    evidence_potential = OptionalMonetary(
        "Potential",
        compute="_compute_evidence",
        help="Size of the market in a year, as entered on the customer or the territory.",
    )

    # === COMPUTE METHODS === #
    def _compute_evidence(self):
        for name in EVIDENCE:
            self[f"evidence_{name}"] = False
        shown = {target._origin.id: target for target in self}
        for plan, targets in self._origin.grouped("plan_id").items():
            evidence = self.env["sales.target.evidence"]._get_evidence(plan, targets.ids)
            for target_id, figures in evidence.items():
                for name in EVIDENCE:
                    figure = figures[name]
                    shown[target_id][f"evidence_{name}"] = figure is not None and float(figure)

    # === ACTION METHODS === #
    def action_open_last_year(self):
        """The ledger entries that make up last year's amount."""
        self.ensure_one()
        return self._prepare_past_action(self.name, self.plan_id._get_span(), 1)

    def action_open_year_before(self):
        self.ensure_one()
        return self._prepare_past_action(self.name, self.plan_id._get_span(), 2)

    def action_open_pipeline(self):
        """The opportunities that make up the pipeline."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Pipeline of %(target)s", target=self.name),
            "res_model": "crm.lead",
            "view_mode": "list,kanban,graph,pivot,form",
            "views": self._prepare_evidence_views("crm_lead", ("kanban", "graph", "pivot", "form")),
            "domain": self.env["sales.target.facts"]._get_pipeline_domain(self),
        }

    def action_open_receivables(self):
        """The invoices whose open amounts make up the receivables."""
        self.ensure_one()
        self.check_access("read")
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Open Receivables of %(target)s", target=self.name),
            "res_model": "account.move",
            "view_mode": "list,kanban,form",
            "views": self._prepare_evidence_views("account_move", ("kanban", "form")),
            "domain": [("id", "in", self.env["sales.target.facts"]._get_receivable_ids(self))],
        }

    def action_open_potential(self):
        """Where the potential is entered: on the customer, the channel partner or the territory."""
        self.ensure_one()
        place = self.partner_id or self.channel_partner_id or self.territory_id
        return {
            "type": "ir.actions.act_window",
            "res_model": place._name,
            "res_id": place.id,
            "view_mode": "form",
        }

    # === BUSINESS METHODS === #
    @api.model
    def _prepare_evidence_views(self, model, others):
        """:return: views of an action: our list with totals, and others as they are"""
        ours = self.env.ref(f"sales_planning.{model}_view_list_evidence")
        return [(ours.id, "list"), *((False, mode) for mode in others)]

    def _prepare_past_action(self, name, span, years):
        """:param span: days of the plan; the action shows the sales some years before them"""
        self.ensure_one()
        past = self.plan_id._get_years_before(span, years)
        return self._prepare_ledger_action(
            self.env._("%(target)s, %(year)s", target=name, year=past.first.year),
            self.plan_id._get_ledger_domain(past.first, past.last) + self._get_dimension_domain(),
        )
