from datetime import date, timedelta
from random import Random

from odoo.exceptions import UserError
from odoo.tests import Form, freeze_time, tagged
from odoo.tools import SQL

from .deal_common import DAY, TODAY, DealCommon


def _characters(first, last):
    return [chr(number) for number in range(first, last)]


@tagged("post_install", "-at_install", "sales_system")
@freeze_time(TODAY)
class TestDealRegistration(DealCommon):
    """From the partner's form to the opportunity, and back again."""

    # === SUBMITTING === #
    def test_a_manager_is_asked(self):
        registration = self._register()
        self.assertRecordValues(
            registration, [{"state": "submitted", "submitted_on": DAY, "user_id": self.seller.id}]
        )
        self.assertRegex(registration.name, r"DR/2026/\d{4}")
        self.assertEqual(registration.activity_ids.user_id, self.seller)
        self.assertFalse(registration.is_protected)

    def test_what_is_incomplete_is_not_submitted(self):
        for values, sentence in (
            (
                {"customer_tax_id": False, "customer_phone": "12", "customer_email": "x@qq.com"},
                "Enter the customer's tax ID, phone number",
            ),
            ({"expected_amount": 0}, "Enter the amount that you expect"),
            ({"expected_date": "2026-06-14"}, "Enter the day on which you expect the order"),
            ({"expected_date": False}, "Enter the day on which you expect the order"),
        ):
            with self.subTest(**values), self.assertRaisesRegex(UserError, sentence):
                self._register(**values)
        self.distributor.action_channel_suspend()
        with self.assertRaisesRegex(UserError, "East Wheels is no channel partner that sells"):
            self._register()

    def test_what_was_submitted_stays(self):
        registration = self._register()
        for values, sentence in (
            ({"customer_name": "Other"}, "is not changed any more"),
            ({"expected_amount": 1}, "is not changed any more"),
        ):
            with self.subTest(**values), self.assertRaisesRegex(UserError, sentence):
                registration.write(values)
        with self.assertRaisesRegex(UserError, "stays as a record"):
            registration.unlink()
        registration.action_draft()
        registration.customer_name = "Other"
        registration.unlink()

    def test_only_actions_move_it(self):
        registration = self._as(self.seller, self._register())
        for values, sentence in (
            ({"state": "approved"}, "cannot be set by hand"),
            ({"date_to": "2030-01-01"}, "Protected Until of a deal registration cannot be set"),
            ({"lead_id": 1}, "cannot be set by hand"),
        ):
            with self.subTest(**values), self.assertRaisesRegex(UserError, sentence):
                registration.write(values)
        self.assertEqual(registration.state, "submitted")

    def test_a_new_channel_manager_takes_the_registrations_over(self):
        registration = self._register()
        self.distributor.channel_manager_id = self.other_seller
        self.assertEqual(registration.user_id, self.other_seller)
        self.assertTrue(self._as(self.other_seller, registration).has_access("write"))
        self.assertFalse(self._as(self.seller, registration).has_access("read"))

    def test_the_form(self):
        registrations = self._as(self.seller, self.env["sales.deal.registration"])
        with Form(registrations) as form:
            form.partner_id = self.distributor
            form.customer_name = "Lakeside"
            form.customer_tax_id = "91310000MA1LAKE01X"
            form.expected_amount = 10
            form.expected_date = "2026-07-01"
            self.assertEqual(form.user_id, self.seller)
        form.record.action_submit()
        self.assertEqual(form.record.state, "submitted")

    # === APPROVING === #
    def test_approval_protects(self):
        registration = self._register()
        self._as(self.seller, registration).action_approve()
        self.assertRecordValues(
            registration,
            [
                {
                    "state": "approved",
                    "date_from": DAY,
                    "date_to": DAY + timedelta(days=90),
                    "is_protected": True,
                }
            ],
        )
        self.assertFalse(registration.activity_ids)

    def test_the_window_is_that_of_the_level(self):
        self.distributor.grade_id = self.env["res.partner.grade"].create(
            {"name": "Gold", "deal_protection_days": 180, "company_id": self.company.id}
        )
        self.assertEqual(self._register(state="approved").date_to, DAY + timedelta(days=180))

    def test_approved_at_once_where_nothing_speaks_against_it(self):
        self.company.deal_registration_auto = True
        self.assertEqual(self._register().state, "approved")
        self.env["res.partner"].create(
            {"name": "Known", "vat": "9131 0000 MA1KNOWN9", "company_id": self.company.id}
        )
        known = self._register(
            customer_name="Something Else",
            customer_tax_id="91310000MA1KNOWN9",
            customer_phone=False,
            customer_email=False,
        )
        self.assertEqual(known.state, "submitted")
        self.assertEqual(known.activity_ids.user_id, self.seller)

    def test_reject(self):
        registration = self._register()
        wizard = self.env["sales.deal.registration.reject"].create(
            {"registration_id": registration.id, "reason": "Our own customer"}
        )
        wizard.action_reject()
        self.assertRecordValues(
            registration, [{"state": "rejected", "reject_reason": "Our own customer"}]
        )
        registration.action_draft()
        self.assertFalse(registration.reject_reason)

    # === CONFLICTS === #
    def test_each_key_protects(self):
        self._register(state="approved")
        nothing = {"customer_tax_id": False, "customer_phone": False, "customer_email": False}
        for name, values in (
            ("tax", {**nothing, "customer_tax_id": "9131 0000-ma1lake01x"}),
            ("phone", {**nothing, "customer_phone": "021-66600100"}),
            ("mail", {**nothing, "customer_email": "Boss <boss@LAKESIDE.example>"}),
            ("website", {**nothing, "customer_website": "https://www.lakeside.example/de"}),
            ("name", {**nothing, "customer_name": "LAKESIDE SPORTS", "customer_phone": "12345678"}),
        ):
            with self.subTest(key=name):
                values = {"customer_name": f"By {name}", **values}
                self.assertEqual(self._register(self.rival, **values).state, "conflict")
        self.assertEqual(
            self._register(
                self.rival,
                **{**nothing, "customer_name": "Seaside", "customer_phone": "02155"}
                | {"customer_email": "x@seaside.example"},
            ).state,
            "submitted",
        )

    def test_the_same_partner_may_register_another_deal(self):
        self._register(state="approved")
        self.assertEqual(self._register(state="approved").state, "approved")

    def test_the_first_approval_wins(self):
        one, other = self._register(), self._register(self.rival)
        self.assertEqual(one.conflict_ids, other)
        self.assertEqual(other.conflict_ids, one)
        other.action_approve()
        one.action_approve()
        self.assertEqual((one.state, other.state), ("conflict", "approved"))
        with self.assertRaisesRegex(UserError, "still protected for another channel partner"):
            one.action_approve()
        other.action_close()
        one.action_approve()
        self.assertEqual(one.state, "approved")

    def test_a_window_that_is_over_protects_no_more(self):
        registration = self._register(state="approved")
        with freeze_time(registration.date_to + timedelta(days=1)):
            other = self._register(self.rival, expected_date="2027-01-01")
        self.assertEqual(other.state, "conflict")  # registered on the first day, see the helper
        with freeze_time(registration.date_to):
            with self.assertRaisesRegex(UserError, "still protected"):
                other.action_approve()
        with freeze_time(registration.date_to + timedelta(days=1)):
            other.action_approve()
            self.assertTrue(other.is_protected)

    def test_customers_and_opportunities_are_hints(self):
        customer = self.env["res.partner"].create(
            {"name": "Lakeside Sports GmbH", "company_id": self.company.id}
        )
        contact = self.env["res.partner"].create(
            {"name": "Ann", "parent_id": customer.id, "phone": "(021) 66600100"}
        )
        leads = self.env["crm.lead"].create(
            [
                {"name": "By its customer", "type": "opportunity", "partner_id": contact.id},
                {"name": "By its mail", "email_from": "ann@lakeside.example"},
                {"name": "By its name", "partner_name": "lakeside sports"},
                {"name": "By its phone", "phone": "+862166600100"},
            ]
        )
        self.env["crm.lead"].create(
            [
                {"name": "Beijing", "phone": "+861066600100"},
                {"name": "Longer", "partner_name": "Lakeside Sports Museum"},
                {
                    "name": "Brought",
                    "partner_name": "Lakeside Sports",
                    "channel_partner_id": self.distributor.id,
                },
            ]
        )
        registration = self._register()
        self.assertEqual(registration.similar_partner_ids, customer)
        self.assertEqual(registration.similar_lead_ids, leads)
        customer.channel_upstream_id = self.distributor
        self.env.invalidate_all()
        self.assertFalse(registration.similar_partner_ids)

    def test_names_of_any_length(self):
        """As long as Odoo's own columns take; squared words grow to several characters each."""
        chance = Random(8)  # noqa: S311
        alphabets = ["abcdefghijklmnopqrstuvwxyz", _characters(0x4E00, 0x9FA5)]
        alphabets += [_characters(0x0430, 0x0450), _characters(0x3300, 0x3358)]
        for alphabet in alphabets:
            long = "".join(chance.choices(alphabet, k=10_000))
            # Odoo has an index of its own on the names of contacts.
            short = long.encode()[:2600].decode(errors="ignore")
            with self.subTest(alphabet=alphabet[:3]):
                customer = self.env["res.partner"].create({"name": short, "is_company": True})
                lead = self.env["crm.lead"].create({"name": "Bikes", "partner_name": long})
                self.env.flush_all()
                values = {"customer_tax_id": False, "customer_phone": False}
                values |= {"customer_email": f"x@{len(self._deals())}.example"}
                registration = self._register(customer_name=short, **values)
                self.assertEqual(registration.similar_partner_ids, customer)
                values |= {"customer_email": f"x@{len(self._deals())}.example"}
                registration = self._register(customer_name=long, **values)
                self.assertEqual(registration.similar_lead_ids, lead)

    def _deals(self):
        return self.env["sales.deal.registration"].search([])

    def test_others_registrations_are_seen_with_rights_only(self):
        theirs = self._register(self.rival, state="approved")
        mine = self._register()
        own_view = self._as(self.seller, mine)
        self.assertFalse(own_view.conflict_ids)
        self.assertEqual(own_view.hidden_conflict_count, 1)
        self.assertTrue(own_view.has_conflicts)
        self.assertEqual(self._as(self.leader, mine).conflict_ids, theirs)
        self.assertFalse(self._as(self.leader, mine).hidden_conflict_count)

    def test_statements_do_not_grow_with_the_registrations(self):
        def count(registrations):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            registrations.mapped("has_conflicts")
            return self.env.cr.sql_log_count - before

        many = self.env["sales.deal.registration"]
        for number in range(12):
            many |= self._register(
                customer_name=f"Customer {number}",
                customer_tax_id=f"TAX{number:06}",
                customer_phone=f"+86 21 777{number:05}",
                customer_email=f"x@shop{number}.example",
            )
            self._register(self.rival, **self._customer_of(many[-1]))
        count(many[:1])  # warms the caches up
        self.assertEqual(count(many), count(many[:1]))

    def _customer_of(self, registration):
        names = ("customer_name", "customer_tax_id", "customer_phone", "customer_email")
        return {name: registration[name] for name in names}

    def test_they_are_found_by_index(self):
        registration = self._register()
        self.env.flush_all()
        self.env.cr.execute("SET LOCAL enable_seqscan = off")
        ids, customers = registration.ids, {registration.id: {self.customer.id}}
        for query, table in (
            (registration._other_registrations_sql(ids, ["approved"]), "registration_key"),
            (registration._similar_partners_sql(ids), "res_partner"),
            (registration._similar_leads_sql(ids, customers), "crm_lead"),
        ):
            with self.subTest(table=table):
                plan = self.env.execute_query(SQL("EXPLAIN %s", query))
                self.assertNotRegex("\n".join(line for (line,) in plan), f"Seq Scan on .*{table}")

    # === OPPORTUNITY === #
    def test_convert_and_back(self):
        registration = self._register(state="approved", note="Forty bikes")
        self._as(self.seller, registration).action_convert()
        lead = registration.lead_id
        self.assertRecordValues(
            lead,
            [
                {
                    "type": "opportunity",
                    "partner_name": "Lakeside Sports Co., Ltd.",
                    "expected_revenue": 50_000,
                    "channel_partner_id": self.distributor.id,
                    "user_id": self.seller.id,
                    "date_deadline": date(2026, 9, 1),
                }
            ],
        )
        self.assertEqual(registration.state, "converted")
        self.assertTrue(registration.is_protected)
        self.assertEqual(self._register(self.rival).state, "conflict")
        registration.action_undo_conversion()
        self.assertEqual((registration.state, lead.active), ("approved", False))

    def test_orders_of_the_opportunity_go_through_the_partner(self):
        registration = self._register(state="approved")
        registration.action_convert()
        lead = registration.lead_id
        order = self._create_order(opportunity_id=lead.id)
        self.assertEqual(order.channel_partner_id, self.distributor)
        self.assertEqual(self._ledger(order).channel_partner_id, self.distributor)
        with self.assertRaisesRegex(UserError, "has quotations already"):
            registration.action_undo_conversion()
        self.distributor.action_channel_suspend()
        self.assertFalse(self._create_order(opportunity_id=lead.id).channel_partner_id)

    def test_an_existing_customer_becomes_the_opportunitys(self):
        self.customer.vat = "91310000MA1LAKE01X"
        registration = self._register(state="approved")
        registration.action_convert()
        self.assertEqual(registration.lead_id.partner_id, self.customer)

    def test_foreign_currency(self):
        euro = self.env.ref("base.EUR")
        euro.active = True
        self.env["res.currency.rate"].create(
            {
                "name": "2026-01-01",
                "currency_id": euro.id,
                "company_id": self.company.id,
                "rate": 0.5,
            }
        )
        registration = self._register(state="approved", currency_id=euro.id)
        registration.action_convert()
        self.assertEqual(registration.lead_id.expected_revenue, 100_000)

    # === DAYS === #
    def test_what_is_not_protected_is_not_extended(self):
        registration = self._register(state="draft")
        wizard = self.env["sales.deal.registration.extend"].create(
            {"registration_id": registration.id, "reason": "More time"}
        )
        self.assertFalse(wizard.new_date_to)
        with self.assertRaisesRegex(UserError, "is in state “Draft”"):
            wizard.action_extend()
        self.assertFalse(wizard.new({}).new_date_to)

    def test_extend(self):
        registration = self._register(state="approved")
        before = registration.date_to
        wizard = self.env["sales.deal.registration.extend"].create(
            {"registration_id": registration.id, "reason": "Tender is late"}
        )
        self.assertEqual(wizard.new_date_to, before + timedelta(days=90))
        wizard.action_extend()
        self.assertEqual(registration.date_to, before + timedelta(days=90))
        with freeze_time(before + timedelta(days=30)):
            other = self._register(self.rival)
            self.assertEqual(other.state, "conflict")
        self.assertFalse(registration.can_extend)
        with self.assertRaisesRegex(UserError, "was extended 1 times, and 1 is the most"):
            registration._extend("Once more")

    def test_extension_is_refused(self):
        registration = self._register(state="approved")
        with self.assertRaisesRegex(UserError, "Say why"):
            registration._extend(" ")
        with freeze_time(registration.date_to + timedelta(days=1)):
            registration.invalidate_recordset(["is_protected"])
            with self.assertRaisesRegex(UserError, "only one that lasts is extended"):
                registration._extend("Late")
        registration.invalidate_recordset(["is_protected"])
        registration._ask_extension("Tender")
        self.assertEqual(registration.activity_ids.user_id, self.seller)
        registration.action_refuse_extension()
        self.assertFalse(registration.extension_reason or registration.activity_ids)

    def test_the_days_go_by(self):
        registration = self._register(state="approved")
        converted = self._register(
            state="approved",
            customer_name="Other",
            customer_tax_id="TAX12345",
            customer_phone=False,
            customer_email=False,
        )
        converted.action_convert()
        both = registration | converted
        self._run_cron(registration.date_to - timedelta(days=20))
        self.assertFalse(both.activity_ids)
        for _twice in range(2):
            self._run_cron(registration.date_to - timedelta(days=10))
            self.assertEqual(len(both.activity_ids), 2)
        self._run_cron(registration.date_to)
        self.assertEqual(both.mapped("state"), ["approved", "converted"])
        self._run_cron(registration.date_to + timedelta(days=1))
        self.assertEqual(both.mapped("state"), ["expired", "expired"])
        self.assertFalse(both.activity_ids)
        registration.action_reopen()
        self.assertRecordValues(registration, [{"state": "submitted", "date_to": False}])

    def test_withdrawing_the_approval_sets_the_customer_free(self):
        registration = self._register(state="approved")
        registration.action_withdraw_approval()
        other = self._register(self.rival)
        other.action_approve()
        self.assertEqual(other.state, "approved")
        registration.action_approve()
        self.assertEqual(registration.state, "conflict")

    # === COMPANIES === #
    def test_companies_protect_apart(self):
        self._register(state="approved")
        company = self.env["res.company"].create({"name": "Other"})
        self.env.user.company_ids |= company
        partner = self._create_channel_partner("Far", company_id=company.id, grade_id=False)
        registration = self.env["sales.deal.registration"].create(
            {"partner_id": partner.id, "company_id": company.id, **self._customer()}
        )
        registration.action_submit()
        registration.action_approve()
        self.assertEqual(registration.state, "approved")
        self.assertEqual(registration.currency_id, company.currency_id)
        with self.assertRaises(UserError):
            registration.copy({"partner_id": self.distributor.id})

    def test_keys_follow_a_draft(self):
        registration = self._register(state="draft")
        self._register(
            self.rival,
            state="approved",
            customer_name="Seaside",
            customer_tax_id="TAX999",
            customer_phone=False,
            customer_email=False,
        )
        registration.customer_tax_id = "tax 999"
        registration.action_submit()
        self.assertEqual(registration.state, "conflict")

    def test_a_merged_partner_keeps_its_protection(self):
        registration = self._register(state="approved")
        twin = self._create_channel_partner("East Wheels", grade_id=False)
        self._register(
            twin,
            customer_name="Else",
            customer_tax_id="TAX55555",
            customer_phone=False,
            customer_email=False,
        )
        wizard = self.env["base.partner.merge.automatic.wizard"].create({})
        wizard._merge((self.distributor | twin).ids, twin, extra_checks=False)
        self.env.invalidate_all()
        self.assertEqual(registration.partner_id, twin)
        self.assertEqual(self._register(self.rival).state, "conflict")
