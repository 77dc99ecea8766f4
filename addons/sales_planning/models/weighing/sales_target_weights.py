from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from odoo import api, models
from odoo.exceptions import UserError
from odoo.tools import SQL


@dataclass(frozen=True)
class Method:
    """A way to weigh nodes and periods against each other.

    :param str label: translated name
    :param tuple metrics: the metrics that it makes sense for; empty for all
    :param bool dated: whether its weights already follow the days that a node is valid on
    """

    label: str
    metrics: tuple = ()
    dated: bool = False


class SalesTargetWeights(models.AbstractModel):
    """Weights: how a target is split among the nodes below it and their periods.

    How to use::

        weights = self.env["sales.target.weights"]._get_weights(
            plan, "last_year", plan.target_ids.ids, years=1
        )
        weights[target.id, date(2027, 1, 1)]    # Decimal("1250.00")

    A weight of 0 claims nothing and gets the number 0; ``None`` knows nothing and gets no number.
    Where all weights are 0 or ``None`` there is nothing to split by: that is left to the caller.

    How to extend: an addon that has a method of its own adds it to :meth:`_get_methods` and
    brings ``_weights_<method>(plan, nodes, **options)``, which returns a dict like
    :meth:`_get_weights` does and takes the same number of statements for any number of nodes.
    """

    _name = "sales.target.weights"
    _description = "Weights of Targets"

    @api.model
    def _get_methods(self):
        """:return: dict of key → :class:`Method`, in the order of the selection"""
        return {
            "equal": Method(self.env._("Equal")),
            "last_year": Method(self.env._("Last Year")),
            "growth": Method(self.env._("Growth on Last Year")),
            "season": Method(self.env._("Season Profile")),
            "potential": Method(self.env._("Potential")),
            "receivables": Method(self.env._("Open Receivables"), ("collected",), dated=True),
            "hand": Method(self.env._("By Hand")),
            "assigned": Method(self.env._("Current Numbers"), dated=True),
        }

    @api.model
    def _get_selection(self, plan=None):
        """:param plan: leave out the methods that do not fit its metric"""
        return [
            (key, method.label)
            for key, method in self._get_methods().items()
            if not plan or self._is_fit(plan, method)
        ]

    @api.model
    def _get_weights(self, plan, method, target_ids, **options):
        """Weigh nodes of one plan in each of its sub-periods.

        What is negative counts as 0. A period in which a node is not valid has no weight; one in
        which it is valid for half of the days has half the weight.

        Options of the methods:

        - ``years`` (last_year, growth): how many years back, 1 unless told. A period that
          is not over yet so many years back is taken from the latest year in which it is.
        - ``percent`` (growth): a number, or a dict of target id → number
        - ``profile`` (season, potential): a ``sales.season.profile``; that of the plan unless
          told. Potentials do without, then all periods of a node weigh the same.

        :param str method: a key of :meth:`_get_methods`
        :param list target_ids: ids of nodes of the plan
        :return: dict of (target id, first day of the period) → Decimal or None, for every node
            and every period
        :raises AccessError: the user may not see one of the nodes
        :raises UserError: the method does not exist or does not fit the plan, or needs a
            profile and there is none
        """
        chosen = self._get_method(plan, method)
        nodes = self.env["sales.target.facts"]._get_nodes(plan, target_ids)
        weights = getattr(self, f"_weights_{method}")(plan, nodes, **options)
        if not chosen.dated:
            weights = self._limit_to_valid_days(plan, nodes, weights)
        return {
            key: None if weight is None else max(weight, Decimal(0))
            for key, weight in weights.items()
        }

    @api.model
    def _get_method(self, plan, key):
        methods = self._get_methods()
        if key not in methods:
            raise UserError(
                self.env._(
                    "“%(method)s” is no way to split a target. Choose one of: %(methods)s.",
                    method=key,
                    methods=", ".join(method.label for method in methods.values()),
                )
            )
        if not self._is_fit(plan, methods[key]):
            labels = dict(self.env["sales.target.metric"]._get_selection())
            raise UserError(
                self.env._(
                    "“%(method)s” splits targets of %(metrics)s, and %(plan)s counts %(metric)s. "
                    "Choose another way to split it.",
                    method=methods[key].label,
                    metrics=", ".join(labels[metric] for metric in methods[key].metrics),
                    plan=plan.name,
                    metric=labels[plan.metric],
                )
            )
        return methods[key]

    @api.model
    def _is_fit(self, plan, method):
        return not method.metrics or plan.metric in method.metrics

    # === METHODS === #
    @api.model
    def _weights_equal(self, plan, nodes, **options):
        return self._spread(plan, {node.id: Decimal(1) for node in nodes})

    @api.model
    def _weights_hand(self, plan, nodes, **options):
        return self._spread(plan, {node.id: node.weight for node in nodes})

    @api.model
    def _weights_last_year(self, plan, nodes, years=1, **options):
        facts = self.env["sales.target.facts"]
        spans = facts._get_complete_spans(plan, years)
        # On which days a node is valid is said of the plan's own time, not of the past.
        sums = facts._sum(plan, nodes, facts._ledger_sql(plan, spans), spans, in_force=False)
        return self._by_period(plan, nodes, sums)

    @api.model
    def _weights_growth(self, plan, nodes, percent=0, **options):
        past = self._weights_last_year(plan, nodes, **options)
        percents = percent if isinstance(percent, dict) else {node.id: percent for node in nodes}
        return {
            (target_id, day): amount * (1 + Decimal(str(percents.get(target_id, 0))) / 100)
            for (target_id, day), amount in past.items()
        }

    @api.model
    def _weights_season(self, plan, nodes, profile=None, **options):
        profile = profile or plan.season_profile_id
        if not profile:
            raise UserError(
                self.env._(
                    "%(plan)s has no season profile to split by. Choose one on the plan, or make "
                    "one under Configuration ‣ Season Profiles.",
                    plan=plan.name,
                )
            )
        return self._spread(plan, {node.id: node.weight for node in nodes}, profile)

    @api.model
    def _weights_potential(self, plan, nodes, profile=None, **options):
        potentials = self.env["sales.target.facts"]._get_potentials(plan, nodes)
        return self._spread(plan, potentials, profile or plan.season_profile_id)

    @api.model
    def _weights_receivables(self, plan, nodes, **options):
        facts = self.env["sales.target.facts"]
        sums = facts._sum(plan, nodes, facts._receivables_sql(plan), plan._get_periods())
        return self._by_period(plan, nodes, sums)

    @api.model
    def _weights_assigned(self, plan, nodes, **options):
        self.env["sales.target.cell"].flush_model()
        rows = self.env.execute_query(
            SQL(
                "SELECT target_id, date_from, assigned::text FROM sales_target_cell"
                " WHERE target_id = ANY(%s)",
                [node.id for node in nodes],
            )
        )
        return {
            (target_id, day): None if number is None else Decimal(number)
            for target_id, day, number in rows
        }

    # === SPREADING === #
    @api.model
    def _spread(self, plan, weights, profile=None):
        """Give all periods the weight of their node, or its share by the profile.

        :param dict weights: target id → Decimal or None
        """
        periods = plan._get_periods()
        shares = profile._get_shares(periods) if profile else [Decimal(1)] * len(periods)
        return {
            (target_id, period.first): None if weight is None else weight * share
            for target_id, weight in weights.items()
            for period, share in zip(periods, shares, strict=True)
        }

    @api.model
    def _by_period(self, plan, nodes, sums):
        return {
            (node.id, period.first): sums[node.id, position]
            for node in nodes
            for position, period in enumerate(plan._get_periods())
        }

    @api.model
    def _limit_to_valid_days(self, plan, nodes, weights):
        limited = [node for node in nodes if node.date_start or node.date_end]
        for node in limited:
            for period in plan._get_periods():
                first = max(period.first, node.date_start or date.min)
                last = min(period.last, node.date_end or date.max)
                days = max((last - first).days + 1, 0)
                weight = weights[node.id, period.first]
                if not days or weight is None:
                    weights[node.id, period.first] = None
                else:
                    whole = (period.last - period.first).days + 1
                    weights[node.id, period.first] = weight * days / whole
        return weights
