from odoo.fields import Command
from odoo.tests import HttpCase, new_test_user, tagged

from ..ledger.common import LedgerInvoicingCommon
from .document_common import ContractDocumentCommon


@tagged("post_install", "-at_install", "sales_system", "sales_tour")
class TestContractDocumentTour(ContractDocumentCommon, LedgerInvoicingCommon, HttpCase):
    """One contract, from the template to the promise that is kept."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.product.write({"invoice_policy": "order", "taxes_id": [Command.clear()]})
        cls.env["sales.approval.rule"].create(
            {
                "name": "Large contracts",
                "company_id": cls.company.id,
                "model": "sales.contract",
                "basis": "amount",
                "threshold": 10_000,
                "step_ids": [Command.create({"kind": "user", "user_id": cls.leader.id})],
            }
        )
        cls.clerk = cls._create_user(
            "back.office", "sales_team.group_sale_salesman_all_leads,account.group_account_invoice"
        )
        cls.buyer = new_test_user(
            cls.env, login="ann.buyer", groups="base.group_portal", lang="en_US"
        )
        cls.buyer.partner_id.parent_id = cls.customer

    def _tour(self, name, user, contract=None, url="/odoo"):
        url = f"/odoo/contracts/{contract.id}" if contract else url
        self.start_tour(url, f"sales_contract_{name}", login=user.login)

    def test_from_the_template_to_the_milestone(self):
        self._tour("draft", self.seller)
        contract = self.env["sales.contract"].search([("title", "=", "Touring bikes")])
        self.assertRecordValues(contract, [{"state": "review", "amount": 20_000, "lang": "en_US"}])
        self.assertEqual(len(contract.article_ids), 5)
        self._tour("approve", self.leader)
        self.assertEqual(contract.state, "approved")
        self._tour("send", self.seller, contract)
        self.assertEqual(contract.state, "sent")
        self._tour("portal_sign", self.buyer, url="/my/contracts")
        self.assertEqual(contract.signing_state, "customer")
        self._tour("countersign", self.leader, contract)
        self.assertRecordValues(contract, [{"state": "active", "signing_state": "both"}])
        self._tour("call_off", self.clerk, contract)
        self.env["sales.ledger.posting"]._post_pending()
        self._tour("done", self.seller, contract)
        self.assertTrue(contract.milestone_ids.done_date)
