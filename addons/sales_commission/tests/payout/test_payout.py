from psycopg2.errors import UniqueViolation

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.account.tests.common import AccountTestInvoicingCommon

from ..common import APRIL, YEAR, SalesCommissionCommon


@tagged("post_install", "-at_install", "sales_commission")
class TestPayout(AccountTestInvoicingCommon, SalesCommissionCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.dealer = cls.env["res.partner"].create({"name": "BikeWorld", "is_company": True})
        cls.plan = cls._create_plan(
            {"name": "Sellers"}, {"name": "Dealers", "role": "channel", "rate": 5}
        )
        cls._sell(1000, channel_partner_id=cls.dealer.id)
        cls.run_record = cls._create_run(plan_id=cls.plan.id, approve=True)
        cls.of_dealer = cls._find_statement(cls.run_record, cls.dealer)
        cls.of_seller = cls._find_statement(cls.run_record, cls.li_na.partner_id)

    @classmethod
    def _find_statement(cls, run, payee):
        return run.statement_ids.filtered(lambda statement: statement.payee_id == payee)

    def _commit(self):
        """What happens before a transaction commits."""
        self.env.flush_all()
        self.env.cr.precommit.run()
        self.env.invalidate_all()

    def _pay_bill(self, bill):
        bill.invoice_date = f"{YEAR}-04-10"
        bill.action_post()
        wizard = self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=bill.ids
        )
        wizard.create({"payment_date": f"{YEAR}-04-20"})._create_payments()

    def _bill(self, statement=None, user=None):
        statement = statement or self.of_dealer
        statement.with_user(user or self.manager).action_create_bills()
        return statement.payout_ids.filtered(lambda payout: payout.state == "billed").move_id

    # === BILLS === #
    def test_a_dealer_sends_no_bill_and_gets_one(self):
        self.assertEqual(self.run_record.statement_ids.mapped("payout_state"), ["open", "open"])
        bill = self._bill()
        self.assertRecordValues(
            bill,
            [
                {
                    "move_type": "in_invoice",
                    "state": "draft",
                    "partner_id": self.dealer.id,
                    "amount_untaxed": 50.0,
                    "currency_id": self.company.currency_id.id,
                    "invoice_origin": self.run_record.name,
                }
            ],
        )
        self.assertEqual(self.of_dealer.payout_state, "billed")
        # Accounting posts and pays it, and the statement is paid
        self._pay_bill(bill)
        self._commit()
        self.assertEqual(self.of_dealer.payout_state, "paid")
        self.assertEqual(self.run_record.state, "approved")
        # With the last statement the run is paid
        self._mark_paid()
        self._commit()
        self.assertEqual(self.run_record.state, "paid")

    def test_all_of_a_run(self):
        run = self.run_record.with_user(self.manager)
        run.action_create_bills()
        self.assertEqual(self.of_dealer.payout_state, "billed")
        self.assertEqual(self.of_seller.payout_state, "open")
        with self.assertRaisesRegex(UserError, "no open statement of a payee outside"):
            run.action_create_bills()
        action = run.action_pay()
        self.assertEqual(action["context"]["default_statement_ids"], self.of_seller.ids)

    def test_not_twice(self):
        self._bill()
        for method in ("action_create_bills", "action_pay"):
            with self.subTest(method=method), self.assertRaisesRegex(UserError, "Billed already"):
                getattr(self.of_dealer.with_user(self.manager), method)()
        with (
            mute_logger("odoo.sql_db"),
            self.assertRaises(UniqueViolation),
            self.cr.savepoint(),
        ):
            self.env["sales.commission.payout"].sudo().create(
                {
                    "statement_id": self.of_dealer.id,
                    "kind": "manual",
                    "date": f"{YEAR}-04-01",
                    "amount": 50,
                }
            )
            self.env.flush_all()

    def test_a_bill_that_is_cancelled_opens_the_statement(self):
        for undo in ("button_cancel", "unlink"):
            with self.subTest(undo=undo):
                getattr(self._bill(), undo)()
                self._commit()
                self.assertEqual(self.of_dealer.payout_state, "open")
        payout = self._bill() and self.of_dealer.payout_ids.filtered(lambda p: p.state == "billed")
        payout.with_user(self.manager).action_undo()
        self.assertEqual(self.of_dealer.payout_state, "open")
        with self.assertRaisesRegex(UserError, "taken back already"):
            payout.with_user(self.manager).action_undo()

    def test_a_bill_that_is_reversed_opens_statement_and_run(self):
        self._mark_paid()
        bill = self._bill()
        bill.invoice_date = f"{YEAR}-04-10"
        bill.action_post()
        payout = self.of_dealer.payout_ids
        with self.assertRaisesRegex(UserError, "is posted"):
            payout.with_user(self.manager).action_undo()
        self._pay_bill_again(bill)
        self._commit()
        self.assertEqual(self.run_record.state, "paid")
        bill.line_ids.remove_move_reconcile()
        self._commit()
        self.assertEqual(self.of_dealer.payout_state, "billed")
        self.assertEqual(self.run_record.state, "approved")
        bill._reverse_moves(
            [{"date": f"{YEAR}-04-30", "invoice_date": f"{YEAR}-04-30"}], cancel=True
        )
        self._commit()
        self.assertEqual(self.of_dealer.payout_state, "open")

    def _pay_bill_again(self, bill):
        wizard = self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=bill.ids
        )
        wizard.create({"payment_date": f"{YEAR}-04-20"})._create_payments()

    def test_what_a_dealer_owes_is_a_credit_note(self):
        self._sell(
            -200, date=f"{YEAR}-04-10", channel_partner_id=self.dealer.id, user=self.wang_wei
        )
        run = self._create_run(APRIL, approve=True, plan_id=self.plan.id)
        refund = self._bill(self._find_statement(run, self.dealer))
        self.assertRecordValues(refund, [{"move_type": "in_refund", "amount_untaxed": 10.0}])

    def test_a_foreign_currency(self):
        euro = self.env.ref("base.EUR")
        euro.active = True
        euro.rate_ids = [
            Command.clear(),
            Command.create({"name": "2019-01-01", "rate": 0.5, "company_id": self.company.id}),
        ]
        plan = self._create_plan(
            {"role": "channel", "rate": 5},
            payee_scope="assigned",
            assignment_ids=[Command.create({"payee_id": self.dealer.id, "currency_id": euro.id})],
        )
        run = self._create_run(approve=True, plan_id=plan.id)
        bill = self._bill(run.statement_ids)
        self.assertRecordValues(bill, [{"currency_id": euro.id, "amount_untaxed": 25.0}])
        self.assertEqual(sum(bill.invoice_line_ids.mapped("balance")), 50.0)

    def test_settings_of_the_company(self):
        product = self.env["product.product"].create(
            {"name": "Agents", "type": "service", "supplier_taxes_id": [Command.clear()]}
        )
        account = self.company_data["default_account_expense"].copy()
        self.company.write(
            {
                "sales_commission_product_id": product.id,
                "sales_commission_expense_account_id": account.id,
            }
        )
        line = self._bill().invoice_line_ids
        self.assertEqual((line.product_id, line.account_id), (product, account))

    def test_what_a_bill_needs(self):
        dealer, statement = self.dealer, self.of_dealer.with_user(self.manager)
        with self.assertRaisesRegex(UserError, "is a user of the company"):
            self.of_seller.with_user(self.manager).action_create_bills()
        with self.env.cr.savepoint():
            self.env.cr.execute("UPDATE account_journal SET active = FALSE WHERE type = 'purchase'")
            self.env.invalidate_all()
            with self.assertRaisesRegex(UserError, "has no purchase journal"):
                statement.action_create_bills()
            self.env.cr.execute("UPDATE account_journal SET active = TRUE WHERE type = 'purchase'")
            self.env.invalidate_all()
        payable = dealer.property_account_payable_id
        self.env["ir.default"].search(
            [("field_id.name", "=", "property_account_payable_id")]
        ).unlink()
        dealer.property_account_payable_id = False
        with self.assertRaisesRegex(UserError, "BikeWorld has no account payable"):
            statement.action_create_bills()
        dealer.property_account_payable_id = payable
        self._bill()

    def test_only_what_is_approved(self):
        self._sell(100, date=f"{YEAR}-04-10")
        run = self._create_run(APRIL, plan_id=self.plan.id)
        for method in ("action_create_bills", "action_pay"):
            with self.subTest(method=method), self.assertRaisesRegex(UserError, "Approved"):
                getattr(run.statement_ids.with_user(self.manager), method)()
            with self.subTest(method=method), self.assertRaisesRegex(UserError, "Approved"):
                getattr(run.with_user(self.manager), method)()

    def test_nothing_to_pay(self):
        self._sell(100, -100, date=f"{YEAR}-04-10")
        run = self._create_run(APRIL, approve=True, plan_id=self.plan.id)
        self.assertEqual(run.statement_ids.payout_state, "nothing")
        with self.assertRaisesRegex(UserError, "comes to 0"):
            run.statement_ids.with_user(self.manager).action_pay()

    # === BY HAND === #
    def _mark_paid(self, user=None, with_entry=False, statement=None):
        statement = statement or self.of_seller
        action = statement.with_user(user or self.manager).action_pay()
        wizard = (
            self.env[action["res_model"]]
            .with_user(user or self.manager)
            .with_context(**action["context"])
            .create({"date": f"{YEAR}-04-25", "reference": "Payroll", "with_entry": with_entry})
        )
        wizard.action_pay()
        return statement.payout_ids[:1]

    def test_paid_with_the_wages(self):
        payout = self._mark_paid()
        self.assertRecordValues(
            payout, [{"state": "paid", "kind": "manual", "amount": 20.0, "reference": "Payroll"}]
        )
        self.assertRecordValues(
            self.of_seller,
            [
                {
                    "payout_state": "paid",
                    "payout_date": fields.Date.to_date(f"{YEAR}-04-25"),
                    "payout_reference": "Payroll",
                }
            ],
        )
        with self.assertRaisesRegex(UserError, "Paid already, since 2019-04-25"):
            self._mark_paid()
        payout.with_user(self.manager).action_undo()
        self.assertEqual(self.of_seller.payout_state, "open")
        self._mark_paid()

    def _configure_entries(self):
        self.company.write(
            {
                "sales_commission_journal_id": self.company_data["default_journal_misc"].id,
                "sales_commission_expense_account_id": self.company_data[
                    "default_account_expense"
                ].id,
                "sales_commission_payable_account_id": self.company_data[
                    "default_account_payable"
                ].id,
            }
        )

    def test_with_an_entry(self):
        accountant = self._create_user(
            "accountant", "sales_team.group_sale_manager,account.group_account_invoice"
        )
        with self.assertRaisesRegex(UserError, "no Commission Journal"):
            self._mark_paid(accountant, with_entry=True)
        self._configure_entries()
        payout = self._mark_paid(accountant, with_entry=True)
        move = payout.move_id
        self.assertRecordValues(
            move.line_ids.sorted("balance", reverse=True),
            [
                {
                    "account_id": self.company_data["default_account_expense"].id,
                    "balance": 20.0,
                    "partner_id": self.li_na.partner_id.id,
                },
                {
                    "account_id": self.company_data["default_account_payable"].id,
                    "balance": -20.0,
                    "partner_id": self.li_na.partner_id.id,
                },
            ],
        )
        self.assertEqual(move.state, "posted")
        payout.with_user(accountant).action_undo()
        self.assertEqual(self.of_seller.payout_state, "open")
        self.assertEqual(move.reversal_move_ids.state, "posted")

    # === NO RIGHTS === #
    def test_no_rights(self):
        self._configure_entries()
        with self.assertRaises(AccessError):
            self._mark_paid(with_entry=True)
        for user in (self.li_na, self.supervisor):
            for method in ("action_create_bills", "action_pay"):
                with self.subTest(user=user.login, method=method):
                    with self.assertRaises(AccessError):
                        getattr(self.of_seller.with_user(user), method)()
                    with self.assertRaises(AccessError):
                        getattr(self.run_record.with_user(user), method)()
        payout = self._mark_paid()
        with self.assertRaises(AccessError):
            payout.with_user(self.supervisor).action_undo()
        for user in (self.supervisor, self.manager):
            for change in (
                lambda one: one.write({"amount": 1}),
                lambda one: one.unlink(),
                lambda one: one.create({"statement_id": self.of_dealer.id}),
            ):
                with self.subTest(user=user.login), self.assertRaises(AccessError):
                    change(payout.with_user(user))

    def test_a_closed_run_stays_paid(self):
        payout = self._mark_paid()
        self.run_record.action_close()
        with self.assertRaisesRegex(UserError, "is closed"):
            payout.with_user(self.manager).action_undo()
