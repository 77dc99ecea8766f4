from odoo.exceptions import UserError
from odoo.tests import Form, freeze_time, tagged

from .follow_up_common import MONDAY, FollowUpCommon


@tagged("post_install", "-at_install", "sales_system")
@freeze_time(MONDAY)
class TestLeadLoss(FollowUpCommon):
    """To whom an opportunity was lost, and at what price."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.rival, cls.other_rival = cls.env["sales.competitor"].create(
            [{"name": "Fast Wheels Test"}, {"name": "Slow Wheels Test"}]
        )
        cls.reason = cls.env["crm.lost.reason"].create({"name": "Price too high"})
        cls.lead = cls._create_lead(expected_revenue=1000)

    def _lose(self, lead, user=None, **values):
        wizard = self._as(user or self.seller, self.env["crm.lead.lost"]).create(
            {"lead_ids": lead.ids, **values}
        )
        wizard.action_lost_reason_apply()

    def test_the_wizard_asks(self):
        self._lose(
            self.lead,
            lost_reason_id=self.reason.id,
            lost_competitor_id=self.rival.id,
            lost_price=900,
        )
        self.assertRecordValues(
            self.lead,
            [
                {
                    "won_status": "lost",
                    "lost_reason_id": self.reason.id,
                    "lost_competitor_id": self.rival.id,
                    "lost_price": 900,
                }
            ],
        )

    def test_it_knows_the_only_rival(self):
        self.lead.competitor_ids = self.rival
        wizard = Form(
            self._as(self.seller, self.env["crm.lead.lost"]).with_context(
                default_lead_ids=self.lead.ids
            )
        )
        self.assertEqual(wizard.lost_competitor_id, self.rival)

    def test_what_the_team_wants_to_know(self):
        self.shanghai.write(
            {
                "loss_needs_reason": True,
                "loss_needs_competitor": True,
                "loss_needs_price": True,
            }
        )
        lead = self._as(self.seller, self.lead)
        for way in (
            lambda: self._lose(self.lead, lost_reason_id=self.reason.id),
            lambda: lead.action_set_lost(lost_reason_id=self.reason.id),
            lambda: lead.write({"active": False, "probability": 0}),
        ):
            with self._refused(UserError, "team Shanghai wants to know .*Lost To, Price"):
                way()
        self.assertRecordValues(self.lead, [{"won_status": "pending", "lost_reason_id": False}])
        # A lead without a chance is lost as soon as it is archived.
        self.lead.probability = 0
        lead.action_set_lost(
            lost_reason_id=self.reason.id, lost_competitor_id=self.rival.id, lost_price=1
        )
        self.assertEqual(self.lead.won_status, "lost")

    def test_other_teams_need_not_say(self):
        self.shanghai.loss_needs_reason = True
        lead = self._create_lead(team_id=self.west.id, user_id=self.other_seller.id)
        self._lose(lead, self.other_seller)
        self.assertEqual(lead.won_status, "lost")

    def test_archiving_is_no_loss(self):
        self.shanghai.loss_needs_reason = True
        self.lead.probability = 50
        self.lead.action_archive()
        self.assertEqual(self.lead.won_status, "pending")

    def test_taken_back(self):
        self._lose(
            self.lead,
            lost_reason_id=self.reason.id,
            lost_competitor_id=self.rival.id,
            lost_price=900,
        )
        self.lead.action_restore()
        self.assertRecordValues(
            self.lead,
            [{"lost_reason_id": False, "lost_competitor_id": False, "lost_price": 0}],
        )
        moves = self.lead.stage_move_ids.sorted("id")
        self.assertEqual(moves.from_stage_id, self.first_stage)
        self.assertRecordValues(
            moves,
            [
                {"from_stage_id": False, "stage_id": self.first_stage.id},
                {"from_stage_id": self.first_stage.id, "stage_id": False},
                {"from_stage_id": False, "stage_id": self.first_stage.id},
            ],
        )

    def test_a_competitor_of_another_company(self):
        company = self._create_stranger().company_id
        strange = self.env["sales.competitor"].create({"name": "Strange", "company_id": company.id})
        with self._refused(UserError, "company"):
            self._lose(self.lead, lost_competitor_id=strange.id)

    def test_the_currency_of_the_company(self):
        company = self.env["res.company"].create(
            {"name": "Velo", "currency_id": self.env.ref("base.EUR").id}
        )
        user = self._create_user("liu.yang", "sales_team.group_sale_salesman", company)
        lead = self._create_lead(user_id=user.id, team_id=False, company_id=company.id)
        wizard = self._as(user, self.env["crm.lead.lost"]).create({"lead_ids": lead.ids})
        self.assertEqual(wizard.currency_id, self.env.ref("base.EUR"))
        self.assertEqual(lead.company_currency, self.env.ref("base.EUR"))
        wizard.lost_price = 50
        wizard.action_lost_reason_apply()
        self.assertEqual((lead.lost_price, lead.won_status), (50, "lost"))

    def test_one_price_for_two_currencies(self):
        company = self.env["res.company"].create(
            {"name": "Velo", "currency_id": self.env.ref("base.EUR").id}
        )
        foreign = self._create_lead(user_id=False, team_id=False, company_id=company.id)
        leads = self.lead | foreign
        wizard = self.env["crm.lead.lost"].create({"lead_ids": leads.ids, "lost_price": 50})
        with self._refused(UserError, "in one currency at a time"):
            wizard.action_lost_reason_apply()
        self.assertEqual(leads.mapped("won_status"), ["pending"] * 2)
        wizard.lost_price = 0
        wizard.action_lost_reason_apply()
        self.assertEqual(leads.mapped("won_status"), ["lost"] * 2)
