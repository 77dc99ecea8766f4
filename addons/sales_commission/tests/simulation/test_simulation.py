from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import tagged

from ..common import MARCH, YEAR
from .common import SimulationCommon

POSTED = (
    "sales.ledger.entry",
    "sales.commission.run",
    "sales.commission.measure",
    "sales.commission.earning",
    "sales.commission.statement",
)


@tagged("post_install", "-at_install", "sales_commission")
class TestSimulation(SimulationCommon):
    def test_a_draft_for_next_year_on_the_sales_of_this_one(self):
        current = self._create_plan({"rate": 2})
        self._sell(1000, 500)
        self._sell(2000, user=self.wang_wei, date=f"{YEAR}-04-15")
        self._settle(current, 3)
        draft = self._create_plan(
            {"rate_type": "retroactive", "tier_ids": self._tiers((0, 1), (1500, 5))},
            date_from=f"{YEAR + 1}-01-01",
            approve=False,
        )
        simulation = self._simulate(draft)
        self.assertRecordValues(
            simulation,
            [
                {
                    "event": "booked",
                    "sales_amount": 3500,
                    "simulated_amount": 175,
                    "current_amount": 70,
                    "difference": 105,
                    "simulated_percent": 5,
                    "current_percent": 2,
                    "winner_count": 2,
                    "loser_count": 0,
                }
            ],
        )
        # March was paid by a run, April has none: the approved plan is simulated.
        self.assertEqual(
            [
                (str(line.month), line.payee_id, line.current_amount, line.source)
                for line in simulation.line_ids
            ],
            [
                (f"{YEAR}-03-01", self.li_na.partner_id, 30, "settled"),
                (f"{YEAR}-04-01", self.wang_wei.partner_id, 40, "simulated"),
            ],
        )

    def test_winners_and_losers(self):
        current = self._create_plan({"rate": 2})
        self._sell(100)
        self._sell(1000, user=self.wang_wei)
        self._settle(current, 3)
        draft = self._create_plan({"rate": 3, "user_id": self.li_na.id}, approve=False)
        simulation = self._simulate(draft)
        outcomes = self._by_payee(simulation, "outcome")
        self.assertEqual(
            outcomes, {self.li_na.partner_id: "more", self.wang_wei.partner_id: "less"}
        )
        self.assertEqual(
            self._by_payee(simulation, "difference"),
            {self.li_na.partner_id: 1, self.wang_wei.partner_id: -20},
        )
        self.assertEqual(
            self._by_payee(simulation, "difference_percent"),
            {self.li_na.partner_id: 50, self.wang_wei.partner_id: -100},
        )

    def test_two_plans_against_each_other(self):
        paid = self._create_plan({"rate": 9})
        self._sell(1000)
        self._settle(paid, 3)
        first = self._create_plan({"rate": 2}, approve=False)
        second = self._create_plan({"rate": 3}, approve=False, date_from=f"{YEAR + 1}-01-01")
        simulation = self._simulate(first, compare_id=second.id)
        self.assertRecordValues(
            simulation.line_ids,
            [{"simulated_amount": 20, "current_amount": 30, "source": "simulated"}],
        )

    def test_a_season_s_rule_is_moved_by_whole_years(self):
        draft = self._create_plan(
            {
                "rate": 5,
                "date_from": f"{YEAR + 1}-03-01",
                "date_to": f"{YEAR + 1}-03-31",
            },
            {"rate": 1},
            date_from=f"{YEAR + 1}-01-01",
            approve=False,
        )
        self._sell(1000)
        self._sell(1000, date=f"{YEAR}-05-15")
        simulation = self._simulate(draft)
        self.assertEqual(simulation.line_ids.mapped("simulated_amount"), [50, 10])

    def test_payees_of_a_future_plan_are_paid(self):
        draft = self._create_plan(
            payee_scope="assigned",
            assignment_ids=[
                Command.create(
                    {"payee_id": self.li_na.partner_id.id, "date_from": f"{YEAR + 1}-01-01"}
                )
            ],
            date_from=f"{YEAR + 1}-01-01",
            approve=False,
        )
        self._sell(1000)
        self._sell(1000, user=self.wang_wei)
        self.assertEqual(self._by_payee(self._simulate(draft)), {self.li_na.partner_id: 20})

    def test_a_correction_counts_in_its_month(self):
        draft = self._create_plan({"rate": 2}, approve=False)
        self._sell(1000, document_model="sale.order", document_id=1, source_id=1)
        self._sell(
            -400,
            date=f"{YEAR}-04-02",
            document_model="sale.order",
            document_id=1,
            source_id=1,
            posting_no=2,
        )
        simulation = self._simulate(draft)
        self.assertEqual(simulation.line_ids.mapped("simulated_amount"), [20, -8])
        self.assertEqual(simulation.simulated_amount, 12)

    def test_nothing_is_posted(self):
        plan = self._create_plan()
        self._sell(100, 50.5)
        self._create_run(MARCH, plan_id=plan.id)
        before = self._read_all()
        self._simulate(plan)
        self._simulate(self._create_plan({"rate": 7}, approve=False))
        self.assertEqual(self._read_all(), before)

    def _read_all(self):
        self.env.flush_all()
        self.env.invalidate_all()
        return {model: self.env[model].search([], order="id").read() for model in POSTED}

    def test_whole_months(self):
        simulation = self._simulate(self._create_plan(), f"{YEAR}-03-15", f"{YEAR}-04-02")
        self.assertEqual(str(simulation.date_from), f"{YEAR}-03-01")
        self.assertEqual(str(simulation.date_to), f"{YEAR}-04-30")

    def test_a_payee_in_a_foreign_currency_is_compared_in_the_company_s(self):
        euro = self.env.ref("base.EUR")
        euro.active = True
        self.env["res.currency.rate"].search([("currency_id", "=", euro.id)]).unlink()
        self.env["res.currency.rate"].create(
            {"currency_id": euro.id, "name": f"{YEAR}-01-01", "rate": 0.5}
        )
        plan = self._create_plan(
            {"rate": 10},
            assignment_ids=[
                Command.create({"payee_id": self.li_na.partner_id.id, "currency_id": euro.id})
            ],
        )
        self._sell(1000)
        self._settle(plan, 3)
        statement = self.env["sales.commission.statement"].search(
            [("run_id.plan_id", "=", plan.id)]
        )
        self.assertEqual((statement.currency_id, statement.amount), (euro, 50))
        simulation = self._simulate(plan)
        self.assertEqual((simulation.simulated_amount, simulation.current_amount), (100, 100))

    def test_another_company_s_sales_do_not_count(self):
        company = self.env["res.company"].create({"name": "Second"})
        self._sell(1000, company_id=company.id)
        self._sell(100)
        simulation = self._simulate(self._create_plan(approve=False))
        self.assertEqual((simulation.simulated_amount, simulation.sales_amount), (2, 100))

    def test_a_rule_without_target_says_so(self):
        target_plan = self.env["sales.target.plan"].create(
            {
                "name": "Elsewhen",
                "metric": "booked",
                "period": "month",
                "date_from": f"{YEAR + 1}-01-01",
                "date_to": f"{YEAR + 1}-12-31",
                "company_id": self.company.id,
            }
        )
        plan = self._create_plan(
            {
                "rate_type": "retroactive",
                "tier_basis": "attainment",
                "target_plan_id": target_plan.id,
                "tier_ids": self._tiers((0, 1)),
            },
            approve=False,
        )
        self._sell(100)
        simulation = self._simulate(plan)
        self.assertEqual((simulation.simulated_amount, simulation.without_target_count), (0, 1))

    def test_what_cannot_be_simulated_is_refused(self):
        plan = self._create_plan(approve=False)
        empty = self.env["sales.commission.plan"].create({"name": "Empty"})
        tierless = self._create_plan({"rate_type": "marginal"}, approve=False)
        for values, sentence in (
            ({"plan_id": empty.id}, "Plan Empty has no rule"),
            ({"plan_id": tierless.id}, "has no tier. Add one that starts at 0"),
            ({"compare_id": plan.id}, "cannot be compared with itself"),
            ({"last": f"{YEAR - 1}-12-31"}, "before it begins"),
            ({"first": f"{YEAR - 5}-01-01"}, "more than 60 months"),
        ):
            with self.subTest(sentence=sentence), self.assertRaisesRegex(UserError, sentence):
                self._simulate(plan, **values)

    def test_the_last_ones_are_kept(self):
        plan = self._create_plan(approve=False)
        first = self._simulate(plan)
        for _number in range(10):
            last = self._simulate(plan)
        found = self.env["sales.commission.simulation"].search([("plan_id", "=", plan.id)])
        self.assertEqual(len(found), 10)
        self.assertIn(last, found)
        self.assertFalse(first.exists())

    def test_the_number_of_queries_does_not_depend_on_sales_or_months(self):
        plan = self._create_plan(
            {"rate_type": "marginal", "tier_ids": self._tiers((0, 1), (300, 2))},
            {"role": "leader", "measure_period": "year", "threshold": 100},
        )
        counts = []
        for month, size in ((1, 3), (1, 3), (12, 100)):
            self._sell(*range(1, size), date=f"{YEAR}-{month:02}-15")
            simulation = self.env["sales.commission.simulation"].create(
                {
                    "plan_id": plan.id,
                    "date_from": f"{YEAR}-01-01",
                    "date_to": f"{YEAR}-{month:02}-28",
                }
            )
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            simulation.action_simulate()
            self.env.flush_all()
            counts.append(self.cr.sql_log_count - before)
        self.assertEqual(counts[1], counts[2])
        self.assertLess(counts[1], 45)
