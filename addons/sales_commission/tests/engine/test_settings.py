from datetime import date

from odoo import fields
from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import tagged

from ..common import YEAR
from .common import EngineCommon, day


@tagged("post_install", "-at_install", "sales_commission")
class TestCurrencies(EngineCommon):
    """Wang Wei is paid in another currency than the company keeps its books in."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.foreign = cls.env.ref("base.JPY")
        cls.foreign.active = True
        cls.env["res.currency.rate"].search([("currency_id", "=", cls.foreign.id)]).unlink()

    def _set_rate(self, date, rate):
        self.env["res.currency.rate"].create(
            {
                "currency_id": self.foreign.id,
                "company_id": self.company.id,
                "name": date,
                "rate": rate,
            }
        )

    def _create_foreign_plan(self, **values):
        return self._create_plan(
            {"rate": 2, **values},
            assignment_ids=[
                Command.create(
                    {"payee_id": self.wang_wei.partner_id.id, "currency_id": self.foreign.id}
                )
            ],
        )

    def test_paid_at_the_rate_of_the_run(self):
        self._set_rate(f"{YEAR}-03-01", 110)
        self._set_rate(f"{YEAR}-03-20", 120)
        plan = self._create_foreign_plan()
        self._sell(1000)
        self._sell(1000.3, user=self.wang_wei, date=f"{YEAR}-03-05")
        run = self._settle(plan)
        # The rate of the last day, and yen have no cents: 20.006 × 120 = 2,400.72
        statements = {one.payee_id.name: one for one in run.statement_ids}
        self.assertEqual(statements["wang_wei"].currency_id, self.foreign)
        self.assertEqual(statements["wang_wei"].amount, 2401.0)
        self.assertEqual(statements["li_na"].currency_id, self.company.currency_id)
        self.assertEqual(statements["li_na"].amount, 20.0)
        self.assertEqual(run.rate_ids.rate, 120)

    def test_a_cap_is_in_the_company_s_currency(self):
        self._set_rate(f"{YEAR}-01-01", 100)
        plan = self._create_foreign_plan(cap_period=15)
        self._sell(500, 500, user=self.wang_wei)
        self.assertEqual(self._amounts(self._settle(plan)), [1000.0, 500.0])

    def test_a_correction_takes_back_what_was_paid(self):
        self._set_rate(f"{YEAR}-01-01", 100)
        self._set_rate(f"{YEAR}-02-01", 150)
        plan = self._create_foreign_plan()
        order = self._confirm_order(1000, self.wang_wei, date=day(1))
        self.assertEqual(self._amounts(self._settle(plan, 1)), [2000.0])
        order._action_cancel()
        self.assertEqual(self._amounts(self._settle(plan, 2)), [-2000.0])

    def test_exchange_rates_are_no_reason_for_a_true_up(self):
        self._set_rate(f"{YEAR}-01-01", 100)
        self._set_rate(f"{YEAR}-02-01", 150)
        plan = self._create_foreign_plan(
            rate_type="retroactive",
            measure_period="quarter",
            **self._tiers((0, 2), (3000, 3)),
        )
        self._sell(1000, user=self.wang_wei, date=day(1))
        self._sell(1000, user=self.wang_wei, date=day(2))
        self._sell(1000, user=self.wang_wei, date=day(3))
        self._settle(plan, 1)
        february = self._settle(plan, 2)
        self.assertEqual((self._amounts(february), self._true_up(february)), ([3000.0], 0))
        # In March the tier of 3 % is reached: 1 % of 2,000 more, at 150 yen
        march = self._settle(plan, 3)
        self.assertEqual((self._amounts(march), self._true_up(march)), ([4500.0], 3000.0))

    def test_without_a_rate_nothing_is_calculated(self):
        self._set_rate(f"{YEAR}-04-01", 100)
        plan = self._create_foreign_plan()
        self._sell(1000)
        run = self._create_run(calculate=False, plan_id=plan.id)
        with self.assertRaisesRegex(UserError, "no exchange rate for JPY on or before"):
            run.action_calculate()
        self.assertEqual(run.state, "draft")
        self.assertFalse(run.statement_ids or run.measure_ids or self._get_earnings(run))


@tagged("post_install", "-at_install", "sales_commission")
class TestCompaniesAndVersions(EngineCommon):
    def test_a_second_company_sees_nothing_of_the_first(self):
        second = self.env["res.company"].create(
            {"name": "Second", "currency_id": self.company.currency_id.id}
        )
        rule = {"rate_type": "marginal", **self._tiers((0, 1), (1000, 3))}
        first_plan = self._create_plan(rule)
        second_plan = self._create_plan(rule, company_id=second.id)
        # Li Na sells in both, and reaches the tier in none of them alone
        self._sell(900)
        self._sell(900, company_id=second.id)
        runs = [
            self._settle(first_plan),
            self._settle(second_plan, company_id=second.id),
        ]
        self.assertEqual([run.amount for run in runs], [9.0, 9.0])
        for run, company in zip(runs, (self.company, second), strict=True):
            for records in (run.statement_ids, run.measure_ids, self._get_earnings(run)):
                self.assertEqual(records.company_id, company)
            self.assertEqual(self._get_earnings(run).entry_id.company_id, company)
            self.assertEqual(run.total_ids.amount, 900.0)

    def test_a_new_version_ends_the_one_before(self):
        plan = self._create_plan({"rate": 2})
        january = self._confirm_order(1000, date=day(1))
        self._create_run((f"{YEAR}-01-01", f"{YEAR}-01-31"), approve=True)
        version = self.env["sales.commission.plan"].browse(plan.action_new_version()["res_id"])
        version.date_from = f"{YEAR}-02-01"
        version.rule_ids.rate = 3
        # Until it is approved, the old terms stand
        self.assertFalse(plan.date_to)
        version.action_approve()
        self.assertEqual(plan.date_to, date(YEAR, 1, 31))
        self.assertEqual((plan.version, version.version), (1, 2))
        self._confirm_order(1000, date=day(2))
        january._action_cancel()
        february = self._create_run((f"{YEAR}-02-01", f"{YEAR}-02-28"), approve=True)
        # The old version takes its sale back at its rate, the new one pays by its own
        self.assertEqual(
            {one.plan_id: one.amount for one in self._get_earnings(february)},
            {plan: -20.0, version: 30.0},
        )

    def test_a_version_that_starts_too_early_is_refused(self):
        plan = self._create_plan(date_from=f"{YEAR}-03-01")
        version = self.env["sales.commission.plan"].browse(plan.action_new_version()["res_id"])
        version.date_from = f"{YEAR}-03-01"
        with self.assertRaisesRegex(UserError, "Choose a later day"):
            version.action_approve()
        self.assertFalse(plan.date_to)
        self.assertLess(fields.Date.to_date(f"{YEAR}-03-01"), fields.Date.today())
