from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import freeze_time, tagged

from odoo.addons.sales_planning.tests.marketing.execution_common import DAY, ExecutionCommon
from odoo.addons.sales_system.tests.common import RpcCase


class EventCommon(ExecutionCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.organiser = cls.env.ref("event.group_event_user")
        (cls.seller | cls.other_seller | cls.outsider).group_ids = [Command.link(cls.organiser.id)]
        cls.ticket_product = cls.env["product.product"].create(
            {
                "name": "Ticket",
                "type": "service",
                "service_tracking": "event",
                "list_price": 20,
                "taxes_id": [Command.clear()],
            }
        )

    @classmethod
    def _create_event(cls, activity=None, **values):
        return cls.env["event.event"].create(
            {
                "name": "Test Track",
                "company_id": cls.company.id,
                "date_begin": "2026-03-20 08:00:00",
                "date_end": "2026-03-20 16:00:00",
                "marketing_activity_id": activity and activity.id,
                "event_ticket_ids": [
                    Command.create({"name": "Seat", "product_id": cls.ticket_product.id})
                ],
                **values,
            }
        )

    @classmethod
    def _register(cls, event, state="open", **values):
        return cls.env["event.registration"].create(
            {"event_id": event.id, "name": "Zhou", "state": state, **values}
        )

    @classmethod
    def _create_ticket_order(cls, event, confirm=True, **values):
        line = {
            "product_id": cls.ticket_product.id,
            "event_id": event.id,
            "event_ticket_id": event.event_ticket_ids.id,
            "product_uom_qty": 2,
        }
        return cls._create_order(confirm=confirm, order_line=[Command.create(line)], **values)


@tagged("post_install", "-at_install", "sales_planning_event")
@freeze_time(DAY)
class TestMarketingEvent(EventCommon):
    """Events of a marketing activity, who came, and what was sold there."""

    # === STORY === #
    def test_from_the_event_to_the_lead(self):
        event = self._create_event()
        self._as(self.seller, event).marketing_activity_id = self.advert
        campaign = self.advert.campaign_id
        self.assertEqual(campaign.title, "Advert")
        self.env["event.lead.rule"].create(
            {"name": "Each", "lead_creation_trigger": "confirm", "company_id": self.company.id}
        )
        registration = self._register(event, email="zhou@shop.test")
        self.assertEqual(registration.utm_campaign_id, campaign)
        self.assertEqual(registration.lead_ids.campaign_id, campaign)
        self._register(event, "done")
        self._register(event, "draft")
        self._register(event, "cancel")
        activity = self._as(self.seller, self.advert)
        self.assertRecordValues(
            activity, [{"event_count": 1, "registration_count": 2, "attended_count": 1}]
        )
        self.assertEqual(activity.event_ids, event)
        self.assertEqual(self._opened(activity.action_open_events()), event)
        self.assertEqual(len(self._opened(activity.action_open_registrations())), 2)
        # The way back.
        registration.action_cancel()
        self.assertEqual(activity.registration_count, 1)

    def test_an_order_of_tickets(self):
        event = self._create_event(self.advert)
        order = self._create_ticket_order(event, confirm=False)
        self._as(self.seller, order).action_confirm()
        campaign = self.advert.campaign_id
        self.assertEqual(self._ledger(order).campaign_id, campaign)
        registrations = order.order_line.registration_ids
        self.assertEqual((len(registrations), registrations.utm_campaign_id), (2, campaign))
        order._action_cancel()
        self.assertEqual(self._ledger_sum(order), 0)
        self.assertEqual(self.advert.registration_count, 0)

    def test_a_campaign_of_its_own_stays(self):
        own = self.env["utm.campaign"].create({"title": "Own"})
        event = self._create_event(self.advert)
        self.assertEqual(self._register(event, utm_campaign_id=own.id).utm_campaign_id, own)
        order = self._create_ticket_order(event, campaign_id=own.id)
        self.assertEqual(order.campaign_id, own)
        self.assertEqual(order.order_line.registration_ids.utm_campaign_id, own)

    def test_what_takes_no_campaign(self):
        self.assertFalse(self._register(self._create_event()).utm_campaign_id)
        event = self._create_event(self.fair)
        # Who registers early comes of the activity, but what is sold early does not.
        order = self._create_ticket_order(event)
        self.assertFalse(order.campaign_id)
        self.assertEqual(self._register(event).utm_campaign_id, self.fair.campaign_id)
        self.fair.action_cancel()
        self.assertFalse(self._register(event).utm_campaign_id)

    def test_statements_do_not_grow_with_the_list(self):
        self._register(self._create_event(self.advert))
        self._register(self._create_event(self.fair))
        few = self._statements(lambda: self.advert.registration_count)
        activities = self.advert | self.fair
        self.assertEqual(self._statements(lambda: activities.mapped("registration_count")), few)
        self.assertEqual(activities.mapped("registration_count"), [1, 1])

    def test_statements_do_not_grow_with_the_orders(self):
        event = self._create_event(self.advert)
        orders = self.env["sale.order"].union(
            *(self._create_ticket_order(event, confirm=False) for _number in range(5))
        )
        orders.state = "sale"
        few = self._statements(orders[:2]._take_marketing_campaigns)
        orders.campaign_id = False
        self.assertEqual(self._statements(orders._take_marketing_campaigns), few)
        self.assertEqual(orders.campaign_id, self.advert.campaign_id)

    # === REFUSALS === #
    def test_an_activity_that_is_over_keeps_its_events(self):
        event = self._create_event(self.advert)
        self.advert.action_done()
        for change in (
            lambda: event.write({"marketing_activity_id": False}),
            lambda: self._create_event(self.advert),
        ):
            with self._refused(UserError, "Advert.* is over, and what it worked with stays"):
                change()

    def test_companies(self):
        sister = self._create_sister()
        with self._refused(ValidationError, "belongs to Bike Works, and the marketing activity"):
            self._create_event(sister)
        with self._refused(ValidationError, "is shared by all companies"):
            self._create_event(sister, company_id=False)
        theirs = self._create_event(sister, company_id=sister.company_id.id)
        self._register(theirs)
        self.assertRecordValues(self.advert, [{"event_count": 0, "registration_count": 0}])
        for forbidden in (
            lambda: self._as(self.seller, theirs).write({"marketing_activity_id": False}),
            lambda: self._as(self.seller, sister).read(["registration_count"]),
        ):
            with self._refused(AccessError):
                forbidden()

    # === ACCESS === #
    def test_levels(self):
        event = self._create_event(self.advert)
        self._register(event)
        # Everybody in sales sees who came; events are made by those who have the right.
        activity = self._as(self.team_leader, self.advert)
        self.assertEqual((activity.registration_count, activity.event_ids), (1, event))
        untie = {"marketing_activity_id": False}
        for forbidden in (
            lambda: self._as(self.team_leader, event).write(untie),
            # With it, but without a right to change the activity.
            lambda: self._as(self.other_seller, event).write(untie),
        ):
            with self._refused(AccessError):
                forbidden()
        # Of Events alone: works as ever, and knows of no activity.
        own = self._as(self.outsider, event.browse()).create(
            {"name": "Party", "date_begin": DAY, "date_end": DAY, "company_id": self.company.id}
        )
        own.name = "Summer party"
        self.assertFalse(self._as(self.outsider, own).registration_ids)
        registration = self._as(self.outsider, self.env["event.registration"]).create(
            {"event_id": event.id, "name": "Wu"}
        )
        self.assertEqual(registration.utm_campaign_id, self.advert.campaign_id)


@tagged("post_install", "-at_install", "sales_planning_event")
class TestMarketingEventRpc(EventCommon, RpcCase):
    def test_who_may_not(self):
        event = self._create_event()
        tie = {"marketing_activity_id": self.advert.id}
        new = {
            "name": "Mine",
            "company_id": self.company.id,
            "date_begin": DAY,
            "date_end": DAY,
        }
        for user, record, method, args, kwargs in (
            (self.team_leader, event, "write", (tie,), {}),
            (self.other_seller, event, "write", (tie,), {}),
            (self.other_seller, event.browse(), "create", ([{**new, **tie}],), {}),
            (
                self.outsider,
                event.browse(),
                "create",
                ([new],),
                {"context": {"default_marketing_activity_id": self.advert.id}},
            ),
            (self.outsider, event, "read", (["marketing_activity_id"],), {}),
            (self.outsider, self.advert, "read", (["registration_count"],), {}),
        ):
            with self.subTest(user=user.login, method=method):
                _result, error = self._call(user, record, method, *args, **kwargs)
                self.assertTrue(error)
        self.assertRecordValues(self.advert, [{"event_count": 0, "campaign_id": False}])
