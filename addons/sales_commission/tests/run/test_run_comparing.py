from odoo import fields
from odoo.fields import Command
from odoo.tests import tagged

from ..common import MARCH
from .common import CommissionRunCommon


@tagged("post_install", "-at_install", "sales_commission")
class TestRunComparing(CommissionRunCommon):
    def test_change_from_one_calculation_to_the_next(self):
        plan = self._create_plan()
        self._sell(1000)
        run = self._create_run(plan_id=plan.id)
        self.assertRecordValues(
            run, [{"amount": 20.0, "change_amount": 0.0, "previous_amount": 0.0}]
        )
        self.assertEqual(run.statement_ids.change_amount, 0.0)
        self._sell(-500)
        self._sell(300, user=self.wang_wei)
        run.action_calculate()
        self.assertRecordValues(
            run, [{"amount": 16.0, "change_amount": -4.0, "previous_amount": 20.0}]
        )
        self.assertRecordValues(
            run.statement_ids.sorted("amount"),
            [
                {"payee_id": self.wang_wei.partner_id.id, "change_amount": 6.0},
                {"payee_id": self.li_na.partner_id.id, "change_amount": -10.0},
            ],
        )
        # Calculated once more, nothing has changed
        run.action_calculate()
        self.assertRecordValues(run, [{"amount": 16.0, "change_amount": 0.0}])
        # Set back to draft, there is nothing to compare with
        run.action_reset()
        run.action_calculate()
        self.assertRecordValues(run, [{"amount": 16.0, "change_amount": 0.0}])

    def test_rules_add_up_to_the_statements(self):
        plan = self._create_plan(
            {"name": "Flat", "rate": 2},
            {
                "name": "Tiers",
                "rate_type": "marginal",
                "tier_ids": [
                    Command.create({"amount_from": 0, "rate": 1}),
                    Command.create({"amount_from": 1000, "rate": 3}),
                ],
            },
            rule_mode="all",
        )
        self._sell(800, 700)
        self._sell(500, user=self.wang_wei)
        run = self._create_run(plan_id=plan.id)
        flat, tiers = plan.rule_ids
        self.assertRecordValues(
            run.rule_total_ids,
            [
                {"rule_id": flat.id, "base": 2000, "rate": 2, "amount": 40, "payee_count": 2},
                # 1,000 at 1 % and 500 at 3 %, and 500 at 1 %
                {"rule_id": tiers.id, "base": 2000, "rate": 1.5, "amount": 30, "payee_count": 2},
            ],
        )
        self.assertEqual(sum(run.rule_total_ids.mapped("amount")), run.amount)
        action = run.rule_total_ids[1].action_open_earnings()
        rows = self.env[action["res_model"]].search(action["domain"])
        self.assertEqual(sum(rows.mapped("amount")), 30.0)

    def test_what_no_rule_explains_is_a_row_of_its_own(self):
        plan = self._create_plan()
        self._sell(1000)
        run = self._create_run(plan_id=plan.id)
        # A statement holds more than its rules brought
        self._set(run.statement_ids, amount=25)
        self.assertRecordValues(
            run.rule_total_ids.sorted("amount"),
            [{"rule_id": False, "amount": 5.0}, {"rule_id": plan.rule_ids.id, "amount": 20.0}],
        )

    def test_totals_leave_out_what_was_posted_since(self):
        plan = self._create_plan({"product_id": self.product.id})
        self._sell(30)
        run = self._create_run(plan_id=plan.id)
        self._sell(70)
        action = run.total_ids.action_open_uncommissioned()
        rows = self.env[action["res_model"]].search(action["domain"])
        self.assertEqual(rows.mapped("amount"), [30.0])

    def test_statements_in_two_currencies_are_not_added_as_they_are(self):
        foreign = self._enable_currency("EUR" if self.company.currency_id.name != "EUR" else "USD")
        self.env["res.currency.rate"].create(
            {
                "name": MARCH[0],
                "currency_id": foreign.id,
                "rate": 4.0,
                "company_id": self.company.id,
            }
        )
        plan = self._create_plan(
            payee_scope="assigned",
            assignment_ids=[
                Command.create({"payee_id": self.li_na.partner_id.id}),
                Command.create(
                    {"payee_id": self.wang_wei.partner_id.id, "currency_id": foreign.id}
                ),
            ],
        )
        self._sell(1000)
        self._sell(500, user=self.wang_wei)
        run = self._create_run(plan_id=plan.id)
        self.assertEqual(sorted(run.statement_ids.mapped("amount")), [20.0, 40.0])
        self.assertEqual(run.amount, 30.0)
        self.assertRecordValues(
            run.rule_total_ids.sorted("amount"),
            [
                {"currency_id": self.company.currency_id.id, "amount": 20.0, "rate": 2.0},
                {"currency_id": foreign.id, "amount": 40.0, "rate": 2.0},
            ],
        )

    def test_what_the_calculation_has_seen(self):
        plan = self._create_plan()
        self._sell(10, 20, date="2019-02-28")
        last = self._sell(10, 20)[-1]
        run = self._create_run(plan_id=plan.id)
        self.assertRecordValues(
            run, [{"last_entry_id": last.id, "entry_count": 2, "is_locked": False}]
        )
        self.company.sales_lock_date = MARCH[1]
        run.action_calculate()
        self.assertTrue(run.is_locked)
        run.action_reset()
        self.assertRecordValues(run, [{"last_entry_id": 0, "entry_count": 0}])

    def test_amounts_by_month(self):
        plan = self._create_plan()
        self._settle_months(plan)
        groups = self.env["sales.commission.run"]._read_group(
            [("plan_id", "=", plan.id)], ["date_to:month"], ["amount:sum"], order="date_to:month"
        )
        self.assertEqual(
            groups,
            [(fields.Date.to_date(f"2019-{month:02}-01"), 20.0) for month in (3, 4, 5)],
        )
