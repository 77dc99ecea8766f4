from psycopg2.errors import UniqueViolation

from odoo.exceptions import RedirectWarning, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import Form, freeze_time, tagged
from odoo.tools import mute_logger

from .follow_up_common import MONDAY, FollowUpCommon


@tagged("post_install", "-at_install", "sales_system")
@freeze_time(MONDAY)
class TestStageGate(FollowUpCommon):
    """What an opportunity needs to come into a stage, and what is scheduled there."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.call = cls.env.ref("mail.mail_activity_data_call")

    @classmethod
    def _create_gate(cls, names=("expected_revenue", "phone"), **values):
        return cls.env["sales.stage.gate"].create(
            {
                "stage_id": cls.offer_stage.id,
                "field_ids": [
                    Command.set(
                        [cls.env["ir.model.fields"]._get("crm.lead", name).id for name in names]
                    )
                ],
                **values,
            }
        )

    @classmethod
    def _create_plan(cls, **values):
        return cls.env["mail.activity.plan"].create(
            {
                "name": "Make an offer",
                "res_model": "crm.lead",
                "company_id": cls.company.id,
                "template_ids": [
                    Command.create(
                        {
                            "activity_type_id": cls.call.id,
                            "summary": "Ask who decides",
                            "delay_count": 2,
                            "delay_from": "after_plan_date",
                        }
                    ),
                    Command.create(
                        {
                            "activity_type_id": cls.env.ref("mail.mail_activity_data_todo").id,
                            "summary": "Check the price",
                            "responsible_type": "other",
                            "responsible_id": cls.city_leader.id,
                        }
                    ),
                ],
                **values,
            }
        )

    def _attach(self, lead, *names):
        self.env["ir.attachment"].create(
            [
                {"name": name, "res_model": "crm.lead", "res_id": lead.id, "raw": b"x"}
                for name in names
            ]
        )

    # === GATES === #
    def test_fields(self):
        self._create_gate()
        lead = self._as(self.seller, self._create_lead())
        with self._refused(UserError, "“Bikes for Acme” cannot .* Offering yet. Missing: .*Phone"):
            lead.stage_id = self.offer_stage
        self.assertEqual(lead.stage_id, self.first_stage)
        lead.expected_revenue = 1000
        with self._refused(UserError, "Missing: Phone."):
            lead.stage_id = self.offer_stage
        lead.write({"phone": "021 555", "stage_id": self.offer_stage.id})
        self.assertEqual(lead.stage_id, self.offer_stage)

    def test_in_the_language_of_whoever_moves_it(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        field = self.env["ir.model.fields"]._get("crm.lead", "phone")
        field.with_context(lang="fr_FR").field_description = "Téléphone"
        self._create_gate(names=["phone"])
        lead = self._create_lead().with_context(lang="fr_FR")
        with self._refused(UserError, "Téléphone"):
            lead.stage_id = self.offer_stage

    def test_what_counts_as_empty(self):
        self._create_gate(names=["description", "tag_ids", "priority", "probability"])
        lead = self._create_lead(description="<p><br></p>", priority=False)
        lead.probability = 0
        with self._refused(UserError, "Notes, Tags, Priority, Probability"):
            lead.stage_id = self.offer_stage

    def test_documents(self):
        self._create_gate(names=[], document_count=2, document_names="drawing, Order form")
        lead = self._create_lead()
        self._attach(lead, "Drawing of the frame.pdf")
        with self._refused(UserError, "Missing: 1 more documents, a document “Order form”"):
            lead.stage_id = self.offer_stage
        self._attach(lead, "order FORM.docx")
        lead.stage_id = self.offer_stage
        self.assertEqual(lead.stage_id, self.offer_stage)

    def test_activities(self):
        self._create_gate(names=[], activity_type_ids=[Command.set(self.call.ids)])
        lead = self._create_lead()
        activity = lead.activity_schedule("mail.mail_activity_data_call", user_id=self.seller.id)
        with self._refused(UserError, "a finished activity “Call”"):
            lead.stage_id = self.offer_stage
        self._as(self.seller, activity).action_feedback()
        lead.stage_id = self.offer_stage
        self.assertEqual(lead.stage_id, self.offer_stage)

    def test_every_way_into_the_stage(self):
        self._create_gate()
        self._create_gate(stage_id=self.won_stage.id)
        self.env["crm.stage"].search([("is_won", "=", True)]).filtered(
            lambda stage: stage != self.won_stage
        ).is_won = False
        lead = self._create_lead()
        raw = self._create_lead(type="lead", stage_id=self.offer_stage.id)
        values = {"name": "X", "type": "opportunity", "stage_id": self.offer_stage.id}
        for way in (
            lambda: lead.action_set_won(),
            lambda: lead.write({"stage_id": self.offer_stage.id}),
            lambda: lead.sudo().write({"stage_id": self.offer_stage.id}),
            lambda: self._as(self.seller, self.env["crm.lead"]).create(values),
            lambda: raw.convert_opportunity(self.customer),
        ):
            with self.subTest(way=way), self._refused(UserError, "cannot come into stage"):
                way()
        self.assertEqual((lead.stage_id, raw.type), (self.first_stage, "lead"))

    def test_an_import(self):
        self._create_gate()
        result = self._as(self.seller, self.env["crm.lead"]).load(
            ["name", "type", "stage_id/.id"], [["X", "Opportunity", str(self.offer_stage.id)]]
        )
        self.assertFalse(result["ids"])
        self.assertIn("cannot come into stage", result["messages"][0]["message"])

    def test_what_is_in_the_stage_already(self):
        lead = self._create_lead(stage_id=self.offer_stage.id)
        self._create_gate()
        lead.write({"stage_id": self.offer_stage.id, "priority": "2"})
        lead.action_set_lost()
        lead.action_restore()
        lead.stage_id = self.first_stage
        with self._refused(UserError, "cannot come"):
            lead.stage_id = self.offer_stage

    def test_the_gate_of_the_nearest_team(self):
        self._create_gate(names=["phone"])
        self._create_gate(names=["website"], team_id=self.east.id)
        shanghai = self._create_lead()
        west = self._create_lead(team_id=self.west.id, user_id=self.other_seller.id)
        with self._refused(UserError, "Missing: Website"):
            shanghai.stage_id = self.offer_stage
        with self._refused(UserError, "Missing: Phone"):
            west.stage_id = self.offer_stage
        self._create_gate(names=[], team_id=self.shanghai.id)
        shanghai.stage_id = self.offer_stage
        self.assertEqual(shanghai.stage_id, self.offer_stage)

    def test_a_gate_taken_back(self):
        gate = self._create_gate()
        gate.active = False
        lead = self._create_lead()
        lead.stage_id = self.offer_stage
        self.assertEqual(lead.stage_id, self.offer_stage)

    def test_all_or_nothing(self):
        self._create_gate(names=["phone"])
        leads = self._create_lead(phone="1") | self._create_lead(name="Without")
        with self._refused(UserError, "“Without” cannot"):
            leads.write({"stage_id": self.offer_stage.id})
        self.assertEqual(leads.stage_id, self.first_stage)
        many = self.env["crm.lead"].union(*(self._create_lead() for _index in range(7)))
        with self._refused(UserError, "The same goes for 2 more"):
            many.write({"stage_id": self.offer_stage.id})

    def test_gates_that_make_no_sense(self):
        gate = self._create_gate()
        partner_field = self.env["ir.model.fields"]._get("res.partner", "phone")
        plan = self.env["mail.activity.plan"].create({"name": "P", "res_model": "res.partner"})
        for values, sentence in (
            ({"field_ids": [Command.link(partner_field.id)]}, "Phone is a field of res.partner"),
            ({"plan_id": plan.id}, "P is not for opportunities"),
        ):
            with self.subTest(values=values), self._refused(ValidationError, sentence):
                gate.write(values)

    # === LEADERS === #
    def test_a_leader_passes_with_a_reason(self):
        self._create_gate(names=["phone"], allow_override=True)
        lead = self._create_lead()
        with self._refused(RedirectWarning, "Missing: Phone"):
            self._as(self.city_leader, lead).stage_id = self.offer_stage
        wizard = self._as(self.city_leader, self.env["sales.stage.gate.pass"]).create(
            {"lead_ids": lead.ids, "stage_id": self.offer_stage.id, "reason": " "}
        )
        with self._refused(UserError, "Say why"):
            wizard.action_pass()
        wizard.reason = "He has no phone"
        wizard.action_pass()
        self.assertEqual(lead.stage_id, self.offer_stage)
        note = lead.message_ids.filtered(lambda message: "no phone" in message.body)
        self.assertIn("Missing: Phone", note.body)
        self.assertEqual(note.author_id, self.city_leader.partner_id)
        self.assertFalse(lead.last_contact_on)

    def test_a_leader_creates_it_in_an_earlier_stage(self):
        """There is nothing to let pass of what a refusal leaves uncreated."""
        self._create_gate(names=["phone"], allow_override=True)
        values = {"name": "X", "type": "opportunity", "stage_id": self.offer_stage.id}
        leads = self._as(self.city_leader, self.env["crm.lead"])
        with self.assertRaisesRegex(UserError, "Missing: Phone") as refusal:
            leads.create(values)
        self.assertIn("Create it in an earlier stage", str(refusal.exception))
        self.assertNotIsInstance(refusal.exception, RedirectWarning)

    def test_nobody_else_does(self):
        gate = self._create_gate(names=["phone"], allow_override=True)
        lead = self._create_lead()
        reason = {"sales_gate_reason": "Because"}
        with self._refused(UserError, "Missing"):
            self._as(self.seller, lead).with_context(**reason).stage_id = self.offer_stage
        with self._refused(RedirectWarning, "Missing"):
            self._as(self.city_leader, lead).with_context(
                sales_gate_reason=" "
            ).stage_id = self.offer_stage
        gate.allow_override = False
        with self._refused(UserError, "Missing"):
            self._as(self.city_leader, lead).with_context(**reason).stage_id = self.offer_stage
        self.assertEqual(lead.stage_id, self.first_stage)

    # === PLAYBOOKS === #
    def test_a_playbook_starts_once(self):
        self._create_gate(names=[], plan_id=self._create_plan().id, guide="<p>Call first</p>")
        lead = self._create_lead()
        self.assertFalse(lead.stage_guide)
        self._as(self.seller, lead).stage_id = self.offer_stage
        self.assertEqual(lead.stage_guide, "<p>Call first</p>")
        self.assertRecordValues(
            lead.activity_ids.sorted("summary"),
            [
                {
                    "summary": "Ask who decides",
                    "user_id": self.seller.id,
                    "date_deadline": MONDAY.date().replace(day=4),
                },
                {
                    "summary": "Check the price",
                    "user_id": self.city_leader.id,
                    "date_deadline": MONDAY.date(),
                },
            ],
        )
        lead.stage_id = self.first_stage
        lead.stage_id = self.offer_stage
        self.assertEqual(len(lead.activity_ids), 2)
        other = self._create_lead(stage_id=self.offer_stage.id)
        self.assertEqual(len(other.activity_ids), 2)

    @mute_logger("odoo.sql_db")
    def test_the_database_refuses_a_second_start(self):
        plan = self._create_plan()
        self._create_gate(names=[], plan_id=plan.id)
        lead = self._create_lead(stage_id=self.offer_stage.id)
        move = lead.stage_move_ids
        self.assertEqual(move.plan_id, plan)
        with self._refused(UniqueViolation, "playbook_once"):
            move.copy()

    # === STATEMENTS === #
    def test_as_many_statements_for_many(self):
        self._create_gate(
            names=["phone", "tag_ids"],
            document_count=1,
            activity_type_ids=[Command.set(self.call.ids)],
            plan_id=self._create_plan(
                template_ids=[Command.create({"activity_type_id": self.call.id, "summary": "Ask"})]
            ).id,
        )
        tag = self.env["crm.tag"].create({"name": "Big"})

        def count(number):
            leads = self.env["crm.lead"]
            for _index in range(number):
                lead = self._create_lead(phone="1", tag_ids=[Command.set(tag.ids)])
                self._attach(lead, "a")
                lead._message_log(body="x")
                leads |= lead
            leads.message_ids.sudo()[0:0]
            self.env["mail.message"].search(
                [("model", "=", "crm.lead"), ("res_id", "in", leads.ids)]
            ).mail_activity_type_id = self.call
            seller_leads = self._as(self.seller, leads)
            return self._count_statements(
                lambda: seller_leads.write({"stage_id": self.offer_stage.id})
            )

        count(1)
        few = count(2)
        self.assertLessEqual(count(40), few)

    def test_the_form_shows_the_guide(self):
        self._create_gate(names=[], guide="<p>Call first</p>")
        lead = self._create_lead(stage_id=self.offer_stage.id)
        with Form(self._as(self.seller, lead)) as form:
            self.assertEqual(form.stage_guide, "<p>Call first</p>")
