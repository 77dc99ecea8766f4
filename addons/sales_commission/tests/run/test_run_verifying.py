from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import tagged

from ..common import APRIL, MARCH
from .common import CommissionRunCommon

TIERS = [
    Command.create({"amount_from": 0, "rate": 1}),
    Command.create({"amount_from": 1000, "rate": 3}),
]


@tagged("post_install", "-at_install", "sales_commission")
class TestRunVerifying(CommissionRunCommon):
    def _verify(self, run):
        action = run.with_user(self.manager).action_verify()
        return self.env[action["res_model"]].browse(action["res_id"])

    def _assert_identical(self, run, earnings):
        verification = self._verify(run)
        self.assertRecordValues(
            verification,
            [{"state": "identical", "difference_count": 0, "earning_count": earnings}],
        )
        self.assertFalse(verification.difference_ids)
        return verification

    # === IDENTICAL === #
    def test_what_stands_is_identical(self):
        tagged = self.env["res.partner.category"].create({"name": "Key"})
        self.partner.category_id = tagged
        plan = self._create_plan(
            {"name": "Flat", "rate": 3.33, "partner_tag_ids": [Command.set(tagged.ids)]},
            {"name": "Marginal", "rate_type": "marginal", "tier_ids": TIERS},
            {"name": "Margin", "base": "margin", "rate": 7},
            {"name": "Document", "rate_type": "document", "unit_amount": 5},
            rule_mode="all",
        )
        self._sell(10.01, 700.5, -5.55, 900, partner_id=self.partner.id)
        self._sell(99.99, user=self.wang_wei)
        run = self._create_run(approve=True, plan_id=plan.id)
        rows = self._get_rows(run)
        self._assert_identical(run, run.earning_count)
        # Nothing of the run was written
        self.assertEqual(self._get_rows(run), rows)
        self.assertEqual(run.state, "approved")
        run.action_pay()
        run.action_close()
        self._assert_identical(run, run.earning_count)
        self.assertEqual(run.verification_count, 2)

    def test_a_sale_and_its_correction_in_one_run(self):
        plan = self._create_plan()
        order = self._confirm_order(1000)
        self._get_pending()
        order._action_cancel()
        self._confirm_order(70)
        run = self._create_run(approve=True, plan_id=plan.id)
        self.assertEqual(run.amount, 1.4)
        self._assert_identical(run, 3)

    def test_corrections_of_earlier_runs(self):
        plan = self._create_plan({"rate": 3})
        order = self._confirm_order(1000)
        march = self._create_run(MARCH, approve=True, plan_id=plan.id)
        order._action_cancel()
        self._sell(200, date=APRIL[0])
        april = self._create_run(APRIL, approve=True, plan_id=plan.id)
        self.assertEqual(april.amount, -24.0)
        self._assert_identical(april, 2)
        # The cancelled order is a matter of April
        verification = self._assert_identical(march, 1)
        self.assertRecordValues(
            verification.later_ids,
            [{"kind": "new", "now": -1000.0, "settled_run_id": april.id}],
        )
        self.assertEqual(verification.later_count, 1)

    def test_a_quarter_to_date(self):
        plan = self._create_plan(
            {"rate_type": "retroactive", "tier_ids": TIERS, "measure_period": "year"}
        )
        self._sell(600)
        march = self._create_run(MARCH, approve=True, plan_id=plan.id)
        self._sell(600, date=APRIL[0])
        april = self._create_run(APRIL, approve=True, plan_id=plan.id)
        self.assertIn("true_up", self._get_earnings(april).mapped("kind"))
        self._assert_identical(march, 1)
        self._assert_identical(april, 2)

    def test_late_entries_of_a_locked_period(self):
        plan = self._create_plan()
        self._sell(100)
        run = self._create_run(approve=True, plan_id=plan.id)
        late = self._sell(50, date=APRIL[0], late_for=MARCH[1])
        verification = self._assert_identical(run, 1)
        self.assertRecordValues(
            verification.later_ids,
            [{"kind": "late", "entry_id": late.id, "now": 50.0, "settled_run_id": False}],
        )

    # === DIFFERENT === #
    def test_what_differs_is_listed_with_its_source(self):
        tag = self.env["res.partner.category"].create({"name": "Key"})
        other = self.partner.copy({"name": "Other", "category_id": [Command.clear()]})
        self.partner.category_id = tag
        plan = self._create_plan({"rate": 2, "partner_tag_ids": [Command.set(tag.ids)]})
        gone = self._sell(
            100, partner_id=self.partner.id, posted_by_id=self.wang_wei.id, posted_at="2019-03-15"
        )
        come = self._sell(300, partner_id=other.id)
        run = self._create_run(approve=True, plan_id=plan.id)
        self.assertEqual(run.amount, 2.0)
        self.partner.category_id = False
        other.category_id = tag
        verification = self._verify(run)
        self.assertRecordValues(verification, [{"state": "different", "difference_count": 2}])
        self.assertRecordValues(
            verification.difference_ids,
            [
                {"kind": "added", "entry_id": come.id, "was": 0.0, "now": 6.0},
                {"kind": "missing", "entry_id": gone.id, "was": 2.0, "now": 0.0},
            ],
        )
        missing = verification.difference_ids[1]
        self.assertEqual(missing.posted_by_id, self.wang_wei)
        self.assertEqual(missing.payee_id, self.li_na.partner_id)
        self.assertEqual(missing.action_open_entry()["res_id"], gone.id)
        # The run stays what it was
        self.assertEqual(run.amount, 2.0)

    def test_another_amount(self):
        plan = self._create_plan()
        entry = self._sell(100)
        run = self._create_run(plan_id=plan.id)
        earning = self._get_earnings(run)
        run.action_approve()
        # Somebody with the rights of the database changed a rate that has been paid
        self._set(plan.rule_ids, rate=5)
        self.assertRecordValues(
            self._verify(run).difference_ids,
            [{"kind": "amount", "entry_id": entry.id, "was": 2.0, "now": 5.0}],
        )
        self.assertEqual(earning.amount, 2.0)

    def test_a_target_that_was_reached_otherwise(self):
        plan, cell = self._create_attainment_plan()
        self._sell(900)
        run = self._create_run(approve=True, plan_id=plan.id)
        self.assertEqual(run.amount, 9.0)
        self._assert_identical(run, 1)
        self._set(cell, actual=1100)
        self.assertRecordValues(
            self._verify(run).difference_ids,
            [
                {"kind": "attained", "was": 900.0, "now": 1100.0},
                {"kind": "amount", "was": 9.0, "now": 27.0},
            ],
        )

    def _create_attainment_plan(self):
        """:return: a plan that pays by attainment of a target of 1,000, and its cell"""
        target_plan = self.env["sales.target.plan"].create(
            {
                "name": "Targets",
                "metric": "booked",
                "date_from": MARCH[0],
                "date_to": MARCH[1],
                "period": "month",
                "target_ids": [Command.create({"user_id": self.li_na.id})],
            }
        )
        cell = target_plan.target_ids.cell_ids
        cell.assigned = 1000
        tiers = [
            Command.create({"amount_from": 0, "rate": 1}),
            Command.create({"amount_from": 100, "rate": 3}),
        ]
        plan = self._create_plan(
            {
                "rate_type": "retroactive",
                "tier_basis": "attainment",
                "target_plan_id": target_plan.id,
                "tier_ids": tiers,
            }
        )
        return plan, cell

    # === COMPANIES AND RIGHTS === #
    def test_a_foreign_currency_keeps_the_rate_of_the_run(self):
        foreign = self._enable_currency("EUR" if self.company.currency_id.name != "EUR" else "USD")
        rate = self.env["res.currency.rate"].create(
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
                Command.create({"payee_id": self.li_na.partner_id.id, "currency_id": foreign.id})
            ],
        )
        self._sell(100.01, 33.33)
        run = self._create_run(approve=True, plan_id=plan.id)
        rate.rate = 5.0
        self._assert_identical(run, 2)

    def test_rights(self):
        self._create_plan()
        self._sell(100)
        run = self._create_run(approve=True)
        verification = self._verify(run)
        stranger = self._create_stranger()
        self.assertEqual(verification.with_user(self.supervisor).state, "identical")
        for user in (self.li_na, stranger):
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                verification.with_user(user).read(["state"])
        with self.assertRaises(AccessError):
            verification.with_user(self.manager).write({"state": "different"})
        with self.assertRaises(AccessError):
            verification.with_user(self.manager).unlink()

    def _get_pending(self):
        self.env["sales.ledger.posting"]._post_pending()
