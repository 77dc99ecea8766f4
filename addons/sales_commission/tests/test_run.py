from datetime import date

from psycopg2.errors import ExclusionViolation

from odoo import fields
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Command
from odoo.tests import freeze_time, tagged
from odoo.tools import mute_logger

from .common import APRIL, MARCH, MAY, YEAR, SalesCommissionCommon


@tagged("post_install", "-at_install", "sales_commission")
class TestRun(SalesCommissionCommon):
    # === THE HAPPY PATH === #
    def test_orders_become_statements(self):
        # A flat plan of 2 % on orders
        plan = self._create_plan()
        # Two people sell, and the sales are confirmed orders
        self._confirm_order(1000, self.li_na)
        self._confirm_order(500.5, self.li_na)
        self._confirm_order(200, self.wang_wei)
        # The month is settled
        run = self._create_run(plan_id=plan.id)
        self.assertRecordValues(
            run, [{"state": "calculated", "payee_count": 2, "earning_count": 3, "amount": 34.01}]
        )
        self.assertRecordValues(
            run.statement_ids,
            [
                {"payee_id": self.li_na.partner_id.id, "amount": 30.01, "entry_count": 2},
                {"payee_id": self.wang_wei.partner_id.id, "amount": 4.0, "entry_count": 1},
            ],
        )
        # Every line says what it comes from
        line = self._get_earnings(run)[0]
        self.assertRecordValues(
            line, [{"base": 1000.0, "rate": 2.0, "amount": 20.0, "kind": "earning"}]
        )
        self.assertEqual(line.action_open_document()["res_model"], "sale.order")
        # The statement sums them by rule
        self.assertRecordValues(
            run.statement_ids[0].line_ids,
            [{"rule_id": plan.rule_ids.id, "base": 1500.5, "amount": 30.01, "earning_count": 2}],
        )
        # Approved, then closed
        run.action_approve()
        run.action_close()
        self.assertEqual(run.statement_ids.mapped("state"), ["closed", "closed"])

    @freeze_time("2019-11-13")
    def test_a_new_run_follows_the_latest(self):
        runs = self.env["sales.commission.run"].with_company(
            self.env["res.company"].create({"name": "Elsewhere"})
        )
        # The first one settles last month, each further one the month after
        for month, last_day in ((10, 31), (11, 30)):
            run = runs.create({})
            self.assertRecordValues(
                run,
                [{"date_from": date(2019, month, 1), "date_to": date(2019, month, last_day)}],
            )
            self.assertEqual(run.name, f"2019-{month}")
        # A run that ends within a month leaves the rest of it to the next
        run.date_to = date(2019, 11, 10)
        self.assertRecordValues(
            runs.create({}), [{"date_from": date(2019, 11, 11), "date_to": date(2019, 11, 30)}]
        )

    # === RULES === #
    def test_conditions_narrow_a_rule(self):
        bikes = self.env["product.category"].create({"name": "Bikes"})
        road = self.env["product.category"].create({"name": "Road", "parent_id": bikes.id})
        east = self.env["sales.territory"].create({"name": "East"})
        shanghai = self.env["sales.territory"].create({"name": "Shanghai", "parent_id": east.id})
        cases = [
            ({"categ_id": bikes.id}, {"categ_id": road.id}, {"categ_id": None}),
            ({"categ_id": road.id}, {"categ_id": road.id}, {"categ_id": bikes.id}),
            ({"territory_id": east.id}, {"territory_id": shanghai.id}, {"territory_id": None}),
            ({"team_id": self.sale_team.id}, {"team_id": self.sale_team.id}, {"team_id": None}),
            ({"product_id": self.product.id}, {"product_id": self.product.id}, {}),
            ({"event": "invoiced"}, {"event": "invoiced"}, {"event": "booked"}),
        ]
        for month, (rule, matching, other) in enumerate(cases, start=1):
            with self.subTest(rule=rule):
                day = f"{YEAR}-{month:02}-10"
                plan = self._create_plan(rule)
                entry = self._sell(100, date=day, **matching)
                self._sell(100, date=day, **other)
                run = self._create_run((day, day), plan_id=plan.id)
                self.assertEqual(self._get_earnings(run).entry_id, entry)

    def test_first_rule_or_every_rule(self):
        rules = [
            {"name": "All", "rate": 1, "sequence": 20},
            {"name": "Product", "rate": 5, "product_id": self.product.id, "sequence": 10},
        ]
        first = self._create_plan(*rules, rule_mode="first")
        every = self._create_plan(*rules, rule_mode="all")
        self._sell(100, product_id=self.product.id)
        self._sell(100)
        amounts = [
            sorted(self._get_earnings(self._create_run(plan_id=plan.id)).mapped("amount"))
            for plan in (first, every)
        ]
        self.assertEqual(amounts, [[1.0, 5.0], [1.0, 1.0, 5.0]])

    def test_margin(self):
        plan = self._create_plan({"base": "margin", "rate": 10})
        self._sell(100, margin=40)
        self._sell(100, margin=-15)
        run = self._create_run(plan_id=plan.id)
        self.assertEqual(self._get_earnings(run).mapped("amount"), [4.0, -1.5])
        self.assertRecordValues(
            run.statement_ids,
            [{"earned_amount": 4.0, "deducted_amount": -1.5, "amount": 2.5}],
        )

    def test_plan_versions_by_the_day_of_the_sale(self):
        old = self._create_plan({"rate": 1}, date_to=f"{YEAR}-03-14")
        new = self._create_plan({"rate": 2}, date_from=f"{YEAR}-03-15")
        self._sell(100, date=f"{YEAR}-03-14")
        self._sell(100, date=f"{YEAR}-03-15")
        run = self._create_run()
        self.assertEqual(self._get_earnings(run).plan_id, old + new)
        self.assertEqual(self._get_earnings(run).mapped("amount"), [1.0, 2.0])

    def test_assigned_payees_on_their_days(self):
        plan = self._create_plan(
            payee_scope="assigned",
            assignment_ids=[
                Command.create(
                    {"payee_id": self.li_na.partner_id.id, "date_to": f"{YEAR}-03-15"},
                )
            ],
        )
        earning = self._sell(100, date=f"{YEAR}-03-15")
        self._sell(100, date=f"{YEAR}-03-16")
        self._sell(100, user=self.wang_wei)
        run = self._create_run(plan_id=plan.id)
        self.assertEqual(self._get_earnings(run).entry_id, earning)

    # === REPEATABILITY === #
    def test_calculating_twice_changes_nothing(self):
        plan = self._create_plan({"rate": 3.33}, {"rate": 1.7}, rule_mode="all")
        self._sell(10.01, 20.02, 30.03, -5.55)
        self._sell(99.99, user=self.wang_wei)
        run = self._create_run(plan_id=plan.id)
        rows, statements = self._get_rows(run), run.statement_ids
        run.action_calculate()
        self.assertEqual(self._get_rows(run), rows)
        self.assertEqual(run.statement_ids, statements)

    def test_the_order_of_the_plans_does_not_matter(self):
        self._sell(10.01, 20.02, 30.03)
        rates = ({"rate": 3.33}, {"rate": 1.7})
        results = []
        for rules in (rates, tuple(reversed(rates))):
            plan = self._create_plan(*rules, rule_mode="all")
            run = self._create_run(plan_id=plan.id)
            results.append({(row[0], *row[2:]) for row in self._get_rows(run)})
        self.assertEqual(*results)

    def test_a_second_calculation_sees_what_changed(self):
        plan = self._create_plan()
        order = self._confirm_order(1000, self.li_na)
        self._confirm_order(100, self.wang_wei)
        run = self._create_run(plan_id=plan.id)
        order.user_id = self.wang_wei
        run.action_calculate()
        self.assertEqual(
            {s.payee_id: s.amount for s in run.statement_ids},
            {self.li_na.partner_id: 0.0, self.wang_wei.partner_id: 22.0},
        )

    # === STATES AND REFUSALS === #
    def test_an_approved_run_is_not_calculated_again(self):
        run = self._create_run(approve=True)
        for state in ("approved", "closed"):
            with self.subTest(state=state), self.assertRaisesRegex(UserError, "statements stand"):
                run.action_calculate()
            if state == "approved":
                run.action_close()
        with self.assertRaisesRegex(UserError, "this step needs “Calculated”"):
            run.action_reset()

    def test_a_draft_is_not_approved(self):
        run = self._create_run(calculate=False)
        with self.assertRaisesRegex(UserError, "this step needs “Calculated”"):
            run.action_approve()
        with self.assertRaisesRegex(UserError, "Use the buttons"):
            run.write({"state": "approved"})

    def test_a_result_keeps_its_period(self):
        run = self._create_run()
        with self.assertRaisesRegex(UserError, "Set it back to draft first"):
            run.date_to = APRIL[1]
        with self.assertRaisesRegex(UserError, "has statements"):
            run.unlink()
        run.action_reset()
        run.date_to = APRIL[1]
        run.unlink()

    def test_reset_throws_the_result_away(self):
        plan = self._create_plan()
        self._sell(100)
        run = self._create_run(plan_id=plan.id)
        run.action_reset()
        self.assertFalse(self._get_earnings(run) or run.statement_ids or run.total_ids)
        self.assertFalse(run.calculated_at)

    def test_overlapping_runs_are_refused(self):
        plan, other = self._create_plan(), self._create_plan()
        self._create_run(MARCH, plan_id=plan.id)
        last_day = (MARCH[1], APRIL[1])
        for values in ({"plan_id": plan.id}, {}):
            with (
                self.subTest(values=values),
                self.assertRaisesRegex(ValidationError, "“2019-03 · Plan” already covers days"),
            ):
                self._create_run(last_day, calculate=False, **values)
        self._create_run(last_day, plan_id=other.id)
        april = self._create_run(APRIL, calculate=False, plan_id=plan.id)
        for values in ({"date_from": MARCH[1]}, {"plan_id": other.id}, {"plan_id": False}):
            with (
                self.subTest(values=values),
                self.assertRaisesRegex(ValidationError, "already covers days"),
            ):
                april.write(values)
        april.write({"date_to": MAY[1]})

    def test_runs_are_created_one_at_a_time(self):
        with self.registry.cursor() as other:
            other.execute(
                "SELECT pg_advisory_xact_lock(hashtext('sales_commission_run'), %s)",
                [self.company.id],
            )
            with self.assertRaisesRegex(UserError, "being created at this moment"):
                self._create_run(calculate=False)
        self._create_run(calculate=False)

    @mute_logger("odoo.sql_db")
    def test_the_database_refuses_runs_made_at_the_same_moment(self):
        runs = self.env["sales.commission.run"]
        values = {"date_from": MARCH[0], "date_to": MARCH[1]}
        with self.assertRaises(ExclusionViolation) as refusal, self.cr.savepoint():
            runs.create([values, values])
        self.assertIn(
            "Another commission run already covers days of this period",
            runs._sql_error_to_message(refusal.exception),
        )

    # === EMPTY RUNS === #
    def test_an_empty_run_says_why(self):
        plan = self._create_plan(
            {"product_id": self.product.id},
            approve=False,
            payee_scope="assigned",
            assignment_ids=[Command.create({"payee_id": self.wang_wei.partner_id.id})],
        )
        run = self._create_run()
        self.assertIn("No approved commission plan is valid", run.empty_message)
        plan.action_approve()
        run.action_calculate()
        self.assertIn("The sales ledger has no entry", run.empty_message)
        self._sell(100, user=self.env["res.users"])
        run.action_calculate()
        self.assertIn("names a salesperson", run.empty_message)
        self._sell(100)
        run.action_calculate()
        self.assertIn("No rule matches a sale between 2019-03-01", run.empty_message)
        self._sell(100, product_id=self.product.id)
        run.action_calculate()
        self.assertIn("nobody who sold", run.empty_message)
        plan.assignment_ids = [Command.create({"payee_id": self.li_na.partner_id.id})]
        run.action_calculate()
        self.assertFalse(run.empty_message)
        self.assertEqual(run.earning_count, 1)

    # === CONTROL TOTALS === #
    def test_totals_tie_to_the_ledger(self):
        plan = self._create_plan({"product_id": self.product.id}, {"event": "invoiced", "rate": 1})
        self._sell(100, product_id=self.product.id)
        self._sell(30, 7)
        self._sell(55, event="invoiced")
        self._sell(1000, event="collected")
        run = self._create_run(plan_id=plan.id)
        self.assertRecordValues(
            run.total_ids.sorted("event"),
            [
                {"event": "booked", "amount": 137, "commissioned_amount": 100, "open_amount": 37},
                {"event": "invoiced", "amount": 55, "commissioned_amount": 55, "open_amount": 0},
            ],
        )
        booked = run.total_ids.sorted("event")[0]
        for action, amount in (
            (booked.action_open_commissioned(), 100),
            (booked.action_open_uncommissioned(), 37),
        ):
            rows = self.env[action["res_model"]].search(action["domain"])
            self.assertEqual(sum(rows.mapped("amount")), amount)

    # === COMPANIES AND CURRENCIES === #
    def test_each_company_settles_its_own_sales(self):
        other = self.env["res.company"].create({"name": "Second"})
        plan = self._create_plan()
        other_plan = self._create_plan({"rate": 7}, company_id=other.id)
        self._sell(100)
        self._sell(100, company_id=other.id, currency_id=other.currency_id.id)
        run = self._create_run(plan_id=plan.id)
        other_run = self._create_run(company_id=other.id)
        self.assertEqual((run.amount, other_run.amount), (2.0, 7.0))
        self.assertEqual(other_run.statement_ids.company_id, other)
        with self.assertRaises(UserError):
            self._create_run(APRIL, calculate=False, plan_id=other_plan.id)

    def test_foreign_currency_orders_earn_in_company_currency(self):
        foreign = self._enable_currency("EUR" if self.company.currency_id.name != "EUR" else "USD")
        self.env["res.currency.rate"].create(
            {
                "name": fields.Date.today(),
                "currency_id": foreign.id,
                "rate": 4.0,
                "company_id": self.company.id,
            }
        )
        pricelist = self.env["product.pricelist"].create(
            {"name": "Foreign", "currency_id": foreign.id}
        )
        plan = self._create_plan({"rate": 10})
        order = self._confirm_order(400, pricelist_id=pricelist.id)
        self.assertEqual(order.currency_id, foreign)
        run = self._create_run(plan_id=plan.id)
        self.assertRecordValues(
            self._get_earnings(run),
            [{"base": 100.0, "amount": 10.0, "currency_id": self.company.currency_id.id}],
        )
