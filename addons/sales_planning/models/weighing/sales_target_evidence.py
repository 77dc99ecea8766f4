from odoo import api, models

from .sales_target_facts import LEAD_DIMENSIONS

# The figures that are shown beside the number of a node.
EVIDENCE = ("last_year", "year_before", "pipeline", "receivables", "potential")


class SalesTargetEvidence(models.AbstractModel):
    """Evidence: what speaks for or against the number of a node, for many nodes at once."""

    _name = "sales.target.evidence"
    _description = "Evidence for Targets"

    @api.model
    def _get_evidence(self, plan, target_ids):
        """Collect the evidence for nodes of one plan, in the plan's currency.

        - ``last_year``, ``year_before``: what the plan's metric counts in the same days one and
          two years earlier, whether they are over or not, and whenever the node is valid
        - ``pipeline``: expected revenue times probability of the open opportunities that are
          to be won within the plan; None of nodes that name what opportunities do not have
        - ``receivables``: untaxed money that customers owe and that is expected within the plan
        - ``potential``: size of the market in a year; None where not known
        - ``periods``: dict of the first day of a period → last year's amount

        Plans that count no money have neither pipeline nor receivables nor potential.

        :param list target_ids: ids of nodes of the plan
        :return: dict of target id → dict of these, amounts as Decimal or None
        :raises AccessError: the user may not see one of the nodes
        """
        nodes = self.env["sales.target.facts"]._get_nodes(plan, target_ids)
        evidence = self._get_past(plan, nodes)
        for figures in (
            self._get_pipeline(plan, nodes),
            self._get_receivables(plan, nodes),
            self._get_potential(plan, nodes),
        ):
            for target_id, figure in figures.items():
                evidence[target_id].update(figure)
        return evidence

    @api.model
    def _get_past(self, plan, nodes):
        facts = self.env["sales.target.facts"]
        periods = plan._get_periods()
        spans = [*facts._get_past_spans(plan, 1), *facts._get_past_spans(plan, 2)]
        sums = facts._sum(plan, nodes, facts._ledger_sql(plan, spans), spans, in_force=False)
        past = {}
        for node in nodes:
            amounts = [sums[node.id, position] for position in range(len(spans))]
            last_year = amounts[: len(periods)]
            past[node.id] = {
                "last_year": sum(last_year),
                "year_before": sum(amounts[len(periods) :]),
                "periods": {
                    period.first: amount for period, amount in zip(periods, last_year, strict=True)
                },
            }
        return past

    @api.model
    def _get_pipeline(self, plan, nodes):
        if not plan.currency_id:
            return {node.id: {"pipeline": None} for node in nodes}
        facts = self.env["sales.target.facts"]
        sums = facts._sum(plan, nodes, facts._pipeline_sql(plan), [plan._get_span()])
        return {
            node.id: {
                "pipeline": sums[node.id, 0] if node.dimensions <= LEAD_DIMENSIONS.keys() else None
            }
            for node in nodes
        }

    @api.model
    def _get_receivables(self, plan, nodes):
        if not plan.currency_id:
            return {node.id: {"receivables": None} for node in nodes}
        facts = self.env["sales.target.facts"]
        sums = facts._sum(plan, nodes, facts._receivables_sql(plan), [plan._get_span()])
        return {node.id: {"receivables": sums[node.id, 0]} for node in nodes}

    @api.model
    def _get_potential(self, plan, nodes):
        if not plan.currency_id:
            return {node.id: {"potential": None} for node in nodes}
        potentials = self.env["sales.target.facts"]._get_potentials(plan, nodes)
        return {target_id: {"potential": amount} for target_id, amount in potentials.items()}

    @api.model
    def _get_last_year_by_period(self, plan, target_ids):
        """:return: dict of (target id, first day of the period) → Decimal"""
        facts = self.env["sales.target.facts"]
        nodes = facts._get_nodes(plan, target_ids)
        spans = facts._get_past_spans(plan, 1)
        sums = facts._sum(plan, nodes, facts._ledger_sql(plan, spans), spans, in_force=False)
        return {
            (node.id, period.first): sums[node.id, position]
            for node in nodes
            for position, period in enumerate(plan._get_periods())
        }
