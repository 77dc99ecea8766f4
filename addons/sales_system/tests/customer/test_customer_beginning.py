from odoo.tests import freeze_time, tagged

from .common import NOW, TODAY, CustomerCommon

TEXT = "Good morning"


@tagged("post_install", "-at_install", "sales_system")
@freeze_time(NOW)
class TestCustomerBeginning(CustomerCommon):
    """New customers have a lifecycle at once, the same that the night would give them."""

    def _assert_lifecycle(self, partner, lifecycle):
        """Check it before and after the night."""
        self.assertEqual(self._profile(partner).lifecycle, lifecycle)
        self._count()
        self.assertEqual(self._profile(partner).lifecycle, lifecycle)

    def test_prospect(self):
        partner = self.env["res.partner"].create({"name": "Supplier"})
        self.assertFalse(self._profile(partner))
        self._assert_lifecycle(self._create_customer(), "prospect")
        self._assert_lifecycle(
            self._create_customer(customer_rank=0, user_id=self.seller.id), "prospect"
        )
        partner.user_id = self.seller
        self._assert_lifecycle(partner, "prospect")

    def test_the_first_lead(self):
        partner = self._create_customer(customer_rank=0)
        contact = self.env["res.partner"].create({"name": "Ann", "parent_id": partner.id})
        lead = (
            self.env["crm.lead"]
            .with_user(self.seller)
            .create({"name": "Bikes", "company_id": self.company.id, "user_id": self.seller.id})
        )
        self.assertFalse(self._profile(partner))
        lead.partner_id = contact
        self._assert_lifecycle(partner, "engaged")
        self.assertFalse(self._profile(contact))

    def test_the_first_quotation(self):
        partner = self._create_customer()
        self._create_order(partner_id=partner.id, confirm=False)
        self._assert_lifecycle(partner, "engaged")

    def test_the_first_contact(self):
        partner = self._create_customer()
        partner.with_user(self.seller).message_post(
            body=TEXT, message_type="comment", subtype_xmlid="mail.mt_comment"
        )
        self._assert_lifecycle(partner, "engaged")

    def test_who_is_further_stays_there(self):
        self._book(self.customer, TODAY)
        self._count()
        self._create_order(partner_id=self.customer.id, confirm=False)
        self.customer.customer_rank = 2
        self._assert_lifecycle(self.customer, "customer")
        lost = self._create_customer()
        self._profile(lost)._mark_lost("Closed down")
        self._create_order(partner_id=lost.id, confirm=False)
        self._assert_lifecycle(lost, "lost")

    def test_other_companies_know_nothing_of_it(self):
        other = self.env["res.company"].create({"name": "Other"})
        partner = self._create_customer(company_id=self.company.id)
        self.env["crm.lead"].create(
            {"name": "Bikes", "partner_id": partner.id, "company_id": self.company.id}
        )
        self.assertEqual(self._profile(partner).lifecycle, "engaged")
        self.assertFalse(self._profile(partner, other))

    def test_one_statement_for_many(self):
        """A profile each, and nobody twice."""
        partners = self.env["res.partner"].create([{"name": f"P{no}"} for no in range(5)])
        before = self.env.cr.sql_log_count
        self.env["sales.customer.profile"]._begin(
            "engaged", [(partner.id, self.company.id) for partner in (*partners, *partners)]
        )
        self.assertLessEqual(self.env.cr.sql_log_count - before, 2)
        self.assertEqual(
            [self._profile(partner).lifecycle for partner in partners], ["engaged"] * 5
        )
