import base64

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .document_common import ContractDocumentCommon


@tagged("post_install", "-at_install", "sales_system")
class TestContractFiles(ContractDocumentCommon):
    """Annexes are part of a contract; scans and other files are only kept with it."""

    def _add(self, contract, kind="annex", user=None):
        return self._as(user or self.seller, self.env["ir.attachment"]).create(
            {
                "name": f"{kind}.txt",
                "datas": base64.b64encode(b"content"),
                "res_model": "sales.contract",
                "res_id": contract.id,
                "sales_contract_kind": kind,
            }
        )

    def test_annexes_are_printed(self):
        contract = self._create_contract()
        for kind in ("annex", "scan", "other"):
            self._add(contract, kind)
        self.assertEqual(len(contract.file_ids), 3)
        text = self._html(contract)
        self.assertIn("Annexes annex.txt", text)
        self.assertNotIn("scan.txt", text)

    def test_they_stay_with_what_was_approved(self):
        contract = self._create_contract()
        annex, scan = self._add(contract), self._add(contract, "scan")
        self._send(contract)
        for change in (
            lambda: annex.unlink(),
            lambda: annex.write({"datas": base64.b64encode(b"other")}),
            lambda: annex.write({"sales_contract_kind": "other"}),
            lambda: annex.write({"res_id": self._create_contract().id}),
            lambda: scan.write({"sales_contract_kind": "annex"}),
            lambda: self._add(contract),
        ):
            with (
                self.assertRaisesRegex(UserError, "annexes of .* not changed"),
                self.env.cr.savepoint(),
            ):
                change()
        self._add(contract, "scan")
        scan.unlink()
        contract.action_draft()
        annex.unlink()

    def test_a_further_version_has_annexes_of_its_own(self):
        contract = self._create_contract()
        self._add(contract)
        self._send(contract)._activate()
        self.assertFalse(contract._amend().file_ids)

    def test_who_may_not(self):
        annex = self._add(self._create_contract())
        for user in (self.other_seller, self.outsider, self._create_stranger()):
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                self._as(user, annex).read(["datas"])
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                self._add(self.env["sales.contract"].browse(annex.res_id), user=user)
