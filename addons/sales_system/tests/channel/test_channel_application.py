from datetime import date
from unittest.mock import patch

from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import Form, freeze_time, tagged

from ..approval.common import ApprovalCommon
from ..common import RpcCase, SalesSystemCommon
from .common import ChannelMixin

TODAY = "2026-06-15"


class ApplicationMixin(ChannelMixin):
    @classmethod
    def _apply(cls, user=None, **values):
        return cls.env["sales.channel.application"].create(
            {
                "applicant_name": "South Wheels Co., Ltd.",
                "tax_id": "91440000MA1SOUTH1X",
                "contact_name": "Mei Lin",
                "email": "mei@south-wheels.example",
                "phone": "+86 20 5550 0100",
                "city": "Guangzhou",
                "company_id": cls.company.id,
                "user_id": (user or cls.seller).id,
                "territory_ids": [Command.set(cls.region.ids)],
                "categ_ids": [Command.set(cls.category.ids)],
                "expected_volume": 500_000,
                "credit_asked": 80_000,
                **values,
            }
        )

    @classmethod
    def _review(cls, **values):
        """:return: an application that has only to be accepted"""
        application = cls._apply(**values)
        application.action_review()
        application.check_ids.is_done = True
        return application

    def _accept(self, application, user=None, **values):
        wizards = self.env["sales.channel.application.accept"]
        wizards = self._as(user, wizards) if user else wizards
        wizard = wizards.create({"application_id": application.id, **values})
        wizard.action_accept()
        return application.partner_id


