from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import freeze_time, new_test_user, tagged

from ..common import SalesSystemCommon

TEXT = "Good morning"


@tagged("post_install", "-at_install", "sales_system")
@freeze_time("2026-03-02 09:00:00")
class TestLastContact(SalesSystemCommon):
    """What counts as being in touch with a customer, and on which records."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.contact = cls.env["res.partner"].create(
            {"name": "Ann", "email": "ann@acme.example.com", "parent_id": cls.customer.id}
        )
        cls.lead = cls.env["crm.lead"].create(
            {
                "name": "Bikes for Acme",
                "partner_id": cls.contact.id,
                "user_id": cls.seller.id,
                "company_id": cls.company.id,
            }
        )

    def _days(self):
        records = (self.lead, self.contact, self.customer)
        return [record.last_contact_on and str(record.last_contact_on) for record in records]

    def test_a_message_to_the_customer(self):
        self._as(self.seller, self.lead).message_post(
            body=TEXT, message_type="comment", subtype_xmlid="mail.mt_comment"
        )
        self.assertEqual(self._days(), ["2026-03-02 09:00:00"] * 3)

    def test_an_activity_that_is_done(self):
        activity = self._as(self.seller, self.lead).activity_schedule(
            "mail.mail_activity_data_call", user_id=self.seller.id
        )
        self.assertEqual(self._days(), [False] * 3)
        activity.action_feedback(feedback="Called")
        self.assertEqual(self._days(), ["2026-03-02 09:00:00"] * 3)

    def test_a_message_on_an_order(self):
        order = self._create_order(opportunity_id=self.lead.id, partner_id=self.contact.id)
        self._as(self.seller, order).message_post(
            body=TEXT, message_type="comment", subtype_xmlid="mail.mt_comment"
        )
        self.assertEqual(self._days(), ["2026-03-02 09:00:00"] * 3)

    def test_a_message_on_an_order_from_somebody_elses_opportunity(self):
        self.lead.user_id = self.other_seller
        order = self._create_order(opportunity_id=self.lead.id, partner_id=self.contact.id)
        self.env.flush_all()
        self.assertFalse(self._as(self.seller, self.lead).has_access("read"))
        self._as(self.seller, order).message_post(
            body=TEXT, message_type="comment", subtype_xmlid="mail.mt_comment"
        )
        self.assertEqual(self._days(), ["2026-03-02 09:00:00"] * 3)

    def test_nobody_sets_it_by_hand(self):
        leads = self._as(self.seller, self.env["crm.lead"])
        for values in (
            {"last_contact_on": "2030-01-01"},
            {"first_response_on": "2026-03-02"},
            {"first_response_hours": 0.1},
            {"is_to_complete": True},
        ):
            with self.subTest(values=values):
                with self.assertRaisesRegex(UserError, "cannot be set by hand. Write to the"):
                    self._as(self.seller, self.lead).write(values)
                with self.assertRaisesRegex(UserError, "cannot be set by hand. Write to the"):
                    leads.create({"name": "Bikes", **values})
                context = {f"default_{name}": value for name, value in values.items()}
                lead = leads.with_context(**context).create({"name": "Bikes"})
                self.assertFalse(any(lead[name] for name in values))
        with self.assertRaisesRegex(UserError, "Last Contact cannot be set by hand"):
            self._as(self.manager, self.customer).write({"last_contact_on": "2030-01-01"})

    def test_a_customer_on_the_portal_reads_nothing_of_it(self):
        portal = new_test_user(
            self.env, "ann.portal", "base.group_portal", partner_id=self.contact.id
        )
        self.env.flush_all()
        contact = self.contact.with_user(portal)
        self.assertTrue(contact.has_access("read"))
        for name in (
            "last_contact_on",
            "shared_tax_reason",
            "conflict_warning",
            "customer_profile_ids",
            "pool_reason",
        ):
            with self.subTest(field=name), self.assertRaises(AccessError):
                contact.read([name])

    def test_what_is_no_contact(self):
        lead = self._as(self.seller, self.lead)
        lead.message_post(body=TEXT, subtype_xmlid="mail.mt_note")
        lead.message_post(
            body=TEXT,
            message_type="email",
            subtype_xmlid="mail.mt_comment",
            author_id=self.contact.id,
        )
        lead.priority = "2"
        self.assertEqual(self._days(), [False] * 3)

    def test_an_older_contact_changes_nothing(self):
        self.lead.last_contact_on = "2026-03-03 08:00:00"
        self.lead._touch_contact(fields.Datetime.now())
        self.assertEqual(str(self.lead.last_contact_on), "2026-03-03 08:00:00")

    def test_merged_customers_keep_the_last_contact(self):
        """Also where an administrator merges those of salespeople."""
        twin = self.env["res.partner"].create(
            {"name": "Acme Bikes", "is_company": True, "last_contact_on": "2026-02-02 08:00:00"}
        )
        self.customer.last_contact_on = "2026-01-02 08:00:00"
        (self.customer | twin).write({"user_id": self.seller.id})
        held_since = self.customer.held_since
        for group in ("base.group_system", "account.group_account_invoice"):
            self.manager.group_ids += self.env.ref(group)
        wizard = self._as(self.manager, self.env["base.partner.merge.automatic.wizard"]).create({})
        wizard._merge((self.customer | twin).ids, self.customer)
        self.assertFalse(twin.exists())
        self.assertRecordValues(
            self.customer,
            [
                {
                    "user_id": self.seller.id,
                    "held_since": held_since,
                    "last_contact_on": fields.Datetime.to_datetime("2026-02-02 08:00:00"),
                }
            ],
        )

    def test_contacts_older_than_the_addon(self):
        self._as(self.seller, self.lead).message_post(
            body=TEXT, message_type="comment", subtype_xmlid="mail.mt_comment"
        )
        with freeze_time("2026-03-05 09:00:00"):
            self._as(self.seller, self.lead).message_post(body=TEXT, subtype_xmlid="mail.mt_note")
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE crm_lead SET last_contact_on = NULL WHERE id = %s", [self.lead.id]
        )
        self.env["crm.lead"]._find_last_contacts()
        self.env.invalidate_all()
        self.assertEqual(str(self.lead.last_contact_on), "2026-03-02 09:00:00")
