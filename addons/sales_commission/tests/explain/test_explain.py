from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import SQL

from ..common import APRIL, MARCH, YEAR, SalesCommissionCommon


@tagged("post_install", "-at_install", "sales_commission")
class TestExplain(SalesCommissionCommon):
    """Every sale earned, or has exactly one reason why not, and both add up to the ledger."""

    def _explain(self, period=MARCH, **values):
        explain = self.env["sales.commission.explain"].create(
            {"date_from": period[0], "date_to": period[1], **values}
        )
        explain.action_explain()
        self._assert_ties(explain)
        return explain

    def _assert_ties(self, explain):
        """Posted = commissioned + excluded, to the cent and for each step of the sales."""
        rows = self.env.execute_query(
            SQL(
                "SELECT event, SUM(amount), COUNT(*) FROM sales_ledger_entry"
                " WHERE company_id = %s AND date BETWEEN %s AND %s GROUP BY event",
                explain.company_id.id,
                explain.date_from,
                explain.date_to,
            )
        )
        if explain.payee_id or explain.event or explain.run_id or explain.entry_id:
            return
        found = {
            event: (round(sum(totals.mapped("amount")), 2), sum(totals.mapped("entry_count")))
            for event, totals in explain.total_ids.grouped("event").items()
        }
        self.assertEqual(found, {event: (float(amount), count) for event, amount, count in rows})
        entries = explain.line_ids.mapped("entry_id")
        self.assertEqual(len(entries), len(explain.line_ids), "one reason each")

    def _get_reasons(self, explain):
        return {line.entry_id.id: line.reason for line in explain.line_ids}

    def _assert_reason(self, entry, reason, **values):
        self.assertEqual(self._get_reasons(self._explain(**values)).get(entry.id), reason)

    def test_what_earned_has_no_reason(self):
        self._create_plan()
        self._sell(100, 250.55)
        self._create_run(approve=True)
        explain = self._explain()
        self.assertRecordValues(
            explain.total_ids,
            [{"event": "booked", "reason": False, "amount": 350.55, "entry_count": 2}],
        )
        self.assertFalse(explain.line_ids)
        self.assertIn("350.55", explain.balance)

    def test_nobody_sold_it(self):
        self._create_plan()
        sale = self._sell(100, user=self.env["res.users"])
        self._assert_reason(sale, "no_salesperson")

    def test_no_plan_on_the_day(self):
        self._create_plan(date_from=f"{YEAR}-04-01")
        sale = self._sell(100)
        self._assert_reason(sale, "no_plan")

    def test_a_draft_plan_is_none(self):
        self._create_plan(approve=False)
        sale = self._sell(100)
        self._assert_reason(sale, "no_plan")

    def test_a_rule_pays_at_another_step(self):
        self._create_plan({"event": "invoiced"})
        order = self._sell(100)
        payment = self._sell(40, event="collected")
        reasons = self._get_reasons(self._explain())
        self.assertEqual(reasons, {order.id: "step_invoiced", payment.id: "step_invoiced"})

    def test_the_first_step_that_fits_is_named_with_its_rule(self):
        plan = self._create_plan({"event": "collected"})
        sale = self._sell(100)
        line = self._explain().line_ids
        self.assertEqual((line.entry_id, line.reason), (sale, "step_collected"))
        self.assertEqual(line.rule_id, plan.rule_ids)
        self.assertIn("when the customer has paid", line.advice)

    def test_the_nearest_rule_and_its_first_condition_that_failed(self):
        other = self.env["product.category"].create({"name": "Other"})
        plan = self._create_plan(
            {"name": "Far", "categ_id": other.id, "user_id": self.wang_wei.id},
            {"name": "Near", "categ_id": other.id},
        )
        sale = self._sell(100)
        line = self._explain().line_ids
        self.assertRecordValues(
            line,
            [
                {
                    "entry_id": sale.id,
                    "reason": "no_match",
                    "rule_id": plan.rule_ids[1].id,
                    "condition": "categ_id",
                }
            ],
        )
        self.assertIn("Near", line.advice)

    def test_the_payee_is_not_assigned(self):
        self._create_plan(
            payee_scope="assigned",
            assignment_ids=[Command.create({"payee_id": self.wang_wei.partner_id.id})],
        )
        sale = self._sell(100)
        self._assert_reason(sale, "not_assigned")

    def test_nobody_leads_the_team(self):
        self._create_plan({"role": "leader"})
        team = self.env["crm.team"].create({"name": "Headless", "user_id": False})
        sale = self._sell(100, team_id=team.id)
        self._assert_reason(sale, "no_payee")

    def test_not_calculated_yet(self):
        self._create_plan()
        sale = self._sell(100)
        self._assert_reason(sale, "not_calculated")

    def test_earned_nothing(self):
        for reason, rule, amounts in (
            ("threshold", {"threshold": 1000}, (100,)),
            ("rounding", {"rate": 0.0001}, (1,)),
            ("capped", {"cap_period": 2}, (100, 50)),
        ):
            with self.subTest(reason=reason):
                plan = self._create_plan(rule)
                sale = self._sell(*amounts)[-1]
                run = self._create_run(plan_id=plan.id)
                self._assert_reason(sale, reason, run_id=run.id)
                run.action_reset()
                plan.action_reset()

    def test_rate_0_keeps_sales_from_the_next_rule(self):
        self._create_plan({"rate": 0, "user_id": self.li_na.id}, {})
        excluded, paid = self._sell(100), self._sell(100, user=self.wang_wei)
        self._create_run()
        reasons = self._get_reasons(self._explain())
        self.assertEqual(reasons, {excluded.id: "no_rate"})
        self.assertNotIn(paid.id, reasons)

    def test_nothing_to_count(self):
        self._create_plan({"base": "margin"})
        sale = self._sell(100, margin=0)
        self._create_run()
        self._assert_reason(sale, "no_base")

    def test_settled_by_another_run(self):
        plan, other = self._create_plan(), self._create_plan({"user_id": self.wang_wei.id})
        sale = self._sell(100)
        self._create_run(plan_id=plan.id, approve=True)
        run = self._create_run(APRIL, plan_id=plan.id)
        explain = self._explain(run_id=run.id)
        self.assertEqual(self._get_reasons(explain), {sale.id: "other_run"})
        # The other plan's run finds no rule for it, whatever the first plan pays.
        explain = self._explain(run_id=self._create_run(plan_id=other.id).id)
        self.assertEqual(self._get_reasons(explain), {sale.id: "no_match"})

    def test_the_run_s_own_totals(self):
        self._create_plan(
            {"team_id": self.env["crm.team"].create({"name": "None"}).id},
            {"user_id": self.li_na.id},
        )
        self._sell(100, 33.33)
        self._sell(50.1, user=self.wang_wei)
        run = self._create_run()
        action = run.action_explain()
        explain = self.env["sales.commission.explain"].browse(action["res_id"])
        total = run.total_ids
        earned = explain.total_ids.filtered(lambda one: not one.reason)
        self.assertEqual(earned.amount, total.commissioned_amount)
        self.assertEqual(sum((explain.total_ids - earned).mapped("amount")), total.open_amount)

    def test_others_earn_by_it(self):
        self._create_plan()
        sale = self._sell(100)
        sale = self._sell(100, channel_partner_id=self.wang_wei.partner_id.id)
        self._create_run(approve=True)
        explain = self._explain(payee_id=self.wang_wei.partner_id.id)
        self.assertEqual(self._get_reasons(explain), {sale.id: "others"})

    def test_a_refund_of_what_was_never_paid(self):
        """An invoice that earned nothing is credited in a later month."""
        self._create_plan({"event": "invoiced"}, date_from=f"{YEAR}-04-01")
        invoice = self.init_invoice("2019-03-10")
        refund = invoice._reverse_moves([{"date": "2019-04-05", "invoice_date": "2019-04-05"}])
        refund.action_post()
        self._create_run(APRIL)
        explain = self._explain(APRIL, event="invoiced")
        self.assertEqual(explain.line_ids.mapped("reason"), ["unpaid_refund"])
        self.assertEqual(explain.line_ids.amount, -100)

    def init_invoice(self, date):
        invoice = self.env["account.move"].create(
            {
                "move_type": "out_invoice",
                "partner_id": self.partner.id,
                "invoice_user_id": self.li_na.id,
                "invoice_date": date,
                "invoice_line_ids": [
                    Command.create(
                        {"product_id": self.product.id, "price_unit": 100, "tax_ids": False}
                    )
                ],
            }
        )
        invoice.action_post()
        return invoice

    def test_from_the_ledger_entry(self):
        self._create_plan()
        sale, _other = self._sell(100, 200)
        action = sale.action_explain()
        explain = self.env["sales.commission.explain"].browse(action["res_id"])
        self.assertEqual(self._get_reasons(explain), {sale.id: "not_calculated"})

    def test_the_drill_down_shows_the_same_entries(self):
        self._create_plan({"user_id": self.li_na.id})
        paid = self._sell(100)
        unpaid = self._sell(30, user=self.wang_wei)
        self._create_run()
        explain = self._explain()
        earned, excluded = explain.total_ids
        action = earned.action_open_entries()
        self.assertEqual(self.env[action["res_model"]].search(action["domain"]), paid)
        action = excluded.action_open_entries()
        lines = self.env[action["res_model"]].search(action["domain"])
        self.assertEqual(lines.entry_id, unpaid)

    def test_days_in_the_wrong_order_are_refused(self):
        with self.assertRaisesRegex(UserError, "lies before the first day"):
            self._explain((MARCH[1], MARCH[0]))

    def test_the_number_of_queries_does_not_depend_on_the_sales(self):
        self._create_plan(
            {"user_id": self.li_na.id}, {"team_id": self.env["crm.team"].create({"name": "T"}).id}
        )
        counts = []
        # Once to fill the caches of access rules.
        self._explain()
        for period, size in ((MARCH, 5), (APRIL, 200)):
            self._sell(*range(1, size), date=period[0])
            self._sell(*range(1, size), date=period[0], user=self.wang_wei)
            explain = self.env["sales.commission.explain"].create(
                {"date_from": period[0], "date_to": period[1]}
            )
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            explain.action_explain()
            counts.append(self.cr.sql_log_count - before)
        self.assertEqual(counts[0], counts[1])

    def test_the_second_company_is_asked_separately(self):
        self._create_plan()
        self._sell(100)
        company = self.env["res.company"].create({"name": "Second"})
        foreign = self._sell(70, company_id=company.id)
        self.env.user.company_ids |= company
        explain = self._explain(company_id=company.id)
        self.assertEqual(self._get_reasons(explain), {foreign.id: "no_plan"})

    def test_a_foreign_currency_counts_by_its_ledger_amount(self):
        self._create_plan()
        euro = self.env.ref("base.EUR")
        company = self.env["res.company"].create({"name": "Paris", "currency_id": euro.id})
        self.env.user.company_ids |= company
        self._sell(70, company_id=company.id, currency_id=euro.id)
        explain = self._explain(company_id=company.id)
        self.assertEqual(explain.total_ids.currency_id, euro)
        self.assertIn(euro.symbol, explain.balance)

    def test_a_reversal_before_the_run_waits_with_its_sale(self):
        self._create_plan()
        self._sell(100, document_model="sale.order", document_id=1, source_id=1)
        self._sell(-100, document_model="sale.order", document_id=1, source_id=1, posting_no=2)
        explain = self._explain()
        self.assertEqual(explain.line_ids.mapped("reason"), ["not_calculated"] * 2)
        self.assertEqual(explain.total_ids.amount, 0)
