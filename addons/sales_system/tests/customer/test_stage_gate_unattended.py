from odoo import SUPERUSER_ID
from odoo.exceptions import UserError
from odoo.tests import freeze_time, tagged

from .follow_up_common import MONDAY, FollowUpCommon


@tagged("post_install", "-at_install", "sales_system")
@freeze_time(MONDAY)
class TestStageGateUnattended(FollowUpCommon):
    """What comes in by mail or from a website passes the gate of its first stage, marked."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.gate = cls.env["sales.stage.gate"].create(
            {
                "stage_id": cls.first_stage.id,
                "field_ids": cls.env["ir.model.fields"]._get("crm.lead", "phone").ids,
            }
        )
        cls.values = {
            "name": "Bikes for us",
            "type": "opportunity",
            "company_id": cls.company.id,
            "team_id": cls.shanghai.id,
            "user_id": False,
            "stage_id": cls.first_stage.id,
        }

    def _leads(self, user):
        return self._as(user, self.env["crm.lead"])

    def _assert_marked(self, lead):
        self.assertEqual(lead.stage_id, self.first_stage)
        self.assertTrue(lead.is_to_complete)
        self.assertEqual(lead.stage_missing, "Phone")
        self.assertIn("To complete for stage Talking: Phone", lead.message_ids.mapped("body")[-1])
        found = self.env["crm.lead"].search([("is_to_complete", "=", True)])
        self.assertIn(lead, found)

    def test_a_mail(self):
        """Also that of a colleague, whom the gateway lets create the lead."""
        for author in ("ann@customer.example.com", self.seller.email):
            with self.subTest(author=author):
                message = {"subject": "Bikes for us", "from": author}
                gateway = self._leads(self.seller).sudo()
                lead = gateway.message_new(message, self.values)
                self._assert_marked(lead.with_env(self.env))
                with self.assertRaisesRegex(UserError, "cannot come"), self.env.cr.savepoint():
                    self.gate.stage_id = self.offer_stage
                    lead.stage_id = self.offer_stage

    def test_a_website(self):
        for user in (self.env["res.users"].browse(SUPERUSER_ID), self.env.ref("base.public_user")):
            with self.subTest(user=user.login):
                lead = self.env["crm.lead"].with_user(user).sudo().create(self.values)
                self._assert_marked(lead.with_env(self.env))

    def test_people_are_asked(self):
        for create in (
            lambda leads: leads.create(self.values),
            lambda leads: leads.sudo().create(self.values),
            lambda leads: leads.message_new({"subject": "X", "from": "a@b.example"}, self.values),
            lambda leads: leads.with_context(sales_gate_unattended=True).create(self.values),
        ):
            with self._refused(UserError, "Missing: Phone"):
                create(self._leads(self.seller))

    def test_completed(self):
        lead = self.env["crm.lead"].create(self.values)
        self._assert_marked(lead)
        lead.name = "Ten bikes"
        self.assertTrue(lead.is_to_complete)
        lead.phone = "021 555"
        self.assertFalse(lead.is_to_complete)
        self.assertFalse(lead.stage_missing)
        lead.phone = False
        self.assertFalse(lead.is_to_complete)

    def test_completed_by_an_activity(self):
        call = self.env.ref("mail.mail_activity_data_call")
        self.gate.write({"field_ids": False, "activity_type_ids": call.ids})
        lead = self.env["crm.lead"].create(self.values)
        self.assertTrue(lead.is_to_complete)
        lead.activity_schedule("mail.mail_activity_data_call", user_id=self.seller.id)
        self.assertTrue(lead.is_to_complete)
        self._as(self.seller, lead.activity_ids).action_feedback()
        self.assertFalse(lead.is_to_complete)

    def test_nothing_is_missing(self):
        lead = self.env["crm.lead"].create({**self.values, "phone": "021 555"})
        self.assertFalse(lead.is_to_complete)
        self.gate.active = False
        self.assertFalse(self.env["crm.lead"].create(self.values).is_to_complete)
