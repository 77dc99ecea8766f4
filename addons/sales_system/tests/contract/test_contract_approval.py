from odoo.exceptions import UserError
from odoo.tests import freeze_time, tagged

from ..approval.common import ApprovalCommon
from .common import TODAY, ContractMixin


@tagged("post_install", "-at_install", "sales_system")
@freeze_time(TODAY)
class TestContractApproval(ContractMixin, ApprovalCommon):
    """A contract over a limit is neither sent nor signed before it is approved."""

    def _create_rule_of(self, basis, threshold):
        return self._create_rule(
            name=basis, model="sales.contract", basis=basis, threshold=threshold
        )

    def _submit(self, **values):
        contract = self._create_contract(team_id=self.shanghai.id, **values)
        self._as(self.seller, contract).action_submit()
        return contract

    def test_each_limit(self):
        for basis, limit, reason in (
            ("amount", 400_000, r"Untaxed amount \$.450,000\.00 \(limit \$.400,000\.00\)"),
            ("discount", 9, r"Discount 10 % \(limit 9 %\)"),
            ("term", 11, r"Term in months 12 \(limit 11\)"),
        ):
            with self.subTest(basis=basis):
                rule = self._create_rule_of(basis, limit)
                contract = self._submit()
                self.assertEqual((contract.state, contract.approval_state), ("review", "pending"))
                with self._refused(UserError, reason):
                    contract.action_release()
                rule.active = False

    def test_a_contract_without_an_end_is_longer_than_any_limit(self):
        self._create_rule_of("term", 60)
        self.assertEqual(self._submit(date_to=False).approval_state, "pending")

    def test_the_approval_releases_it(self):
        self._create_rule_of("discount", 9)
        contract = self._submit()
        self._approve(contract.approval_request_ids)
        self.assertEqual(contract.state, "approved")
        self._as(self.seller, contract).action_mark_sent()
        self._as(self.seller, contract).action_activate()
        self.assertEqual(contract.state, "active")

    def test_within_the_limit(self):
        self._create_rule_of("discount", 10)
        contract = self._submit()
        self.assertEqual(contract.approval_state, "none")
        contract.action_release()
        self.assertEqual(contract.state, "approved")

    def test_a_limit_that_comes_later_stops_sending_and_signing(self):
        contract = self._submit()
        contract.action_release()
        self._create_rule_of("discount", 9)
        for action in ("action_mark_sent", "action_activate"):
            with self._refused(UserError, "Discount 10 %"):
                getattr(contract, action)()
        self.assertEqual(contract.state, "approved")

    def test_worse_terms_need_another_approval(self):
        self._create_rule_of("discount", 9)
        contract = self._submit()
        contract.line_ids.price_unit = 800
        with self._refused(UserError, "has changed since"):
            self._approve(contract.approval_request_ids)
        contract.line_ids.price_unit = 900
        self._approve(contract.approval_request_ids)
        contract.action_draft()
        contract.line_ids.price_unit = 895
        self.assertEqual(contract.approval_state, "needed")

    def test_the_salesperson_does_not_approve(self):
        self._create_rule_of("discount", 9)
        contract = self._submit()
        with self._refused(Exception, "cannot approve"):
            self._approve(contract.approval_request_ids, self.seller)
        with self._refused(UserError, "cannot be set by hand"):
            self._as(self.seller, contract).approval_state = "approved"

    def test_taking_it_back_cancels_the_request(self):
        self._create_rule_of("discount", 9)
        contract = self._submit()
        contract.action_draft()
        self.assertEqual(contract.approval_request_ids.state, "cancelled")

    def test_a_foreign_amount_in_company_currency(self):
        euro = self.env.ref("base.EUR")
        euro.active = True
        self.env["res.currency.rate"].create(
            {
                "currency_id": euro.id,
                "company_id": self.company.id,
                "name": "2026-01-01",
                "rate": 0.5,
            }
        )
        self._create_rule_of("amount", 800_000)
        self.assertEqual(self._submit().approval_state, "none")
        self.assertEqual(self._submit(currency_id=euro.id).approval_state, "pending")
