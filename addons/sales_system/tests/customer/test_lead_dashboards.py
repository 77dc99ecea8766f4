from datetime import datetime, timedelta

from odoo.tests import tagged

from .follow_up_common import MONDAY, FollowUpCommon


@tagged("post_install", "-at_install", "sales_system")
class TestLeadDashboards(FollowUpCommon):
    """Today's work, silent customers and what comes into and out of the stages."""

    def _conversion(self, domain=()):
        groups = self.env["sales.lead.stage.report"]._read_group(
            [("company_id", "=", self.company.id), *domain],
            ["stage_id", "movement"],
            ["__count", "amount:sum", "days:avg"],
        )
        return {
            (stage.name, movement): (count, amount, round(days, 2) if days else None)
            for stage, movement, count, amount, days in groups
        }

    def test_conversion(self):
        leads = [self._create_lead(expected_revenue=amount) for amount in (100, 200, 400)]
        with self._at(MONDAY + timedelta(days=2)):
            leads[0].stage_id = self.offer_stage
            leads[0].expected_revenue = 150
            leads[1].action_set_lost()
        with self._at(MONDAY + timedelta(days=5)):
            leads[0].stage_id = self.won_stage
            self.env.flush_all()
            self.assertEqual(
                self._conversion(),
                {
                    ("Talking", "entered"): (3, 700, None),
                    ("Talking", "left"): (1, 100, 2.0),
                    ("Talking", "lost"): (1, 200, 2.0),
                    ("Talking", "open"): (1, 400, 5.0),
                    ("Offering", "entered"): (1, 100, None),
                    ("Offering", "left"): (1, 150, 3.0),
                    ("Done Deal", "entered"): (1, 150, None),
                },
            )

    def test_leads_are_in_no_stage_yet(self):
        lead = self._create_lead(type="lead")
        self.assertFalse(lead.stage_move_ids)
        with self._at(MONDAY + timedelta(days=1)):
            lead.convert_opportunity(self.customer)
        self.assertRecordValues(
            lead.stage_move_ids, [{"from_stage_id": False, "stage_id": self.first_stage.id}]
        )

    def test_moves_older_than_the_addon(self):
        lead = self._create_lead(expected_revenue=100).with_context(tracking_disable=False)
        resting = self._create_lead()
        self.flush_tracking()
        self.env["mail.tracking.value"].sudo().search([]).unlink()
        for days, stage in ((1, self.offer_stage), (3, self.first_stage)):
            with self._at(MONDAY + timedelta(days=days)):
                lead.stage_id = stage
                self.flush_tracking()
        self.env["sales.lead.stage.move"].search([]).unlink()
        self.env["sales.lead.stage.move"]._find_old_moves()
        moves = self.env["sales.lead.stage.move"].search([("lead_id", "=", lead.id)], order="id")
        first, offer = self.first_stage.id, self.offer_stage.id
        self.assertRecordValues(
            moves,
            [
                {"from_stage_id": False, "stage_id": first, "days": 0, "moved_on": MONDAY},
                {
                    "from_stage_id": first,
                    "stage_id": offer,
                    "days": 1,
                    "moved_on": MONDAY + timedelta(days=1),
                },
                {
                    "from_stage_id": offer,
                    "stage_id": first,
                    "days": 2,
                    "moved_on": MONDAY + timedelta(days=3),
                },
            ],
        )
        self.assertEqual(moves.mapped("amount"), [100.0] * 3)
        self.assertEqual(len(resting.stage_move_ids), 1)

    def flush_tracking(self):
        self.env.flush_all()
        self.env.cr.flush()

    def test_today(self):
        lead = self._create_lead()
        self.customer.user_id = self.seller
        with self._at(MONDAY):
            lead.activity_schedule(
                "mail.mail_activity_data_call",
                summary="Call",
                user_id=self.seller.id,
                date_deadline=MONDAY.date(),
            )
            self.customer.activity_schedule(
                "mail.mail_activity_data_call",
                summary="Visit",
                user_id=self.seller.id,
                date_deadline=MONDAY.date() + timedelta(days=1),
            )
        rows = self.env["sales.today"].search([("user_id", "=", self.seller.id)])
        self.assertEqual(
            {(row.display_name, row.lead_id, str(row.date_deadline)) for row in rows},
            {
                ("Call", lead, "2026-03-02"),
                ("Visit", self.env["crm.lead"], "2026-03-03"),
                ("First Response", lead, "2026-03-02"),
            },
        )
        for row in rows:
            action = row.action_open_record()
            self.assertEqual(
                (action["res_model"], action["res_id"]),
                ("crm.lead", lead.id) if row.lead_id else ("res.partner", self.customer.id),
            )
        lead._touch_contact(datetime(2026, 3, 2, 3))
        self.assertFalse(rows.search([("kind", "=", "response"), ("user_id", "=", self.seller.id)]))

    def test_silent_customers(self):
        for partner, moment in (
            (self.customer, MONDAY),
            (self.other_customer, MONDAY + timedelta(days=6)),
        ):
            with self._at(MONDAY):
                partner.write({"user_id": self.seller.id, "last_contact_on": moment})
        self._create_rule(target="customer", remind_days=8)
        self._follow_up(MONDAY + timedelta(days=14))
        with self._at(MONDAY + timedelta(days=14, hours=1)):
            rows = self.env["sales.silent.customer"].search([("user_id", "=", self.seller.id)])
            self.assertRecordValues(
                rows,
                [
                    {"partner_id": self.customer.id, "silent_days": 14, "is_reminded": True},
                    {
                        "partner_id": self.other_customer.id,
                        "silent_days": 8,
                        "is_reminded": False,
                    },
                ],
            )
        self.assertEqual(rows[0].action_open_record()["res_id"], self.customer.id)

    def test_who_sees_what(self):
        self._create_lead()
        self._create_lead(team_id=self.west.id, user_id=self.other_seller.id)
        self.customer.user_id = self.seller
        self.other_customer.user_id = self.other_seller
        both = self.seller | self.other_seller
        nobody = self.env["res.users"]
        stranger = self._create_stranger()
        for model in ("sales.today", "sales.lead.stage.report", "sales.silent.customer"):
            for user, seen in (
                (self.seller, self.seller),
                (self.city_leader, self.seller),
                (self.director, both),
                (self.leader, both),
                (stranger, nobody),
            ):
                with self.subTest(model=model, user=user.login):
                    rows = self._as(user, self.env[model]).search([("user_id", "in", both.ids)])
                    self.assertEqual(rows.sudo().user_id, seen)

    def test_as_many_statements_for_many(self):
        def read():
            for model, fields in (
                ("sales.today", ["lead_id", "partner_id", "amount", "user_id"]),
                ("sales.silent.customer", ["partner_id", "silent_days", "user_id"]),
                ("sales.lead.stage.report", ["lead_id", "stage_id", "amount", "user_id"]),
            ):
                rows = self._as(self.seller, self.env[model])
                specification = {
                    name: {"fields": {"display_name": {}}} if name.endswith("_id") else {}
                    for name in fields
                }
                rows.web_search_read([], specification)

        def count(number):
            for _index in range(number):
                partner = self.env["res.partner"].create({"name": "C", "user_id": self.seller.id})
                self._create_lead(partner_id=partner.id)
            return self._count_statements(read)

        count(1)
        few = count(2)
        self.assertLessEqual(count(30), few)
