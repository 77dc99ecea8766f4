from dataclasses import dataclass

from odoo import api, models
from odoo.tools import SQL

from ...models.calculation.sales_commission_restating import NOTHING_RESTATED
from ...models.plan.sales_commission_rule import TIERED

# What examples without anything better are about, and the target that attainment is shown with.
SALES = 100000.0
UNITS = 100.0


@dataclass(frozen=True)
class Example:
    """A worked example of a rule: so much sold brings so much."""

    base: float
    amount: float
    attainment: float = None

    @property
    def rate(self):
        """:return: the commission in percent of the sales"""
        return self.amount * 100 / self.base if self.base else 0.0


class SalesCommissionExample(models.AbstractModel):
    """Worked examples of rules, computed by the queries that compute the runs.

    One sale that no run has seen, on its own in its period: in one statement, which only reads.
    """

    _name = "sales.commission.example"
    _description = "Commission Example"

    # === BUSINESS METHODS === #
    @api.model
    def _compute(self, rules):
        """:return: dict of rule → list of :class:`Example`"""
        cases = [
            (place, rule, base, target)
            for place, (rule, base, target) in enumerate(
                ((rule, *case) for rule in rules for case in self._get_cases(rule)), start=1
            )
        ]
        examples = {rule: [] for rule in rules}
        if not cases:
            return examples
        self.env.flush_all()
        amounts = dict(self.env.execute_query(self._query(cases)))
        for place, rule, base, target in cases:
            examples[rule].append(
                Example(base, float(amounts[place]), target and base * 100 / target)
            )
        return examples

    # === WHAT TO SHOW === #
    @api.model
    def _get_cases(self, rule):
        """:return: list of (sold, target or None): one in each tier, one below the threshold,
        one above the cap"""
        if rule.base == "quantity":
            return [(UNITS, None)]
        if rule.tier_basis == "attainment" and (rule.rate_type in TIERED or rule.threshold):
            bounds = self._get_bounds(rule, 100.0)
            return [(SALES * self._within(*pair) / 100, SALES) for pair in bounds]
        cases = [(self._within(*pair), None) for pair in self._get_bounds(rule, SALES)]
        if rule.rate_type == "percent" and rule.cap_period and rule.rate:
            cases.append((round(rule.cap_period * 125 / rule.rate, 2), None))
        return cases

    @api.model
    def _get_bounds(self, rule, usual):
        """:return: list of pairs of what lies between two steps of the rule"""
        bounds = sorted(
            {0.0, rule.threshold}
            | set(rule.tier_ids.mapped("amount_from") if rule.rate_type in TIERED else ())
        )
        last = bounds[-1] * 1.4 if bounds[-1] else usual * 2
        return list(zip(bounds, [*bounds[1:], last], strict=True))

    @api.model
    def _within(self, low, high):
        return round((low + high) / 2, 2)

    # === WHAT IT BRINGS === #
    @api.model
    def _query(self, cases):
        pricing = self.env["sales.commission.example.pricing"]
        rules = self.env["sales.commission.rule"].union(*(rule for _place, rule, *_rest in cases))
        return SQL(
            """
            WITH commission_example (place, rule_id, base, target) AS MATERIALIZED (
                VALUES %(cases)s),
            commission_scope AS MATERIALIZED (%(scope)s),
            commission_restated AS (%(restated)s),
            commission_credit AS MATERIALIZED (%(credits)s),
            commission_measure AS MATERIALIZED (%(measures)s)
            SELECT x.entry_id, SUM(x.amount) FROM (%(earnings)s) x GROUP BY 1
            """,
            cases=SQL(", ").join(
                SQL(
                    "(%s, %s, %s::numeric, %s::numeric)",
                    place,
                    rule.id,
                    str(base),
                    target and str(target),
                )
                for place, rule, base, target in cases
            ),
            scope=self.env["sales.commission.scope"]._scope_query(
                SQL("p.id = ANY(%s)", rules.plan_id.ids), self._windows_query()
            ),
            restated=NOTHING_RESTATED,
            credits=self._credits_query(),
            measures=pricing._measures_query(
                self._priors_query(),
                SQL("SELECT NULL::integer AS currency_id, NULL::numeric AS rate"),
            ),
            earnings=pricing._earnings_query(),
        )

    @api.model
    def _windows_query(self):
        return SQL(
            """
            SELECT p.company_id, NULL::integer AS plan_id, example.place AS period,
                   p.date_from, p.date_from AS date_to, TRUE AS is_current
              FROM commission_example example WHERE example.rule_id = r.id
            """
        )

    @api.model
    def _credits_query(self):
        """:return: ``SQL`` of one credit per example; the company's contact stands for the
        payee, and no rule competes with another"""
        return SQL(
            """
            SELECT example.place AS entry_id, example.place AS document_id,
                   NULL::varchar AS document_name, s.date_from AS date, s.period, s.plan_id,
                   s.rule_id, company.partner_id AS payee_id, NULL::integer AS user_id,
                   s.company_currency_id AS currency_id, 100::numeric AS share, example.base
              FROM commission_example example
              JOIN commission_scope s ON s.period = example.place AND s.rule_id = example.rule_id
              JOIN res_company company ON company.id = s.company_id
            """
        )

    @api.model
    def _priors_query(self):
        return SQL(
            """
            SELECT t.period, t.rule_id, t.payee_id, t.currency_id, NULL::date AS date_from,
                   NULL::date AS date_to, 0::numeric AS base, 0::numeric AS company_amount,
                   0::numeric AS year_amount, 0::numeric AS counted_base
              FROM total t
            """
        )
