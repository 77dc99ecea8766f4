from odoo.fields import Command
from odoo.tests import tagged

from .common import MARCH, YEAR, SalesCommissionCommon

TIERS = ((0, 1), (1000, 2), (5000, 4))


@tagged("post_install", "-at_install", "sales_commission")
class TestAppending(SalesCommissionCommon):
    """A recalculation of what the ledger got since gives what a calculation anew gives."""

    def _tiers(self):
        return [Command.create({"amount_from": start, "rate": rate}) for start, rate in TIERS]

    def _get_figures(self, run):
        """:return: all figures of a run that a person could see"""
        self.env.invalidate_all()
        return (
            sorted(
                (e.entry_id.id, e.rule_id.id, e.kind, e.tier_id.id, e.base, e.rate, e.amount)
                for e in self._get_earnings(run)
            ),
            sorted(
                (
                    *(m.rule_id.id, m.payee_id.id, m.base, m.restated_base, m.status),
                    *(m.tier_id.id, m.rate, m.earned_amount, m.deducted_amount, m.amount),
                    m.earning_count,
                )
                for m in run.measure_ids
            ),
            sorted(
                (s.payee_id.id, s.earned_amount, s.deducted_amount, s.amount, s.earning_count)
                for s in run.statement_ids
            ),
            sorted(
                (t.event, t.entry_count, t.amount, t.commissioned_amount, t.open_amount)
                for t in run.total_ids
            ),
        )

    def _assert_same_as_anew(self, run):
        appended = self._get_figures(run)
        self.env["sales.commission.calculation"]._clear(run)
        run.action_calculate()
        self.assertEqual(appended, self._get_figures(run))

    def test_rates_of_every_kind(self):
        kinds = (
            {"rate_type": "percent", "rate": 3.33},
            {"rate_type": "marginal", "tier_ids": self._tiers()},
            {"rate_type": "retroactive", "tier_ids": self._tiers()},
            {"rate_type": "retroactive", "tier_ids": self._tiers(), "measure_period": "year"},
            {"rate_type": "unit", "base": "quantity", "unit_amount": 1.5},
            {"rate_type": "period", "unit_amount": 100, "threshold": 1500},
            {"rate_type": "document", "unit_amount": 25},
            {"rate_type": "percent", "rate": 10, "cap_line": 20},
            {"rate_type": "percent", "rate": 10, "cap_period": 150},
            {"rate_type": "marginal", "tier_ids": self._tiers(), "threshold": 2000},
        )
        for kind in kinds:
            with self.subTest(kind=kind), self.cr.savepoint() as savepoint:
                plan = self._create_plan(kind)
                self._sell(333.33, 500, 66.67)
                self._sell(800, user=self.wang_wei)
                run = self._create_run(plan_id=plan.id)
                # A small sale, then one that passes tiers, thresholds and caps
                for amount in (0.01, 4321.99, -700):
                    self._sell(amount)
                    before = run.last_entry_id
                    run.action_calculate()
                    self.assertGreater(run.last_entry_id, before)
                    self._assert_same_as_anew(run)
                savepoint.rollback()
            self.env.invalidate_all()

    def test_what_is_there_stays(self):
        plan = self._create_plan({"rate_type": "marginal", "tier_ids": self._tiers()})
        self._sell(900, 50)
        run = self._create_run(plan_id=plan.id)
        before = self._get_earnings(run)
        self._sell(200)
        run.action_calculate()
        self.assertEqual(self._get_earnings(run)[:2], before)
        # 150 above the edge of 1,000 at 2 %, 50 below it at 1 %
        self.assertEqual(self._get_earnings(run)[2].amount, 3.5)

    def test_another_input_calculates_anew(self):
        plan = self._create_plan(payee_scope="assigned", approve=False)
        plan.assignment_ids = [Command.create({"payee_id": self.li_na.partner_id.id})]
        plan.action_approve()
        self._sell(1000)
        self._sell(1000, user=self.wang_wei)
        run = self._create_run(plan_id=plan.id)
        self.assertEqual(run.amount, 20.0)
        plan.assignment_ids = [Command.create({"payee_id": self.wang_wei.partner_id.id})]
        run.action_calculate()
        self.assertEqual(run.amount, 40.0)

    def test_an_entry_of_an_earlier_number(self):
        # A transaction that began before the calculation commits after it
        plan = self._create_plan()
        later = self._sell(1000)
        run = self._create_run(plan_id=plan.id)
        self._sell(500, id=later.id - 1, date=MARCH[0], reference=f"S{YEAR}")
        run.action_calculate()
        self.assertEqual(run.amount, 30.0)
