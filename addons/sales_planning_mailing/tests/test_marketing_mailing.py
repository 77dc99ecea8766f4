from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import Form, freeze_time, tagged

from odoo.addons.sales_planning.tests.marketing.execution_common import DAY, ExecutionCommon
from odoo.addons.sales_system.tests.common import RpcCase

MAILER = "mass_mailing.group_mass_mailing_user"


class MailingCommon(ExecutionCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.mailer = cls.env.ref(MAILER)
        (cls.seller | cls.other_seller | cls.outsider).group_ids = [Command.link(cls.mailer.id)]

    @classmethod
    def _create_mailing(cls, activity=None, **values):
        activity = activity or cls.advert
        activity._take_means()
        return cls.env["mailing.mailing"].create(
            {
                "subject": "New bikes",
                "mailing_model_id": cls.env["ir.model"]._get_id("res.partner"),
                "campaign_id": activity.campaign_id.id,
                **values,
            }
        )

    @classmethod
    def _send(cls, mailing, status="sent", **values):
        return cls.env["mailing.trace"].create(
            {
                "mass_mailing_id": mailing.id,
                "model": "res.partner",
                "res_id": cls.shop.id,
                "trace_status": status,
                "sent_datetime": status != "error" and DAY,
                **values,
            }
        )


@tagged("post_install", "-at_install", "sales_planning_mailing")
@freeze_time(DAY)
class TestMarketingMailing(MailingCommon):
    """Mailings of a marketing activity and what came of them."""

    # === STORY === #
    def test_from_the_activity_to_the_replies(self):
        activity = self._as(self.seller, self.advert)
        action = activity.action_create_mailing()
        mailing = self.env[action["res_model"]].browse(action["res_id"])
        self.assertEqual(activity.campaign_id.title, "Advert")
        self.assertRecordValues(
            mailing,
            [
                {
                    "subject": "Advert",
                    "mailing_type": "mail",
                    "mailing_model_real": "res.partner",
                    "campaign_id": activity.campaign_id.id,
                    "user_id": self.seller.id,
                    "marketing_activity_id": activity.id,
                    "state": "draft",
                }
            ],
        )
        # It goes to those who are in the segment when it is sent.
        self.assertEqual(set(mailing._get_recipients()), set((self.shop | self.other_shop).ids))
        late = self._create_shop("Late Shop", email="late@shop.test")
        self.segment._snapshot()
        self.assertIn(late.id, mailing._get_recipients())
        self._send(mailing, "open", links_click_datetime=DAY)
        self._send(mailing, "reply")
        self._send(mailing, "bounce")
        self._send(mailing, "error")
        self.assertRecordValues(
            activity,
            [
                {
                    "mailing_count": 1,
                    "mailing_sent": 3,
                    "mailing_opened": 2,
                    "mailing_clicked": 1,
                    "mailing_replied": 1,
                }
            ],
        )
        # As Email Marketing itself counts.
        mailing.invalidate_recordset()
        self.assertRecordValues(mailing, [{"sent": 3, "opened": 2, "clicked": 1, "replied": 1}])
        self.assertEqual(self._opened(activity.action_open_mailings()), mailing)

    def test_delivered_messages_are_sent_ones_too(self):
        mailing = self._create_mailing()
        for status in ("open", "sent", "sent"):
            self._send(mailing, status)
        self.assertRecordValues(self.advert, [{"mailing_sent": 3, "mailing_opened": 1}])
        mailing.invalidate_recordset()
        self.assertRecordValues(mailing, [{"sent": 3, "opened": 1}])

    def test_a_second_mailing_has_the_same_campaign(self):
        self.advert.action_create_mailing()
        campaign = self.advert.campaign_id
        self.advert.action_create_mailing()
        self.assertEqual(self.advert.campaign_id, campaign)
        self.assertEqual(self.advert.mailing_count, 2)
        self.assertEqual(self.env["utm.campaign"].search_count([("title", "=", "Advert")]), 1)

    def test_the_way_back(self):
        """A mailing belongs to the activity as long as it has its campaign."""
        mailing = self._create_mailing()
        self._send(mailing)
        self.assertEqual(self.advert.mailing_sent, 1)
        mailing.campaign_id = False
        self.assertFalse(mailing.marketing_activity_id)
        self.assertRecordValues(self.advert, [{"mailing_count": 0, "mailing_sent": 0}])
        mailing.campaign_id = self.advert.campaign_id
        mailing.unlink()
        self.assertRecordValues(self.advert, [{"mailing_count": 0, "mailing_sent": 0}])

    def test_mailings_are_found_by_their_activity(self):
        mailing, other = self._create_mailing(), self._create_mailing(campaign_id=False)
        mine = self.env["mailing.mailing"].browse((mailing | other).ids)
        for domain, found in (
            ([("marketing_activity_id", "=", self.advert.id)], mailing),
            ([("marketing_activity_id", "ilike", "advert")], mailing),
            ([("marketing_activity_id", "!=", self.advert.id)], other),
            ([("marketing_activity_id", "=", False)], other),
            ([("marketing_activity_id", "!=", False)], mailing),
        ):
            with self.subTest(domain=domain):
                self.assertEqual(mine.filtered_domain(domain), found)
                self.assertEqual(mine.search([("id", "in", mine.ids), *domain]), found)

    def test_statements_do_not_grow_with_the_list(self):
        self.fair._take_means()
        self._send(self._create_mailing())
        self._send(self._create_mailing(self.fair))
        few = self._statements(lambda: self.advert.mailing_sent)
        activities = self.advert | self.fair
        self.assertEqual(self._statements(lambda: activities.mapped("mailing_sent")), few)
        self.assertEqual(activities.mapped("mailing_sent"), [1, 1])

    # === REFUSALS === #
    def test_without_an_audience(self):
        """A mailing for nobody in particular would go to everybody."""
        with self._refused(UserError, "Fair.* has no segment, so it has no audience"):
            self.fair.action_create_mailing()
        self.assertFalse(self.fair.campaign_id)

    def test_an_activity_that_is_over(self):
        self.advert.action_done()
        with self._refused(UserError, "Advert.* is over"):
            self.advert.action_create_mailing()
        self.assertFalse(self.advert.campaign_id)

    # === ACCESS === #
    def test_levels(self):
        mailing = self._create_mailing()
        self._send(mailing)
        # Without a right of Email Marketing: the numbers, not the mailings.
        activity = self._as(self.team_leader, self.advert)
        self.assertEqual(activity.mailing_sent, 1)
        for forbidden in (
            activity.action_create_mailing,
            lambda: self._as(self.team_leader, mailing).read(["subject"]),
        ):
            with self._refused(AccessError):
                forbidden()
        # With it, but without a right to change the activity.
        with self._refused(AccessError):
            self._as(self.other_seller, self.advert).action_create_mailing()

    def test_whoever_writes_mailings_needs_no_right_of_sales(self):
        mailing = self._as(
            self.outsider,
            self._create_mailing(mailing_domain=repr(self.advert._get_audience_domain())),
        )
        mailing.invalidate_recordset()
        self.assertEqual(mailing.total, 2)
        with Form(mailing) as form:
            form.subject = "Newer bikes"
        with self._refused(AccessError):
            mailing.read(["marketing_activity_id"])
        # The number is given for the audience as it is, and for no question of one's own.
        mailing.mailing_domain = repr(
            [("market_segment_ids", "in", self.segment.ids), ("city", "=", "Shanghai")]
        )
        mailing.invalidate_recordset()
        with self._refused(AccessError):
            mailing.read(["total"])

    def test_companies(self):
        """A mailing has no company; the activity whose campaign it has, has one."""
        sister = self._create_sister()
        mailing = self._create_mailing(sister)
        self._send(mailing)
        self.assertRecordValues(self.advert, [{"mailing_count": 0, "mailing_sent": 0}])
        mailing = self._as(self.seller, mailing)
        mailing.invalidate_recordset()
        self.env["utm.campaign"].invalidate_model()
        self.assertFalse(mailing.marketing_activity_id)
        for forbidden in (
            lambda: self._as(self.seller, sister).read(["mailing_sent"]),
            self._as(self.seller, sister).action_create_mailing,
        ):
            with self._refused(AccessError):
                forbidden()


@tagged("post_install", "-at_install", "sales_planning_mailing")
class TestMarketingMailingRpc(MailingCommon, RpcCase):
    def test_who_may_not(self):
        mailing = self._create_mailing()
        for user, record, method, args in (
            (self.team_leader, self.advert, "action_create_mailing", ()),
            (self.other_seller, self.advert, "action_create_mailing", ()),
            (self.outsider, self.advert, "action_create_mailing", ()),
            (self.outsider, self.advert, "read", (["mailing_sent"],)),
            (self.outsider, mailing, "read", (["marketing_activity_id"],)),
        ):
            with self.subTest(user=user.login, method=method):
                _result, error = self._call(user, record, method, *args)
                self.assertTrue(error)
        self.assertRecordValues(self.advert, [{"mailing_count": 1, "mailing_sent": 0}])
