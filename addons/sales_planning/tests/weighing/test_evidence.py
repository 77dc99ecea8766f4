from datetime import date

from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import freeze_time, tagged

from odoo.addons.sales_system.tests.ledger.common import LedgerInvoicingCommon

from ..common import SalesPlanningCommon


@tagged("post_install", "-at_install", "sales_planning")
@freeze_time("2026-06-15")
class TestEvidence(SalesPlanningCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.target = cls._create_target(user_id=cls.seller.id)

    @classmethod
    def _create_lead(cls, revenue=1000, probability=50, **values):
        return cls.env["crm.lead"].create(
            {
                "name": "Fleet",
                "type": "opportunity",
                "user_id": cls.seller.id,
                "company_id": cls.company.id,
                "expected_revenue": revenue,
                "probability": probability,
                "date_deadline": "2026-09-30",
                **values,
            }
        )

    def _drilled_leads(self, target):
        action = target.action_open_pipeline()
        return sum(self.env["crm.lead"].search(action["domain"]).mapped("prorated_revenue"))

    def test_earlier_years(self):
        self._post("2026-01-05", 1, user_id=self.seller)
        self._post("2025-01-05", 10, user_id=self.seller)
        self._post("2025-12-31", -30.5, user_id=self.seller)
        self._post("2024-01-01", 100, user_id=self.seller)
        self._post("2023-12-31", 1000, user_id=self.seller)
        self.target.date_start = "2026-03-01"
        self.assertRecordValues(
            self.target, [{"evidence_last_year": -20.5, "evidence_year_before": 100}]
        )
        self.assertEqual(self._cell(self.target, 1).evidence_last_year, 10)
        self.assertEqual(self._cell(self.target, 2).evidence_last_year, 0)
        self.assertEqual(self._cell(self.target, 12).evidence_last_year, -30.5)
        evidence = self.env["sales.target.evidence"]._get_evidence(self.plan, self.target.ids)
        periods = evidence[self.target.id]["periods"]
        self.assertEqual((periods[date(2026, 1, 1)], periods[date(2026, 2, 1)]), (10, 0))
        entries = self.env["sales.ledger.entry"]
        for action, expected in (
            (self.target.action_open_last_year(), -20.5),
            (self.target.action_open_year_before(), 100),
            (self._cell(self.target, 1).action_open_last_year(), 10),
        ):
            self.assertEqual(sum(entries.search(action["domain"]).mapped("amount")), expected)

    def test_last_year_of_weeks_is_one_number_everywhere(self):
        """The same weeks, be it beside the targets, in the chart, for the approval or to split."""
        plan = self._create_plan(
            name="Weeks", period="week", date_from=date(2026, 1, 5), date_to=date(2026, 1, 18)
        )
        target = self._create_target(plan=plan, user_id=self.seller.id)
        for day, amount in (
            ("2025-01-05", 1),
            ("2025-01-06", 10),
            ("2025-01-19", 100),
            ("2025-01-20", 1000),
        ):
            self._post(day, amount, user_id=self.seller, categ_id=self.category)
        self.assertEqual(target.evidence_last_year, 110)
        self.assertEqual(target.period_chart["last_year"], [10, 100])
        self.assertEqual(plan._get_last_year(), 110)
        weights = self.env["sales.target.weights"]._get_weights(plan, "last_year", target.ids)
        self.assertEqual(sorted(weights.values()), [10, 100])
        split = self.env["sales.target.split"].with_context(default_target_id=target.id)
        split = split.create({"dimension": "categ_id"})
        self.assertEqual(split.line_ids.last_year, 110)
        entries = self.env["sales.ledger.entry"]
        domain = target.action_open_last_year()["domain"]
        self.assertEqual(sum(entries.search(domain).mapped("amount")), 110)

    def test_pipeline(self):
        self._create_lead()
        self._create_lead(probability=25, user_id=self.other_seller.id)
        self._create_lead(date_deadline="2027-01-01")
        self._create_lead(date_deadline=False)
        self._create_lead(type="lead")
        self._create_lead().action_set_lost()
        self._create_lead().action_set_won()
        whole = self._create_target()
        self.assertEqual((self.target.evidence_pipeline, whole.evidence_pipeline), (500, 750))
        self.assertEqual(self._drilled_leads(self.target), 500)
        self.assertEqual(self._drilled_leads(whole), 750)

    def test_pipeline_by_what_opportunities_have(self):
        campaign = self.env["utm.campaign"].create({"name": "Spring"})
        team = self.env["crm.team"].create({"name": "East", "company_id": self.company.id})
        below = self.env["crm.team"].create(
            {"name": "City", "company_id": self.company.id, "parent_id": team.id}
        )
        contact = self.env["res.partner"].create({"name": "Li", "parent_id": self.customer.id})
        self._create_lead(partner_id=contact.id, team_id=below.id, campaign_id=campaign.id)
        self._create_lead(revenue=2000, team_id=team.id)
        create = self._create_target
        for target, expected in (
            (create(team_id=team.id), 1500),
            (create(team_id=below.id), 500),
            (create(territory_id=self.region.id), 500),
            (create(partner_id=self.customer.id, campaign_id=campaign.id), 500),
            (create(partner_id=self.other_customer.id), 0),
        ):
            with self.subTest(target=target.name):
                self.assertEqual(target.evidence_pipeline, expected)
                self.assertIsNot(target.evidence_pipeline, False)
                self.assertEqual(self._drilled_leads(target), expected)
        for target in (create(categ_id=self.category.id), create(product_id=self.product.id)):
            self.assertIs(target.evidence_pipeline, False)

    def test_pipeline_of_companies(self):
        other = self.env["res.company"].create(
            {"name": "Elsewhere", "currency_id": self.env.ref("base.EUR").id}
        )
        self.seller.company_ids |= other
        self._create_lead(company_id=other.id)
        shared = self._create_lead()
        shared.company_id = False
        self.assertEqual(self.target.evidence_pipeline, 500)
        self.assertEqual(self._drilled_leads(self.target), 500)
        self.plan.further_company_ids = [Command.create({"company_id": other.id, "rate": 2})]
        self.target.invalidate_recordset()
        self.assertEqual(self.target.evidence_pipeline, 1500)

    def test_potential(self):
        self.city.sales_potential = 0
        known = self._create_target(territory_id=self.city.id)
        self.assertEqual(known.evidence_potential, 0)
        self.assertIsNot(known.evidence_potential, False)
        self.assertIs(self.target.evidence_potential, False)
        self.assertEqual(known.action_open_potential()["res_id"], self.city.id)

    def test_plans_of_pieces_have_no_money_beside_them(self):
        plan = self._create_plan(metric="quantity")
        target = self._create_target(plan=plan, user_id=self.seller.id)
        self._create_lead()
        self._post("2025-01-05", 10, user_id=self.seller, quantity=2.5)
        self.assertEqual(target.evidence_last_year, 2.5)
        for name in ("pipeline", "receivables", "potential"):
            self.assertIs(target[f"evidence_{name}"], False)

    def test_everybody_sees_the_evidence_of_the_own_targets_only(self):
        foreign = self._create_target(user_id=self.other_seller.id)
        self._post("2025-01-05", 10, user_id=self.seller)
        self._create_lead()
        own = self._as(self.seller, self.target)
        self.assertEqual((own.evidence_last_year, own.evidence_pipeline), (10, 500))
        self.assertEqual(own.evidence_receivables, 0)
        with self.assertRaises(AccessError):
            self._as(self.seller, foreign).read(["evidence_last_year"])
        with self.assertRaises(AccessError):
            self._as(self.seller, self.env["sales.target.evidence"])._get_evidence(
                self.plan, (self.target | foreign).ids
            )
        for action in ("last_year", "year_before", "pipeline", "receivables"):
            with self.subTest(action=action), self.assertRaises(AccessError):
                getattr(self._as(self.seller, foreign), f"action_open_{action}")()
        with self.assertRaises(AccessError):
            self._as(self._create_stranger(), self.target).read(["evidence_potential"])

    def test_statements_do_not_grow_with_the_nodes(self):
        few = self.target | self._create_target(territory_id=self.region.id)
        many = few + self.env["sales.target"].create(
            [
                {"plan_id": self.plan.id, "user_id": self.other_seller.id, "categ_id": categ.id}
                for categ in self.env["product.category"].create(
                    [{"name": f"Category {number}"} for number in range(30)]
                )
            ]
        )
        counts = []
        for targets in (few, few, many):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self._as(self.manager, targets).read(
                ["evidence_last_year", "evidence_pipeline", "evidence_receivables"]
            )
            counts.append(self.env.cr.sql_log_count - before)
        self.assertEqual(counts[1], counts[2])


@tagged("post_install", "-at_install", "sales_planning")
@freeze_time("2026-06-15")
class TestReceivables(SalesPlanningCommon, LedgerInvoicingCommon):
    """Today is 15 June 2026: June is the first period that is open."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.plan.metric = "collected"
        cls.target = cls._create_target(user_id=cls.seller.id)

    def _owe(self, due, price=100.0, **values):
        return self._create_invoice(
            [(1, price)], invoice_date="2026-01-15", invoice_date_due=due, **values
        )

    def _expected(self, target=None):
        """:return: dict of month → weight"""
        target = target or self.target
        weights = self.env["sales.target.weights"]._get_weights(
            target.plan_id, "receivables", target.ids
        )
        return {day.month: float(weight) for (_id, day), weight in weights.items() if weight}

    def _drilled_invoices(self, target):
        action = target.action_open_receivables()
        return self.env["account.move"].search(action["domain"])

    def test_by_due_day_without_tax(self):
        self._owe("2026-07-31", tax=self.tax)
        self._owe("2026-08-01", 40, tax=self.included_tax)
        self._owe("2026-12-31", 7)
        later = self._owe("2027-01-01", 9999)
        draft = self._owe("2026-08-01", 9999, post=False)
        self.assertEqual(self._expected(), {7: 100, 8: 36.36, 12: 7})
        self.target.invalidate_recordset()
        self.assertEqual(self.target.evidence_receivables, 143.36)
        self.assertFalse(self._drilled_invoices(self.target) & (later | draft))
        self.assertEqual(len(self._drilled_invoices(self.target)), 3)

    def test_what_is_paid_is_not_expected(self):
        invoice = self._owe("2026-08-31", 1000, tax=self.tax)
        self._pay(invoice, 440.0, date="2026-06-10")
        self.customer.invalidate_recordset()
        # Paid 82 days before it was due, so the rest is expected as early.
        self.assertEqual(self._expected(), {6: 600})
        self._pay(invoice, date="2026-06-14")
        self.assertEqual(self._expected(), {})

    def test_overdue_money_is_expected_next(self):
        self._owe("2026-06-14")
        self._owe("2026-02-01", 20)
        self.assertEqual(self._expected(), {6: 120})
        future = self._create_plan(
            metric="collected", date_from=date(2026, 9, 10), date_to=date(2026, 12, 31)
        )
        target = self._create_target(plan=future, user_id=self.seller.id)
        self._owe("2026-07-01", 7777)
        self.assertEqual(self._expected(target), {9: 120})
        past = self._create_plan(metric="collected", date_to=date(2026, 5, 31))
        self.assertEqual(self._expected(self._create_target(plan=past)), {})

    def test_customers_pay_as_late_as_they_use_to(self):
        """Late by 10 days with 300 and by 50 with 100: on the average of the money by 20."""
        for due, paid, price in (
            ("2026-03-01", "2026-03-11", 300.0),
            ("2026-03-01", "2026-04-20", 100.0),
        ):
            self._pay(self._owe(due, price), date=paid)
        self._owe("2026-07-11", 50)
        self._owe("2026-07-12", 5)
        self._owe("2026-06-01", 500)
        self._owe("2026-07-12", 1, partner_id=self.other_customer.id)
        self.assertEqual(self._expected(), {6: 500, 7: 51, 8: 5})

    def test_the_delay_forgets_what_is_long_ago_and_undone(self):
        self._pay(
            self._create_invoice(
                [(1, 100.0)], invoice_date="2024-01-01", invoice_date_due="2024-01-01"
            ),
            date="2024-06-14",
        )
        bounced = self._owe("2026-03-01", 10)
        self._pay(bounced, date="2026-05-30")
        bounced.line_ids.remove_move_reconcile()
        self._owe("2026-07-12", 5)
        self.assertEqual(self._expected(), {6: 10, 7: 5})

    def test_instalments(self):
        terms = self.env["account.payment.term"].create(
            {
                "name": "30 % now, the rest in 180 days",
                "company_id": self.company.id,
                "line_ids": [
                    Command.create({"value": "percent", "value_amount": 30, "nb_days": 0}),
                    Command.create({"value": "percent", "value_amount": 70, "nb_days": 180}),
                ],
            }
        )
        self._create_invoice([(1, 1000.0)], tax=self.tax, invoice_payment_term_id=terms.id)
        self.assertEqual(self._expected(), {6: 300, 7: 700})

    def test_credit_notes_take_off(self):
        invoice = self._owe("2026-07-31", 1000)
        note = self._credit(invoice)
        note.invoice_line_ids.price_unit = 200.0
        note.invoice_date_due = "2026-07-31"
        note.action_post()
        self.assertEqual(self._expected(), {7: 800})

    def test_by_what_invoices_are_for(self):
        service = self.env["product.product"].create(
            {"name": "Tuning", "categ_id": self.env["product.category"].create({"name": "S"}).id}
        )
        invoice = self._owe("2026-07-31", 300, tax=self.tax, post=False)
        invoice.invoice_line_ids = [
            Command.create({"product_id": service.id, "price_unit": 100, "tax_ids": []})
        ]
        invoice.action_post()
        self._owe("2026-07-31", 50, partner_id=self.other_customer.id)
        create = self._create_target
        for target, expected in (
            (create(), 450),
            (create(categ_id=self.category.id), 350),
            (create(product_id=service.id), 100),
            (create(territory_id=self.region.id), 400),
            (create(territory_id=self.city.id, categ_id=self.category.id), 300),
            (create(partner_id=self.other_customer.id), 50),
            (create(user_id=self.other_seller.id), 0),
        ):
            with self.subTest(target=target.name):
                self.assertEqual(sum(self._expected(target).values()), expected)
                self.assertEqual(bool(self._drilled_invoices(target)), bool(expected))

    def test_only_while_the_node_is_valid(self):
        self.target.date_end = "2026-07-31"
        self._owe("2026-07-31")
        late = self._owe("2026-08-01", 7)
        self.assertEqual(self._expected(), {7: 100})
        self.assertNotIn(late, self._drilled_invoices(self.target))

    def test_foreign_currency_at_the_rate_of_the_invoice(self):
        euro = self._set_rates(d2026_01_01=0.5, d2026_06_01=0.1)
        self._owe("2026-07-31", 100, tax=self.tax, currency_id=euro.id)
        self.assertEqual(self._expected(), {7: 200})

    def test_another_company_at_the_rate_of_the_plan(self):
        other = self.env["res.company"].create(
            {"name": "Elsewhere", "currency_id": self.env.ref("base.EUR").id}
        )
        self.env.user.company_ids |= other
        self.env["account.chart.template"].try_loading(
            "generic_coa", company=other, install_demo=False
        )
        self.seller.company_ids |= other
        self._owe("2026-07-31", 10)
        self.env = self.env(context={**self.env.context, "allowed_company_ids": other.ids})
        invoice = self.env["account.move"].create(
            {
                "move_type": "out_invoice",
                "partner_id": self.customer.id,
                "invoice_user_id": self.seller.id,
                "company_id": other.id,
                "invoice_date": "2026-01-15",
                "invoice_date_due": "2026-07-31",
                "invoice_line_ids": [Command.create({"name": "Bike", "price_unit": 100})],
            }
        )
        invoice.invoice_line_ids.tax_ids = False
        invoice.action_post()
        self.assertEqual(self._expected(), {7: 10})
        self.plan.further_company_ids = [Command.create({"company_id": other.id, "rate": 1.5})]
        self.assertEqual(self._expected(), {7: 160})

    def test_a_salesperson_opens_the_own_open_invoices(self):
        mine = self._owe("2026-07-31")
        target = self._as(self.seller, self.target)
        self.assertEqual(target.evidence_receivables, 100)
        action = target.action_open_receivables()
        self.assertEqual(
            self._as(self.seller, self.env["account.move"]).search(action["domain"]), mine
        )
