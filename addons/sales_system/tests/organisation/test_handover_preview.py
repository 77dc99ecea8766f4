from unittest.mock import patch

from odoo.fields import Command
from odoo.tests import Form, tagged

from ...engine.handover import HandoverKind
from ..ledger.common import LedgerInvoicingCommon
from .handover_common import HandoverCommon


@tagged("post_install", "-at_install", "sales_system")
class TestHandoverPreview(HandoverCommon, LedgerInvoicingCommon):
    """What a handover finds, and what is chosen from it."""

    def test_preview(self):
        handover = self._create_handover()
        self.assertRegex(handover.name, r"^HO/\d{4}/\d{4}$")
        self.assertEqual(handover.team_id, self.shanghai)
        self.assertRecordValues(
            handover.summary_ids,
            [
                {"kind": "customer", "line_count": 2, "amount": 2000.0},
                {"kind": "lead", "line_count": 1, "amount": 5000.0},
                {"kind": "quotation", "line_count": 1, "amount": 1000.0},
                {"kind": "order", "line_count": 1, "amount": 2000.0},
                {"kind": "activity", "line_count": 1, "amount": 0.0},
            ],
        )
        self.assertEqual(handover.included_count, 6)
        self.assertEqual(handover.line_ids.to_user_id, self.other_seller)
        self.assertEqual(self._line(handover, self.activity).name, "Call: Acme Bikes")
        # Nothing has moved yet.
        self.assertEqual(self.customer.user_id, self.seller)

    def test_what_is_closed_is_not_collected(self):
        self.lead.action_set_lost()
        self.quotation.action_cancel()
        invoice = self.order._create_invoices()
        self.activity.action_feedback("Called")
        self.other_customer.active = False
        self.env.flush_all()
        handover = self._create_handover()
        self.assertEqual(set(handover.line_ids.mapped("kind")), {"customer", "order"})
        invoice.action_post()
        handover.action_collect()
        self.assertTrue(self._line(handover, self.order), "invoiced but not paid")
        self._pay(invoice)
        handover.action_collect()
        self.assertFalse(self._line(handover, self.order))

    def test_scope(self):
        handover = self._create_handover(move_leads=False, move_activities=False)
        self.assertEqual(set(handover.line_ids.mapped("kind")), {"customer", "quotation", "order"})
        handover.move_customers = False
        self.assertFalse(handover.line_ids, "the preview is of another question now")
        handover.action_collect()
        self.assertEqual(set(handover.line_ids.mapped("kind")), {"quotation", "order"})

    def test_only_in_a_territory(self):
        handover = self._create_handover(territory_id=self.region.id)
        self.assertTrue(self._line(handover, self.customer))
        self.assertFalse(self._line(handover, self.other_customer))
        self.assertTrue(self._line(handover, self.lead))

    def test_only_of_a_team(self):
        lead = self._create_lead(team_id=self.west.id, partner_id=self.other_customer.id)
        handover = self._create_handover(team_filter_id=self.west.id)
        lines = handover.line_ids.filtered(lambda line: line.kind in ("customer", "lead"))
        self.assertEqual(lines.mapped("res_id"), [self.other_customer.id, lead.id])
        handover = self._create_handover(team_filter_id=self.east.id)
        self.assertTrue(self._line(handover, self.customer))
        self.assertFalse(self._line(handover, lead))

    def test_foreign_currency(self):
        euro = self.env.ref("base.EUR")
        euro.active = True
        self.env["res.currency.rate"].create(
            {
                "currency_id": euro.id,
                "company_id": self.company.id,
                "rate": 0.5,
                "name": "2020-01-01",
            }
        )
        pricelist = self.env["product.pricelist"].create(
            {"name": "Euro", "currency_id": euro.id, "company_id": self.company.id}
        )
        order = self._create_order(pricelist_id=pricelist.id, confirm=False, lines=((1, 300.0),))
        handover = self._create_handover()
        self.assertRecordValues(
            self._line(handover, order),
            [{"amount": 300.0, "currency_id": euro.id, "company_amount": 600.0}],
        )
        summary = handover.summary_ids.filtered(lambda one: one.kind == "quotation")
        self.assertEqual(summary.amount, 1600.0)

    def test_collecting_again_keeps_the_choices(self):
        handover = self._create_handover()
        self._line(handover, self.customer).included = False
        self._line(handover, self.lead).to_user_id = self.leader
        self.other_customer.user_id = False
        lead = self._create_lead(name="New")
        handover.action_collect()
        self.assertFalse(self._line(handover, self.customer).included)
        self.assertEqual(self._line(handover, self.lead).to_user_id, self.leader)
        self.assertFalse(self._line(handover, self.other_customer))
        self.assertTrue(self._line(handover, lead).included)

    def test_another_successor(self):
        """Rows that went to the former successor go to the new one; the others stay."""
        handover = self._create_handover()
        self._line(handover, self.lead).to_user_id = self.manager
        handover.to_user_id = self.leader
        self.assertEqual(self._line(handover, self.customer).to_user_id, self.leader)
        self.assertEqual(self._line(handover, self.lead).to_user_id, self.manager)

    def test_query_count(self):
        """As many statements for a thousand customers as for two."""
        handover = self._create_handover()
        few = self._count_statements(handover)
        self.env["res.partner"].create(
            [{"name": f"C{number}", "user_id": self.seller.id} for number in range(1000)]
        )
        self.assertEqual(self._count_statements(handover), few)
        self.assertEqual(handover.included_count, 1006)

    def _count_statements(self, handover):
        handover.collected_on = False
        self.env.flush_all()
        before = self.env.cr.sql_log_count
        handover._collect()
        self.env.flush_all()
        return self.env.cr.sql_log_count - before

    def test_a_kind_of_another_addon(self):
        """An entry in the registry and one query are all that an addon brings."""
        model = self.env.registry["sales.handover"]
        kinds = model._get_kinds
        self.company.partner_id.user_id = self.seller

        def get_kinds(handover):
            return {**kinds(handover), "fake": HandoverKind("Fakes", "res.partner", "move_leads")}

        def collect_fake(handover, user):
            return handover._collect_customer(user)

        with (
            patch.object(model, "_get_kinds", get_kinds),
            patch.object(model, "_collect_fake", collect_fake, create=True),
        ):
            handover = self._create_handover(move_customers=False)
            lines = handover.line_ids.filtered(lambda line: line.kind == "fake")
            self.assertIn(self.customer.id, lines.mapped("res_id"))
            handover.action_hand_over()
            self.assertEqual(set(lines.mapped("state")), {"moved"})
            self.assertEqual(self.customer.user_id, self.other_seller)

    def test_form(self):
        form = Form(self.env["sales.handover"].with_user(self.manager))
        form.from_user_id = self.seller
        form.to_user_id = self.other_seller
        handover = form.save()
        handover.action_collect()
        with Form(handover) as form, form.line_ids.edit(0) as line:
            line.included = False
        self.assertEqual(handover.included_count, 5)
        handover.write({"line_ids": [Command.update(handover.line_ids[0].id, {"included": True})]})
        self.assertEqual(handover.included_count, 6)
        action = handover.action_open_lines()
        self.assertEqual(self.env[action["res_model"]].search_count(action["domain"]), 6)
        for summary in handover.summary_ids:
            action = summary.action_open_records()
            found = self.env[action["res_model"]].search_count(action["domain"])
            self.assertEqual(found, summary.line_count)
        for line in handover.line_ids:
            self.assertIn(line.action_open_record()["res_model"], (line.res_model, "res.partner"))
        self.assertEqual(
            self.seller.action_open_handover()["context"],
            {"default_from_user_id": self.seller.id},
        )
