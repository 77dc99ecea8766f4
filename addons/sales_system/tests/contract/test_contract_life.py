from datetime import date

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import freeze_time, tagged

from .common import TODAY, ContractCommon


@tagged("post_install", "-at_install", "sales_system")
class TestContractLife(ContractCommon):
    """From draft to force, through its terms, and to its end."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.team = cls.env["crm.team"].create(
            {"name": "East", "company_id": cls.company.id, "user_id": cls.leader.id}
        )

    def _create_tacit(self, **values):
        """36 months from February 2024, then 12 each, with three months' notice."""
        values = {
            "date_from": "2024-02-01",
            "term_months": 36,
            "date_to": "2027-01-31",
            "renewal": "tacit",
            "renewal_months": 12,
            "notice_months": 3,
            "team_id": self.team.id,
            **values,
        }
        return self._create_contract(state="active", **values)

    # === STATES === #
    @freeze_time(TODAY)
    def test_step_by_step(self):
        contract = self._as(self.seller, self._create_contract())
        for action, state in (
            ("action_submit", "review"),
            ("action_release", "approved"),
            ("action_mark_sent", "sent"),
            ("action_activate", "active"),
        ):
            getattr(contract, action)()
            self.assertEqual(contract.state, state)
        self.assertEqual(contract.activated_on, date(2026, 6, 15))

    @freeze_time(TODAY)
    def test_no_step_is_left_out(self):
        contract = self._create_contract()
        for action in ("action_release", "action_mark_sent", "action_activate", "action_amend"):
            with self.subTest(action=action), self._refused(UserError, "needs"):
                getattr(contract, action)()
        self.assertEqual(contract.state, "draft")

    @freeze_time(TODAY)
    def test_terms_are_fixed_once_approved(self):
        contract = self._create_contract(milestones=[{"date_due": "2026-07-01", "amount": 10}])
        contract.action_submit()
        contract.action_release()
        for what, values in (
            (contract, {"date_to": "2027-12-31"}),
            (contract, {"amount": 1}),
            (contract.line_ids, {"price_unit": 1}),
            (contract.milestone_ids, {"amount": 1}),
            (contract, {"line_ids": [(2, contract.line_ids.id)]}),
        ):
            with self.subTest(values=values), self._refused(UserError, "not changed"):
                what.write(values)
        contract.milestone_ids.date_expected = "2026-08-01"
        contract.action_draft()
        contract.amount = 1
        self.assertEqual(contract.amount, 1)

    def test_what_does_not_fit_together(self):
        for values, sentence in (
            ({"renewal": "tacit", "date_to": "2026-12-31"}, "by how many months"),
            ({"renewal": "tacit", "renewal_months": 12, "date_to": False}, "when its first term"),
            ({"line_ids": [(0, 0, self._line(date_from="2025-01-01"))]}, "before the contract"),
            ({"line_ids": [(0, 0, self._line(min_quantity=501))]}, "Minimum Quantity 501"),
        ):
            with self.subTest(values=values), self._refused(ValidationError, sentence):
                self._create_contract(**values)

    @freeze_time(TODAY)
    def test_payments_have_to_add_up_where_the_company_wants_it(self):
        half = {"date_due": "2026-07-01", "percent": 50}
        contract = self._create_contract(milestones=[half])
        contract.action_submit()
        contract.action_draft()
        self.company.sales_contract_full_plan = True
        with self._refused(UserError, r"225,000\.00.*450,000\.00.*225,000\.00 are left"):
            contract.action_submit()
        contract.milestone_ids = [(0, 0, {"name": "Rest", **half})]
        contract.action_submit()
        self.assertEqual(contract.state, "review")

    @freeze_time(TODAY)
    def test_the_same_thing_is_exclusive_once(self):
        line = self._line(is_exclusive=True)
        self._create_contract([line], state="active", territory_id=self.region.id)
        for values, lines, clashes in (
            ({}, [line], True),
            ({}, [{"categ_id": self.category.id, "is_exclusive": True}], True),
            ({"territory_id": self.city.id}, [line], True),
            ({"date_from": "2027-01-01", "date_to": "2027-12-31"}, [line], False),
            ({}, [self._line()], False),
            (
                {"territory_id": self.env["sales.territory"].create({"name": "W"}).id},
                [line],
                False,
            ),
        ):
            contract = self._create_contract(lines, partner_id=self.other_customer.id, **values)
            with self.subTest(values=values, lines=lines):
                if clashes:
                    with self._refused(UserError, "exclusive, and so it is for Acme"):
                        contract.action_submit()
                else:
                    contract.action_submit()
                    self.assertEqual(contract.state, "review")

    # === TERMS === #
    def test_tacit_renewal_goes_on_term_by_term(self):
        contract = self._create_tacit()
        self.assertEqual(contract.date_end, date(2027, 1, 31))
        self.assertEqual(contract.notice_date, date(2026, 10, 31))
        self._run_cron("2027-01-31")
        self.assertEqual(contract.renewal_count, 0)
        self._run_cron("2027-02-01")
        self.assertEqual((contract.state, contract.date_end), ("active", date(2028, 1, 31)))
        self.assertEqual(contract.notice_date, date(2027, 10, 31))
        # The cron has been off for two years.
        self._run_cron("2030-02-01")
        self.assertEqual((contract.state, contract.date_end), ("active", date(2031, 1, 31)))
        self.assertEqual(contract.date_to, date(2027, 1, 31))

    def test_without_renewal_a_contract_expires(self):
        contracts = {
            state: self._create_contract()
            for state in ("draft", "review", "approved", "sent", "cancelled")
        }
        with freeze_time(TODAY):
            for state, steps in (
                ("review", ("submit",)),
                ("approved", ("submit", "release")),
                ("sent", ("submit", "release", "mark_sent")),
                ("cancelled", ("cancel",)),
            ):
                for step in steps:
                    getattr(contracts[state], f"action_{step}")()
        active = self._create_contract(state="active")
        self._run_cron("2026-12-31")
        self.assertEqual(active.state, "active")
        self._run_cron("2027-01-01")
        self.assertEqual(active.state, "expired")
        for state, contract in contracts.items():
            with self.subTest(state=state):
                self.assertEqual(contract.state, state)

    @freeze_time("2026-10-05")
    def test_reminder_goes_to_the_salesperson_once_and_to_the_leader(self):
        contract = self._create_tacit()
        contract.reminder_days = 30
        self._run_cron("2026-09-30")
        self.assertFalse(contract.activity_ids)
        self._run_cron("2026-10-01")
        self._run_cron("2026-10-02")
        self.assertRecordValues(
            contract.activity_ids,
            [{"user_id": self.seller.id, "date_deadline": date(2026, 10, 31)}],
        )
        told = self.env["mail.message"].search(
            [("partner_ids", "in", self.leader.partner_id.ids)], limit=1
        )
        self.assertIn("10/31/2026", told.body)
        contract.activity_ids.unlink()
        self._run_cron("2027-02-01")
        self._run_cron("2027-10-01")
        self.assertEqual(contract.activity_ids.date_deadline, date(2027, 10, 31))

    # === TERMINATION === #
    def _terminate(self, contract, user=None, **values):
        wizards = self.env["sales.contract.terminate"]
        wizard = (self._as(user, wizards) if user else wizards).create(
            {"contract_id": contract.id, **values}
        )
        wizard.action_terminate()
        return wizard

    @freeze_time("2026-10-31")
    def test_notice_in_time_ends_the_contract_with_its_term(self):
        contract = self._create_tacit()
        wizard = self._terminate(contract, self.seller, given_on="2026-10-31")
        self.assertFalse(wizard.is_too_late)
        self.assertEqual(contract.termination_date, date(2027, 1, 31))
        self.assertEqual(contract.state, "active")
        self._run_cron("2027-01-31")
        self.assertEqual(contract.state, "active")
        self._run_cron("2027-02-01")
        self.assertEqual(contract.state, "terminated")
        for day in ("2027-02-02", "2028-02-01", "2031-01-01"):
            self._run_cron(day)
            self.assertEqual(contract.state, "terminated")
        self.assertFalse(contract.renewal_count)

    @freeze_time("2026-11-01")
    def test_notice_too_late_ends_the_next_term(self):
        contract = self._create_tacit()
        wizard = self._terminate(contract, given_on="2026-11-01")
        self.assertTrue(wizard.is_too_late)
        self.assertEqual(contract.termination_date, date(2028, 1, 31))
        self._run_cron("2027-02-01")
        self.assertEqual((contract.state, contract.date_end), ("active", date(2028, 1, 31)))
        self._run_cron("2028-02-01")
        self.assertEqual(contract.state, "terminated")

    @freeze_time(TODAY)
    def test_termination_on_a_day_and_back(self):
        contract = self._create_contract(state="active")
        for day, sentence in (("2025-01-01", "before that"), ("2027-01-01", "ends on 12/31/2026")):
            with self._refused(UserError, sentence):
                self._terminate(contract, reason="breach", last_day=day)
        self._terminate(contract, reason="agreement", last_day="2026-09-30")
        with self._refused(UserError, "Withdraw the termination first"):
            contract.action_amend()
        contract.action_withdraw_termination()
        self._terminate(contract, reason="breach", last_day="2026-06-10", note="No payment")
        self.assertEqual(contract.state, "terminated")
        self.assertEqual(contract.termination_note, "No payment")
        contract.action_withdraw_termination()
        self.assertEqual(contract.state, "active")
        self.assertFalse(contract.termination_date or contract.termination_note)
        self._run_cron("2027-01-02")
        self.assertEqual(contract.state, "expired")
        with freeze_time("2027-01-02"):
            with self._refused(UserError, "this step needs"):
                contract.action_withdraw_termination()

    # === RENEWAL AND AMENDMENT === #
    def _renew(self, contract, way):
        return (
            self.env["sales.contract.renew"]
            .create({"contract_id": contract.id, "way": way})
            .action_renew()
        )

    @freeze_time(TODAY)
    def test_one_more_term_by_agreement_and_back(self):
        contract = self._create_contract(state="active", renewal="manual", renewal_months=6)
        self._renew(contract, "term")
        self.assertEqual(contract.date_end, date(2027, 6, 30))
        contract.action_undo_renewal()
        self.assertEqual(contract.date_end, date(2026, 12, 31))
        with self._refused(UserError, "not been renewed"):
            contract.action_undo_renewal()

    @freeze_time(TODAY)
    def test_renewal_by_a_contract_that_follows(self):
        contract = self._create_contract(
            [self._line(date_from="2026-03-01", date_to="2026-11-30")],
            milestones=[{"date_due": "2026-12-31", "percent": 100}],
            state="active",
        )
        action = self._renew(contract, "contract")
        following = self.env["sales.contract"].browse(action["res_id"])
        self.assertEqual(self._renew(contract, "contract")["res_id"], following.id)
        self.assertRecordValues(
            following,
            [
                {
                    "state": "draft",
                    "date_from": date(2027, 1, 1),
                    "date_to": date(2027, 12, 31),
                    "version": 1,
                    "root_id": following.id,
                    "renewed_from_id": contract.id,
                }
            ],
        )
        self.assertEqual(following.line_ids.date_from, date(2027, 3, 1))
        self.assertEqual(following.milestone_ids.date_due, date(2027, 12, 31))
        self._put_into_force(following)
        self.assertEqual(contract.state, "active")
        self._run_cron("2027-01-01")
        self.assertEqual((contract.state, following.state), ("renewed", "active"))

    @freeze_time(TODAY)
    def test_amendment(self):
        contract = self._create_contract(
            milestones=[{"date_due": "2026-12-31", "kind": "delivery"}], state="active"
        )
        order = self._call_off(contract, 100)
        quotation = self._call_off(contract, 5, confirm=False)
        action = self._as(self.seller, contract).action_amend()
        amendment = self.env["sales.contract"].browse(action["res_id"])
        self.assertEqual(contract.action_amend()["res_id"], amendment.id)
        self.assertEqual((amendment.name, amendment.version), (contract.name, 2))
        self.assertEqual(amendment.display_name, f"{contract.name} v2")
        self.assertEqual(amendment.line_ids.root_id, contract.line_ids)
        amendment.line_ids.max_quantity = 600
        amendment.line_ids.price_unit = 880
        self.assertEqual(contract.state, "active")
        self._put_into_force(amendment)
        self.assertEqual((contract.state, amendment.state), ("replaced", "active"))
        self.assertEqual(order.contract_id, contract)
        self.assertEqual(quotation.contract_id, amendment)
        self._refreshed(amendment)
        self.assertEqual(amendment.line_ids.ordered_quantity, 100)
        self.assertEqual(amendment.line_ids.remaining_quantity, 500)
        self.assertEqual(amendment.order_count, 2)
        with self._refused(UserError, "605.*600"):
            self._call_off(amendment, 505)
        self.assertEqual(self._call_off(amendment, 1).order_line.price_unit, 880)

    @freeze_time(TODAY)
    def test_line_for_another_product_starts_anew(self):
        contract = self._create_contract(state="active")
        self._call_off(contract, 100)
        amendment = self.env["sales.contract"].browse(contract.action_amend()["res_id"])
        amendment.line_ids.product_id = self.product.copy()
        self.assertEqual(amendment.line_ids.root_id, amendment.line_ids)

    # === DELETING, RIGHTS === #
    @freeze_time(TODAY)
    def test_only_drafts_are_deleted(self):
        draft, active = self._create_contract(), self._create_contract(state="active")
        self._as(self.seller, draft).unlink()
        self.assertFalse(draft.exists())
        with self._refused(UserError, "stays as a record"):
            active.unlink()

    @freeze_time(TODAY)
    def test_others_do_not_move_it(self):
        contract = self._create_contract(state="active")
        stranger = self._create_stranger()
        for user in (self.other_seller, self.outsider, stranger):
            for action in ("action_amend", "action_cancel", "action_open_terminate"):
                with self.subTest(user=user.login, action=action):
                    with self.assertRaises(AccessError):
                        getattr(self._as(user, contract), action)()

    def test_a_leader_works_on_the_contracts_of_the_team(self):
        team_leader = self._create_user("leader", "sales_system.group_sale_salesman_team")
        self.team.user_id = team_leader
        mine = self._create_contract(team_id=self.team.id)
        other = self._create_contract(team_id=False, user_id=self.other_seller.id)
        found = self._as(team_leader, self.env["sales.contract"]).search([])
        self.assertIn(mine, found)
        self.assertNotIn(other, found)
        self.assertEqual(
            self._as(team_leader, self.env["sales.contract.line"]).search([]).contract_id, mine
        )
        self.assertFalse(self._as(self.other_seller, mine.line_ids).search([]) & mine.line_ids)
