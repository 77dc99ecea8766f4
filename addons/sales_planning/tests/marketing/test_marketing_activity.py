from ast import literal_eval
from datetime import date

from psycopg2 import IntegrityError

from odoo.exceptions import UserError, ValidationError
from odoo.fields import Command
from odoo.tests import Form, tagged

from .common import MarketingCommon


@tagged("post_install", "-at_install", "sales_planning")
class TestMarketingActivity(MarketingCommon):
    def test_an_activity_lies_within_its_plan(self):
        for values in (
            {"date_from": date(2026, 2, 28)},
            {"date_to": date(2026, 6, 1)},
            {"date_from": date(2025, 3, 1), "date_to": date(2025, 3, 31)},
        ):
            with (
                self.subTest(values=values),
                self._refused(ValidationError, "Keep the activity within the plan"),
            ):
                self.advert.write(values)
        with self._refused(IntegrityError, "_date_range"):
            self.env.cr.execute(
                "UPDATE sales_marketing_activity SET date_to = '2026-02-01' WHERE id = %s",
                [self.advert.id],
            )
        self.assertEqual(self.advert.date_from, date(2026, 3, 1))

    def test_nothing_comes_after_itself(self):
        with self._refused(ValidationError, "Advert would come after itself, by way of Fair"):
            self.advert.predecessor_ids = self.fair
        with self._refused(ValidationError, "would come after itself"):
            self.advert.predecessor_ids = self.advert
        between = self._create_activity("Between", 4, 4, predecessor_ids=self.advert.ids)
        self.fair.predecessor_ids = between
        with self._refused(ValidationError, "would come after itself"):
            self.advert.predecessor_ids = [Command.link(self.fair.id)]
        # Two ways to the same activity are no circle.
        self.fair.predecessor_ids = between | self.advert
        # The other end of the relation is guarded as well.
        with self._refused(ValidationError, "would come after itself"):
            self.fair.successor_ids = self.advert

    def test_predecessors_are_of_the_same_plan(self):
        other = self._create_activity("Other", 3, 3, self._create_plan(name="Autumn"))
        with self._refused(ValidationError, "Other belongs to Autumn, so Fair of Spring cannot"):
            self.fair.predecessor_ids = other

    def test_it_starts_in_its_turn(self):
        with self._refused(UserError, "Spring is not approved yet. Start Advert once it is"):
            self.advert.action_start()
        self._approve_plan()
        with self._refused(UserError, "Fair comes after Advert, which is not done yet"):
            self.fair.action_start()
        self.advert.action_start()
        self.advert.action_done()
        self.fair.action_start()
        self.assertEqual((self.advert.state, self.fair.state), ("done", "running"))
        self.advert.action_reset()
        self.fair.action_cancel()
        self.fair.action_reset()
        self.assertEqual((self.advert.state, self.fair.state), ("running", "planned"))
        with self._refused(UserError, "cannot be set by hand"):
            self.fair.write({"state": "done"})

    def test_an_approved_activity_stands(self):
        self._approve_plan()
        for change in (
            lambda: self.advert.write({"name": "Poster"}),
            lambda: self.advert.write({"expected_revenue": 9}),
            lambda: self.fair.write({"predecessor_ids": [Command.clear()]}),
            lambda: self.advert.write({"successor_ids": [Command.clear()]}),
            lambda: self._create_activity("New", 3, 3),
            self.advert.unlink,
            lambda: self.advert.write(
                {"media_ids": [Command.create({"medium_id": self._medium().id})]}
            ),
        ):
            with self._refused(UserError, "Spring is approved, so it stands"):
                change()
        # Who does it, and by which campaign it is followed, may change.
        self.advert.user_id = self.other_seller
        self.advert.action_create_campaign()
        self.assertEqual(self.advert.campaign_id.title, "Advert")

    def test_it_stays_in_its_plan(self):
        with self._refused(UserError, "Advert belongs to Spring and stays there"):
            self.advert.plan_id = self._create_plan(name="Autumn")

    def test_a_campaign_belongs_to_one_activity(self):
        self.advert.action_create_campaign()
        campaign = self.advert.campaign_id
        self.advert.action_create_campaign()
        self.assertEqual(self.advert.campaign_id, campaign)
        self.assertEqual(self.advert.action_open_campaign()["res_id"], campaign.id)
        with self._refused(IntegrityError, "_campaign_unique"):
            self.fair.campaign_id = campaign
        with self._refused(IntegrityError):
            campaign.unlink()

    def test_no_money_is_kept_on_a_campaign(self):
        money = [
            name
            for name, field in self.env["utm.campaign"]._fields.items()
            if field.type == "monetary" and field._module in ("sales_planning", "sales_system")
        ]
        self.assertFalse(money)

    def test_expectations_are_not_negative(self):
        for name in ("expected_leads", "expected_revenue"):
            with self._refused(IntegrityError, f"_{name}_not_negative"):
                self.advert[name] = -1

    def test_territory_and_partner_are_of_the_company(self):
        sister = self.env["res.company"].create({"name": "Sister"})
        foreign = self.env["res.partner"].create({"name": "Dealer", "company_id": sister.id})
        with self._refused(UserError, "Dealer"):
            self.advert.channel_partner_id = foreign
        self.advert.write({"territory_id": self.city.id, "channel_partner_id": self.customer.id})
        self.assertEqual(self.advert.territory_id, self.city)

    def test_media_have_a_cost_per_thousand(self):
        self.advert.media_ids = [
            Command.create(
                {
                    "medium_id": self._medium().id,
                    "slots": 3,
                    "price_unit": 100.5,
                    "impressions": 40000,
                }
            ),
            Command.create({"medium_id": self._medium("Radio").id, "slots": 1, "price_unit": 9}),
        ]
        self.assertEqual(self.advert.media_ids.mapped("amount"), [301.5, 9])
        self.assertEqual(self.advert.media_ids.mapped("cost_per_thousand"), [7.54, 0])
        self.assertEqual(self.advert.media_amount, 310.5)
        line = self.advert.media_ids[0]
        with self._refused(ValidationError, "Keep the slots within the activity"):
            line.date_to = date(2026, 4, 1)
        for values, constraint in (
            ({"slots": 0}, "_slots_positive"),
            ({"impressions": -1}, "_impressions_not_negative"),
            ({"price_unit": -1}, "_price_not_negative"),
        ):
            with self._refused(IntegrityError, constraint):
                line.write(values)
        with self._refused(UserError, "belongs to Advert and stays there"):
            line.activity_id = self.fair

    def test_media_stay_within_an_activity_that_is_moved(self):
        self.advert.media_ids = [
            Command.create({"medium_id": self._medium().id, "date_from": date(2026, 3, 5)})
        ]
        with self._refused(ValidationError, "Poster is booked from 03/05/2026 to 03/31/2026"):
            self.advert.date_from = date(2026, 3, 6)

    def test_what_a_closed_plan_counts_by_stays(self):
        self._approve_plan()
        (self.advert | self.fair).action_cancel()
        self.plan.action_close()
        campaign = self.env["utm.campaign"].create({"title": "Other"})
        mine = self._as(self.seller, self.advert)
        for change in (
            lambda: mine.write({"campaign_id": campaign.id}),
            lambda: mine.write({"user_id": self.other_seller.id}),
            mine.action_create_campaign,
        ):
            with self._refused(UserError, "Spring is closed, so Advert stays as it is"):
                change()

    def test_what_has_begun_is_not_deleted(self):
        self._approve_plan()
        self.advert.action_start()
        self.plan._revise("Another hall")
        with self._refused(UserError, "Advert has begun, so it stays with what it brought"):
            self._as(self.seller, self.advert).unlink()
        self._as(self.seller, self.fair).unlink()
        self.assertFalse(self.fair.exists())

    def test_responsible_users_work_for_the_company(self):
        stranger = self._create_stranger()
        for record in (self.plan, self.advert):
            with (
                self.subTest(record=record),
                self._refused(ValidationError, "stranger .* does not work for Bike Works"),
            ):
                record.user_id = stranger

    def test_a_new_activity_takes_the_time_of_its_plan(self):
        form = Form(self._as(self.seller, self.env["sales.marketing.activity"]))
        form.name = "Poster"
        form.plan_id = self.plan
        self.assertEqual((form.date_from, form.date_to), (date(2026, 3, 1), date(2026, 5, 31)))
        form.date_to = date(2026, 3, 31)
        activity = form.save()
        self.assertRecordValues(
            activity, [{"date_from": date(2026, 3, 1), "date_to": date(2026, 3, 31)}]
        )

    def test_the_time_of_an_archived_plan_is_nobodys(self):
        action = self.env.ref("sales_planning.sales_marketing_activity_action")
        shown = self.env["sales.marketing.activity"].search(literal_eval(action.domain))
        self.assertLessEqual(self.advert, shown)
        self.plan.action_archive()
        shown = self.env["sales.marketing.activity"].search(literal_eval(action.domain))
        self.assertFalse(self.advert & shown)

    def _medium(self, name="Poster"):
        return self.env["utm.medium"].create({"name": name})
