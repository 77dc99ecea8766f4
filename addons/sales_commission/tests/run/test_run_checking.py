from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import tagged

from ..common import APRIL, MAY
from .common import JUNE, CommissionRunCommon

MARGINAL = {
    "rate_type": "marginal",
    "tier_ids": [
        Command.create({"amount_from": 0, "rate": 1}),
        Command.create({"amount_from": 1000, "rate": 2}),
    ],
}
# Totals around the tier from 1,000, and whether they are at its edge.
EDGES = (
    (989.99, False),
    (990, True),
    (999.99, True),
    (1000, True),
    (1010, True),
    (1010.01, False),
)


@tagged("post_install", "-at_install", "sales_commission")
class TestRunChecking(CommissionRunCommon):
    # === UNUSUAL AMOUNTS === #
    def test_an_amount_far_from_the_median(self):
        plan = self._create_plan()
        self._settle_months(plan)
        run = self._create_run(JUNE, calculate=False, plan_id=plan.id)
        sold = 0
        money = self.company.currency_id.format
        for amount, earns in (
            (0, "nothing"),
            (499, money(9.98)),
            (500, None),
            (2000, None),
            (2001, money(40.02)),
        ):
            with self.subTest(amount=amount):
                if amount:
                    self._sell(amount - sold, date=JUNE[0])
                    sold = amount
                run.action_calculate()
                check = self._get_checks(run, "unusual")
                self.assertEqual(bool(check), bool(earns))
                if earns:
                    self.assertEqual(check.payee_id, self.li_na.partner_id)
                    self.assertEqual(
                        check.message,
                        f"Earns {earns}, while the median of the last 3 runs is {money(20)}.",
                    )
                    self.assertEqual(len(self._open(check)), 4 if amount else 3)

    def test_two_earlier_runs_say_nothing(self):
        plan = self._create_plan()
        for period in (APRIL, MAY):
            self._sell(1000, date=period[0])
            self._create_run(period, approve=True, plan_id=plan.id)
        self._sell(9000, date=JUNE[0])
        run = self._create_run(JUNE, plan_id=plan.id)
        self.assertFalse(self._get_checks(run, "unusual"))

    def test_runs_of_another_plan_or_not_settled_say_nothing(self):
        plan, other = self._create_plan(), self._create_plan()
        self._settle_months(plan)
        self._sell(9000, date=JUNE[0])
        run = self._create_run(JUNE, plan_id=other.id)
        self.assertFalse(self._get_checks(run, "unusual"))

    # === DISCOUNTS === #
    def test_a_large_discount(self):
        plan = self._create_plan()
        self.company.commission_discount_limit = 20
        self._sell(100, discount=20)
        self._sell(100, discount=20.01, reference="S00007")
        self._sell(50, discount=35, reference="S00008")
        # Taken back again: no commission is kept
        self._sell(70, -70, discount=50, reference="S00009")
        self._sell(100, discount=None, user=self.wang_wei)
        run = self._create_run(plan_id=plan.id)
        check = self._get_checks(run, "discount")
        self.assertRecordValues(
            check,
            [
                {
                    "payee_id": self.li_na.partner_id.id,
                    "amount": 3.0,
                    "number": 2,
                    "figure": 35.0,
                    "bound": 20.0,
                }
            ],
        )
        self.assertIn("discount above 20.00 % (2 in all, up to 35.00 %)", check.message)
        self.assertEqual(set(self._open(check).mapped("reference")), {"S00007", "S00008", "S00009"})

    def test_no_limit_no_finding(self):
        plan = self._create_plan()
        self.company.commission_discount_limit = 0
        self._sell(100, discount=90)
        run = self._create_run(plan_id=plan.id)
        self.assertFalse(run.check_ids)

    # === REFUNDS === #
    def test_an_invoice_of_the_last_days_refunded_afterwards(self):
        plan = self._create_plan({"event": "invoiced"})
        for invoiced, refunded, is_found in (
            ("2019-03-27", "2019-04-03", True),
            ("2019-03-31", "2019-04-01", True),
            # Not of the last five days
            ("2019-03-26", "2019-04-03", False),
            # Refunded within the period
            ("2019-03-28", "2019-03-31", False),
            # Not refunded
            ("2019-03-28", None, False),
        ):
            with self.subTest(invoiced=invoiced, refunded=refunded):
                self.assertEqual(self._find_refund(plan, invoiced, refunded), is_found)

    def _find_refund(self, plan, invoiced, refunded):
        """:return: whether the refund of an invoice is found; the invoice is then taken away"""
        invoice = self._invoice(invoiced)
        refund = refunded and self._refund(invoice, refunded)
        run = self._create_run(plan_id=plan.id)
        check = self._get_checks(run, "refund")
        if check:
            self.assertEqual((check.number, check.reference), (1, invoice.name))
            self.assertEqual(self._open(check).mapped("reference"), [invoice.name])
        run.action_reset()
        run.unlink()
        for move in filter(None, (refund, invoice)):
            move.button_draft()
        return bool(check)

    def _invoice(self, day):
        invoice = self.env["account.move"].create(
            {
                "move_type": "out_invoice",
                "partner_id": self.partner.id,
                "invoice_user_id": self.li_na.id,
                "invoice_date": day,
                "invoice_line_ids": [
                    Command.create(
                        {
                            "product_id": self.product.id,
                            "price_unit": 100,
                            "tax_ids": [Command.clear()],
                        }
                    )
                ],
            }
        )
        invoice.action_post()
        return invoice

    def _refund(self, invoice, day):
        refund = invoice._reverse_moves([{"invoice_date": day, "date": day}])
        refund.action_post()
        return refund

    # === OWN SALES === #
    def test_a_sale_to_the_payee(self):
        plan = self._create_plan()
        company = self.env["res.partner"].create({"name": "Own Shop", "is_company": True})
        contact = self.li_na.partner_id
        cases = (
            ({}, self.partner, False),
            ({}, contact, True),
            ({"parent_id": company.id}, company, True),
            # A contact of our own company is a colleague
            ({"parent_id": self.company.partner_id.id}, self.company.partner_id, False),
        )
        for number, (values, customer, is_found) in enumerate(cases, start=1):
            with self.subTest(values=values, customer=customer.name):
                day = f"2019-03-{number:02}"
                contact.write(values)
                self._sell(100, date=day, partner_id=customer.id, reference=f"S{number}")
                run = self._create_run((day, day), plan_id=plan.id)
                check = self._get_checks(run, "own_sale")
                self.assertEqual(bool(check), is_found)
                if is_found:
                    self.assertIn(f"such as S{number}", check.message)
                    self.assertEqual(self._open(check).mapped("reference"), [f"S{number}"])

    # === EDGES OF TIERS === #
    def test_a_total_at_the_edge_of_a_tier(self):
        for month, kind in ((3, "marginal"), (4, "retroactive")):
            plan = self._create_plan({**MARGINAL, "rate_type": kind})
            for day, (total, is_found) in enumerate(EDGES, start=1):
                with self.subTest(kind=kind, total=total):
                    day = f"2019-{month:02}-{day:02}"
                    self._sell(600, total - 600, date=day)
                    run = self._create_run((day, day), plan_id=plan.id)
                    check = self._get_checks(run, "tier_edge")
                    self.assertEqual(check.mapped("reference"), ["S00002"] * is_found)
                    if is_found:
                        self.assertEqual(self._open(check).mapped("reference"), ["S00002"])
                        where = "just below" if total < 1000 else "just within"
                        edge = self.company.currency_id.format(1000)
                        self.assertIn(f"{where} the tier from {edge}", check.message)

    def test_the_sale_that_passed_the_edge_is_named(self):
        plan = self._create_plan(MARGINAL)
        self._sell(600, 401, 4)
        run = self._create_run(plan_id=plan.id)
        self.assertIn("S00002 took it there", self._get_checks(run, "tier_edge").message)

    def test_a_flat_rate_has_no_edge(self):
        plan = self._create_plan()
        self._sell(1000)
        self.assertFalse(self._create_run(plan_id=plan.id).check_ids)

    # === TARGETS === #
    def test_a_payee_without_target(self):
        target_plan = self.env["sales.target.plan"].create(
            {
                "name": "Targets",
                "metric": "booked",
                "date_from": "2019-03-01",
                "date_to": "2019-03-31",
                "period": "month",
            }
        )
        plan = self._create_plan(
            {**MARGINAL, "tier_basis": "attainment", "target_plan_id": target_plan.id}
        )
        self._sell(1000)
        run = self._create_run(plan_id=plan.id)
        check = self._get_checks(run, "no_target")
        self.assertRecordValues(
            check, [{"payee_id": self.li_na.partner_id.id, "rule_id": plan.rule_ids.id}]
        )
        self.assertIn("goes by attainment and there is no target, so 1,000.00", check.message)
        self.assertEqual(self._open(check).mapped("base"), [1000.0])

    # === LOOKING AT THEM === #
    def test_ticked_findings_stay_ticked_while_nothing_changes(self):
        plan = self._create_plan()
        self._sell(100, discount=50)
        run = self._create_run(plan_id=plan.id)
        check = run.check_ids
        self.assertEqual(run.open_check_count, 1)
        check.with_user(self.manager).note = "Agreed with the director"
        check.with_user(self.manager).action_look()
        self.assertRecordValues(check, [{"is_open": False, "looked_by_id": self.manager.id}])
        self.assertTrue(check.looked_at)
        run.action_calculate()
        self.assertEqual(run.check_ids, check)
        self.assertEqual((run.open_check_count, check.note), (0, "Agreed with the director"))
        # Another amount is another finding
        self._sell(10, discount=50)
        run.action_calculate()
        self.assertNotEqual(run.check_ids, check)
        self.assertRecordValues(run.check_ids, [{"is_open": True, "note": False}])
        run.check_ids.action_look()
        run.check_ids.action_reopen()
        self.assertRecordValues(
            run.check_ids, [{"is_open": True, "looked_by_id": False, "looked_at": False}]
        )

    def test_a_finding_that_is_gone_is_gone(self):
        plan = self._create_plan()
        self._sell(100, discount=50)
        run = self._create_run(plan_id=plan.id)
        self.assertTrue(run.check_ids)
        self.company.commission_discount_limit = 60
        run.action_calculate()
        self.assertFalse(run.check_ids)

    def test_an_approval_notes_what_was_open(self):
        plan = self._create_plan()
        self._sell(100, discount=50)
        self._sell(100, user=self.wang_wei, partner_id=self.wang_wei.partner_id.id)
        run = self._create_run(plan_id=plan.id)
        self._get_checks(run, "own_sale").action_look()
        run.with_user(self.manager).action_approve()
        note = run.message_ids.filtered(lambda message: "open findings" in (message.body or ""))
        self.assertIn("Approved with open findings (1):", note.body)
        self.assertIn("li_na: Earns", note.body)
        self.assertNotIn("wang_wei", note.body)

    def test_nothing_is_noted_without_findings(self):
        plan = self._create_plan()
        self._sell(100)
        run = self._create_run(plan_id=plan.id)
        run.action_approve()
        self.assertNotIn("open findings", "".join(run.message_ids.mapped("body")))

    def test_findings_of_a_settled_run_stay(self):
        plan = self._create_plan()
        self._sell(100, discount=50)
        run = self._create_run(plan_id=plan.id)
        run.action_approve()
        for change in (
            run.check_ids.action_look,
            run.check_ids.action_reopen,
            lambda: run.check_ids.write({"note": "Too late"}),
        ):
            with self.assertRaisesRegex(UserError, "its findings stay as they were"):
                change()

    def test_nobody_looks_at_the_own_finding(self):
        plan = self._create_plan()
        self._sell(100, discount=50, user=self.manager)
        run = self._create_run(plan_id=plan.id)
        with self.assertRaisesRegex(UserError, "is about you, so somebody else"):
            run.check_ids.with_user(self.manager).action_look()
        run.check_ids.with_user(self.second_manager).action_look()
        self.assertFalse(run.open_check_count)

    def test_rights(self):
        plan = self._create_plan()
        self._sell(100, discount=50)
        check = self._create_run(plan_id=plan.id).check_ids
        stranger = self._create_stranger()
        self.assertIn("discount above", check.with_user(self.supervisor).message)
        with self.assertRaises(AccessError):
            check.with_user(self.supervisor).action_look()
        for user in (self.li_na, stranger):
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                check.with_user(user).read(["message"])
        with self.assertRaisesRegex(UserError, "Findings come from the calculation"):
            check.with_user(self.manager).write({"is_open": False})
        with self.assertRaises(AccessError):
            check.with_user(self.manager).unlink()

    def test_sentences_follow_the_reader(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        plan = self._create_plan()
        self._sell(100, discount=50)
        check = self._create_run(plan_id=plan.id).check_ids
        self.assertIn("50.00 %", check.message)
        self.assertIn("50,00 %", check.with_context(lang="fr_FR").message)

    def _open(self, check):
        action = check.with_user(self.manager).action_open_rows()
        return self.env[action["res_model"]].with_user(self.manager).search(action["domain"])