@tagged("post_install", "-at_install", "sales_system")
@freeze_time(TODAY)
class TestChannelApplication(ApplicationMixin, SalesSystemCommon):
    """From the application to the channel partner with all that it needs, or to a refusal."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["sales.channel.check"].search([]).active = False
        cls.licence, cls.visit = cls.env["sales.channel.check"].create(
            [
                {"name": "Licence seen", "company_id": cls.company.id},
                {"name": "Visited", "is_required": False},
            ]
        )

    # === CHECKLIST === #
    def test_the_checklist_comes_from_the_template(self):
        self.env["sales.channel.check"].create(
            [
                {"name": "Website seen", "channel_type": "online"},
                {
                    "name": "Elsewhere",
                    "company_id": self.env["res.company"].create({"name": "X"}).id,
                },
            ]
        )
        application = self._apply()
        self.assertEqual(application.check_ids.mapped("name"), ["Licence seen", "Visited"])
        application.channel_type = "online"
        self.assertIn("Website seen", application.check_ids.mapped("name"))
        application.check_ids[0].is_done = True
        application.channel_type = "agent"
        self.assertIn("Website seen", application.check_ids.mapped("name"))

    def test_required_checks_are_done_or_waived(self):
        application = self._apply()
        application.action_review()
        self.assertEqual(application.open_check_count, 1)
        with self.assertRaisesRegex(UserError, "has open checks: Licence seen. Do them, or enter"):
            application.action_open_accept()
        check = application.check_ids[0]
        check.waive_reason = " "
        self.assertEqual(application.open_check_count, 1)
        check.waive_reason = "Known for years"
        application.action_open_accept()
        check.write({"waive_reason": False, "is_done": True})
        self.assertRecordValues(
            check, [{"done_by_id": self.env.user.id, "done_on": date(2026, 6, 15)}]
        )
        self._accept(application, invite=False, outcome="active")
        with self.assertRaisesRegex(UserError, "its checklist stays as it was"):
            check.is_done = False

    # === ACCEPTING === #
    def test_nobody_goes_past_the_checklist(self):
        application = self._apply()
        application.action_review()
        check = self._as(self.seller, application.check_ids.filtered("is_required"))
        with self.assertRaisesRegex(UserError, "Only sales administrators take a required check"):
            check.is_required = False
        with self.assertRaisesRegex(UserError, "Only sales administrators take a required check"):
            check.unlink()
        with self.assertRaisesRegex(UserError, "is written by itself"):
            check.done_by_id = self.leader
        self.assertTrue(check.is_open)
        self._as(self.manager, check).is_required = False
        self.assertFalse(check.is_open)

    def test_accept_on_trial(self):
        application = self._review()
        partner = self._accept(application, self.seller, grade_id=self._level().id)
        self.assertRecordValues(
            partner,
            [
                {
                    "name": "South Wheels Co., Ltd.",
                    "vat": "91440000MA1SOUTH1X",
                    "channel_type": "distributor",
                    "channel_state": "trial",
                    "channel_manager_id": self.seller.id,
                    "territory_id": self.region.id,
                    "company_id": self.company.id,
                    "grade_id": self._level().id,
                    "channel_since": False,
                }
            ],
        )
        self.assertEqual(application.state, "trial")
        self.assertRecordValues(
            application.contract_id,
            [
                {
                    "state": "draft",
                    "contract_type": "distribution",
                    "partner_id": partner.id,
                    "date_from": date(2026, 6, 15),
                    "date_to": date(2027, 6, 14),
                    "amount": 500_000,
                }
            ],
        )
        self.assertEqual(application.contract_id.line_ids.categ_id, self.category)
        self.assertTrue(application.contract_id.article_ids)
        self.assertRecordValues(
            application.authorization_id,
            [
                {
                    "state": "draft",
                    "partner_id": partner.id,
                    "territory_ids": self.region.ids,
                    "categ_ids": self.category.ids,
                    "contract_id": application.contract_id.id,
                }
            ],
        )
        user = application.portal_user_id
        self.assertRecordValues(user, [{"login": "mei@south-wheels.example", "share": True}])
        self.assertEqual(user.partner_id.parent_id, partner)
        self.assertEqual(user.company_id, self.company)
        application.authorization_id.action_activate()
        self._as(self.seller, application).action_confirm_trial()
        self.assertEqual((application.state, partner.channel_state), ("accepted", "active"))
        self.assertEqual(partner.channel_since, date(2026, 6, 15))

    def _level(self):
        grades = self.env["res.partner.grade"]
        values = {"name": "Silver", "company_id": self.company.id}
        return grades.search([("name", "=", "Silver")], limit=1) or grades.create(values)

    def test_only_what_is_chosen_is_created(self):
        application = self._review()
        partner = self._accept(
            application,
            outcome="active",
            draft_contract=False,
            draft_authorization=False,
            invite=False,
        )
        self.assertEqual((application.state, partner.channel_state), ("accepted", "active"))
        self.assertFalse(application.contract_id or application.authorization_id)
        self.assertFalse(application.portal_user_id or partner.child_ids)

    def test_unsaved_applications_are_looked_at_one_by_one(self):
        known = self.env["res.partner"].create(
            [{"name": name, "is_company": True} for name in ("Known Left", "Known Right")]
        )
        applications = self.env["sales.channel.application"]
        for name in ("Known Left", "Nobody of Ours", "Known Right"):
            applications |= applications.new(
                {"applicant_name": name, "company_id": self.company.id}
            )
        similar = applications.mapped(lambda one: one.similar_partner_ids._origin.ids)
        self.assertEqual(similar, [known[0].ids, [], known[1].ids])

    def test_a_known_company_is_not_doubled(self):
        known = self.env["res.partner"].create(
            {
                "name": "South Wheels",
                "is_company": True,
                "vat": "9144 0000 MA1SOUTH1X",
                "street": "Old Street 1",
                "company_id": self.company.id,
            }
        )
        application = self._review(street="New Street 2")
        self.assertEqual(application.similar_partner_ids, known)
        with self.assertRaisesRegex(UserError, "could be South Wheels Co., Ltd.: South Wheels"):
            self._accept(application)
        with self.assertRaisesRegex(UserError, "South Wheels has the tax ID .* already. Choose it"):
            self._accept(application, partner_choice="new")
        with Form(
            self.env["sales.channel.application.accept"].with_context(
                default_application_id=application.id
            )
        ) as form:
            self.assertFalse(form.partner_choice)
            form.partner_choice = "existing"
            self.assertEqual(form.partner_id, known)
        form.record.action_accept()
        self.assertEqual(application.partner_id, known)
        self.assertRecordValues(
            known, [{"street": "Old Street 1", "city": "Guangzhou", "channel_state": "trial"}]
        )

    def test_one_of_us_is_no_channel_partner(self):
        application = self._review()
        for partner in (self.company.partner_id, self.other_seller.partner_id):
            with self.assertRaisesRegex(UserError, "is one of us and cannot become"):
                self._accept(application, partner_choice="existing", partner_id=partner.id)

    def test_the_same_name_may_be_another_company(self):
        known = self.env["res.partner"].create({"name": "South Wheels GmbH", "vat": "DE123456789"})
        application = self._review()
        with self.assertRaisesRegex(UserError, "has the tax ID DE123456789, and the application"):
            self._accept(application, partner_choice="existing", partner_id=known.id)
        self.assertNotEqual(self._accept(application, partner_choice="new"), known)

    def test_nothing_is_left_of_an_acceptance_that_fails(self):
        self._create_user("mei@south-wheels.example", "base.group_portal")
        application = self._review()
        partners = self.env["res.partner"].search_count([])
        contracts = self.env["sales.contract"].search_count([])
        for values, sentence in (
            ({}, "There is a user with the email mei@south-wheels.example already"),
            ({"invite_email": "nobody"}, "“nobody” is no email address"),
            ({"date_to": "2026-06-01"}, "cannot end before they start"),
        ):
            with self.subTest(**values), self.assertRaisesRegex(UserError, sentence):
                with self.env.cr.savepoint():
                    self._accept(application, partner_choice="new", **values)
            self.env.invalidate_all()
            self.assertEqual(application.state, "review")
            self.assertEqual(self.env["res.partner"].search_count([]), partners)
            self.assertEqual(self.env["sales.contract"].search_count([]), contracts)

    def test_the_invitation_goes_last(self):
        """Mail cannot be called back, so nothing may be refused after it."""
        application = self._review()
        wizards = type(self.env["portal.wizard.user"])
        with patch.object(wizards, "action_grant_access", autospec=True) as grant:
            grant.side_effect = lambda _wizard: self.assertEqual(application.state, "trial")
            self._accept(application)
        grant.assert_called_once()

    # === OTHER WAYS === #
    def test_reject(self):
        application = self._review()
        self._reject(application, "No warehouse")
        self.assertRecordValues(
            application,
            [{"state": "rejected", "reject_reason": "No warehouse", "partner_id": False}],
        )
        with self.assertRaisesRegex(UserError, "is decided and is not changed any more"):
            application.credit_asked = 1
        application.action_draft()
        self.assertFalse(application.reject_reason or application.decided_on)
        application.credit_asked = 1

    def test_a_trial_that_fails(self):
        application = self._review()
        partner = self._accept(application, invite=False)
        self._reject(application, "Did not sell")
        self.assertEqual((application.state, partner.channel_state), ("rejected", "ended"))

    def _reject(self, application, reason):
        wizards = self.env["sales.channel.application.reject"]
        wizards.create({"application_id": application.id, "reason": reason}).action_reject()

    def test_only_actions_move_it(self):
        application = self._apply()
        for values, sentence in (
            ({"state": "accepted"}, "cannot be set by hand"),
            ({"partner_id": self.customer.id}, "Channel Partner of an application cannot be set"),
            ({"portal_user_id": 2}, "cannot be set by hand"),
        ):
            with self.subTest(**values), self.assertRaisesRegex(UserError, sentence):
                self._as(self.seller, application).write(values)
        application.action_review()
        with self.assertRaisesRegex(UserError, "stays as a record"):
            application.unlink()
        with self.assertRaisesRegex(UserError, "this step needs “On Trial”"):
            application.action_confirm_trial()

    def test_the_first_form(self):
        with Form(self._as(self.seller, self.env["sales.channel.application"])) as form:
            form.applicant_name = "South Wheels"
            self.assertEqual(len(form.check_ids), 2)
        self.assertRegex(form.record.name, r"AP/2026/\d{4}")
        self.assertEqual(form.record.user_id, self.seller)

    def test_companies(self):
        stranger = self._create_stranger()
        application = self._review()
        self.assertFalse(self._as(stranger, self.env["sales.channel.application"]).search_count([]))
        twin = self._review(
            company_id=stranger.company_id.id,
            user_id=stranger.id,
            territory_ids=False,
            categ_ids=False,
            check_ids=[],
        )
        self.assertEqual(twin.currency_id, stranger.company_id.currency_id)
        self._accept(application, invite=False)
        self.assertFalse(twin.similar_partner_ids)


@tagged("post_install", "-at_install", "sales_system")
@freeze_time(TODAY)
class TestChannelApplicationApproval(ApplicationMixin, ApprovalCommon):
    """Credit and volume over a limit are approved before the company is accepted."""

    def test_credit_over_the_limit(self):
        self._create_rule(
            name="Credit", model="sales.channel.application", basis="credit_asked", threshold=50_000
        )
        application = self._review(team_id=self.shanghai.id)
        self.assertEqual(application.approval_state, "pending")
        with self.assertRaisesRegex(UserError, r"Credit asked for \$.80,000\.00"):
            application.action_open_accept()
        self._approve(application.approval_request_ids)
        self._accept(application, invite=False)
        self.assertEqual(application.state, "trial")

    def test_volume_in_another_currency(self):
        self._create_rule(
            name="Volume", model="sales.channel.application", basis="volume", threshold=600_000
        )
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
        self.assertEqual(self._review(team_id=self.shanghai.id).approval_state, "none")
        application = self._review(team_id=self.shanghai.id, currency_id=euro.id)
        self.assertEqual(application.approval_state, "pending")
        application.action_draft()
        application.expected_volume = 250_000
        application.action_review()
        self.assertEqual(application.approval_state, "none")


@tagged("post_install", "-at_install", "sales_system")
class TestChannelApplicationRpc(ApplicationMixin, RpcCase, SalesSystemCommon):
    """What the screens do not offer, a program that calls the server is refused."""

    def test_others_neither_read_nor_move_it(self):
        application = self._review()
        self.env.flush_all()
        portal = self._create_user("dealer.portal", "base.group_portal")
        for user in (self.other_seller, self.outsider, portal, self._create_stranger()):
            for records, method, args in (
                (application, "read", (["credit_asked"],)),
                (application, "write", ({"note": "x"},)),
                (application, "action_open_accept", ()),
                (application, "action_draft", ()),
                (application, "unlink", ()),
                (application.check_ids, "read", (["name"],)),
                (application.check_ids, "write", ({"is_done": False},)),
                (
                    self.env["sales.channel.application.accept"],
                    "create",
                    ({"application_id": application.id, "user_id": user.id},),
                ),
            ):
                with self.subTest(user=user.login, model=records._name, method=method):
                    result, error = self._call(user, records, method, *args)
                    if method == "create" and not error:
                        wizard = records.browse(result)
                        result, error = self._call(user, wizard, "action_accept")
                    self.assertTrue(error)
        self.assertRecordValues(application, [{"state": "review", "partner_id": False}])

    def test_private_steps(self):
        application = self._review()
        for method in ("_accept", "_reject", "_update_state", "_invite"):
            with self.subTest(method=method):
                self.assertTrue(self._call(self.manager, application, method, "x")[1])
        self.assertEqual(application.state, "review")
