from datetime import timedelta

from psycopg2 import IntegrityError

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import freeze_time, tagged
from odoo.tools import mute_logger

from ..common import RpcCase
from .document_common import SIGNATURE, ContractDocumentCommon


@tagged("post_install", "-at_install", "sales_system")
class TestContractSigning(ContractDocumentCommon, RpcCase):
    """Sending a contract, both signatures under it, and the ways back."""

    def _limit(self, threshold=1000):
        return self.env["sales.approval.rule"].create(
            {
                "name": "Large contracts",
                "company_id": self.company.id,
                "model": "sales.contract",
                "basis": "amount",
                "threshold": threshold,
                "step_ids": [fields.Command.create({"kind": "user", "user_id": self.leader.id})],
            }
        )

    def _sign(self, contract, side="customer", name="Ann Buyer", signature=SIGNATURE):
        contract.sudo()._sign(side, name, signature, "192.0.2.7")

    def _countersign(self, contract, user=None, **values):
        wizard = self._as(user or self.leader, self.env["sales.contract.countersign"]).create(
            {"contract_id": contract.id, "name": "Zhao Lei", "signature": SIGNATURE, **values}
        )
        return wizard.action_sign()

    # === SENDING === #
    def test_send_by_mail(self):
        contract = self._as(self.seller, self._create_contract())
        contract.action_submit()
        contract.action_release()
        action = contract.action_send()
        composer = (
            self.env["mail.compose.message"]
            .with_user(self.seller)
            .with_context(**action["context"], allowed_company_ids=self.company.ids)
            .create({})
        )
        self.assertIn(self.customer, composer.partner_ids)
        composer.action_send_mail()
        self.assertEqual(contract.state, "sent")
        self.assertEqual(contract.sign_by, self.today + timedelta(days=30))
        message = contract.message_ids.filtered(lambda message: message.partner_ids)
        self.assertIn(contract.name, message.body)
        self.assertEqual(len(message.attachment_ids), 1)
        self.assertTrue(contract.document)

    def test_what_is_not_approved_is_not_sent(self):
        contract = self._create_contract()
        template = self.env.ref("sales_system.mail_template_sales_contract")
        for state in ("draft", "review"):
            with self.subTest(state=state):
                self.assertEqual(contract.state, state)
                with self.assertRaisesRegex(UserError, "not been approved"):
                    self._as(self.seller, contract).action_send()
                with self.assertRaisesRegex(UserError, "not been approved"):
                    template.send_mail(contract.id)
                with self.assertRaisesRegex(UserError, "not been approved"):
                    contract.with_context(mark_contract_as_sent=True).message_post(
                        body=contract.name
                    )
                contract.action_submit() if state == "draft" else None
        self.assertEqual(contract.state, "review")

    # === SIGNING === #
    def test_both_sign_and_it_is_in_force(self):
        contract = self._send(self._create_contract())
        self._sign(contract)
        self.assertRecordValues(contract, [{"state": "sent", "signing_state": "customer"}])
        self.assertIn("Countersign", contract.activity_ids.summary)
        self._countersign(contract)
        self.assertRecordValues(contract, [{"state": "active", "signing_state": "both"}])
        customer, ours = contract.signature_ids
        self.assertRecordValues(
            customer + ours,
            [
                {"side": "customer", "name": "Ann Buyer", "ip": "192.0.2.7"},
                {"side": "company", "name": "Zhao Lei", "ip": False},
            ],
        )
        self.assertEqual(ours.user_id, self.leader)
        self.assertEqual(customer.digest, ours.digest)
        text = self._html(contract)
        self.assertIn("Ann Buyer", text)
        self.assertIn("Zhao Lei", text)
        self.assertIn("Signed electronically from 192.0.2.7", text)

    def test_we_may_sign_first(self):
        contract = self._send(self._create_contract())
        self._countersign(contract)
        self.assertRecordValues(contract, [{"state": "sent", "signing_state": "company"}])
        self._sign(contract)
        self.assertEqual(contract.state, "active")

    def test_in_force_on_the_day_it_starts(self):
        start = self.today + timedelta(days=10)
        contract = self._send(
            self._create_contract(date_from=start, date_to=start + timedelta(days=365))
        )
        self._sign(contract)
        self._countersign(contract)
        self.assertRecordValues(contract, [{"state": "sent", "signing_state": "both"}])
        self.env["sales.contract"]._cron_follow_dates()
        self.assertEqual(contract.state, "sent")
        with freeze_time(start):
            self.env["sales.contract"]._cron_follow_dates()
        self.assertEqual(contract.state, "active")

    def test_signing_twice(self):
        contract = self._send(self._create_contract())
        self._sign(contract)
        self._countersign(contract)
        for side in ("customer", "company"):
            with self.assertRaisesRegex(UserError, "was signed by .* already"):
                self._sign(contract, side)
        self.assertEqual(len(contract.signature_ids), 2)

    def test_the_database_keeps_one_signature_of_each_side(self):
        contract = self._send(self._create_contract())
        self._sign(contract)
        refused = self.assertRaises(IntegrityError)
        with mute_logger("odoo.sql_db"), refused, self.env.cr.savepoint():
            contract.signature_ids.copy({"withdrawn_on": False}).flush_recordset()

    def test_wrong_state(self):
        contract = self._create_contract()
        with self.assertRaisesRegex(UserError, "not waiting for signatures"):
            self._sign(contract)
        contract.action_submit()
        contract.action_release()
        with self.assertRaisesRegex(UserError, "not waiting for signatures"):
            self._countersign(contract)
        contract.action_cancel()
        with self.assertRaisesRegex(UserError, "not waiting for signatures"):
            self._sign(contract)
        self.assertFalse(contract.signature_ids)

    def test_an_expired_link(self):
        contract = self._send(self._create_contract())
        contract.sign_by = self.today - timedelta(days=1)
        with self.assertRaisesRegex(UserError, "expired on .* Ask li.na"):
            self._sign(contract)
        self.assertEqual(contract.signing_state, "none")
        contract.sign_by = self.today
        self._sign(contract)
        self.assertEqual(contract.signing_state, "customer")

    def test_sending_again_opens_an_expired_link(self):
        contract = self._send(self._create_contract())
        contract.sign_by = self.today - timedelta(days=1)
        self._as(self.seller, contract).action_send()
        self.assertFalse(contract._is_link_expired())
        self._sign(contract)
        self.assertEqual(contract.signing_state, "customer")

    def test_while_an_approval_is_pending(self):
        contract = self._send(self._create_contract())
        self._limit()
        for side in ("customer", "company"):
            with self.assertRaisesRegex(UserError, "needs an approval first"):
                self._sign(contract, side)
        request = self._as(self.seller, contract)._request_approval()
        with self.assertRaisesRegex(UserError, "waits for the approval of"):
            self._sign(contract)
        self._as(self.leader, request).action_approve()
        self._sign(contract)
        self.assertEqual(contract.signing_state, "customer")

    def test_a_signature_that_is_none(self):
        contract = self._send(self._create_contract())
        for name, signature, message in (
            ("", SIGNATURE, "Enter your name"),
            ("   ", SIGNATURE, "Enter your name"),
            (5, SIGNATURE, "Enter your name"),
            ("Ann", "", "Enter your name"),
            ("Ann", "no picture", "cannot be read"),
            ("Ann", [1, 2], "cannot be read"),
        ):
            with (
                self.subTest(name=name, signature=signature),
                self.assertRaisesRegex(UserError, message),
                self.env.cr.savepoint(),
            ):
                self._sign(contract, name=name, signature=signature)
        self.assertFalse(contract.signature_ids)

    def test_what_keeps_it_from_taking_effect_does_not_lose_the_signature(self):
        contract = self._send(self._create_contract())
        self._countersign(contract)
        # Nothing of a contract is complete any more once its dates have passed.
        contract.env.cr.execute(
            "UPDATE sales_contract SET date_from = date_from - 700, date_end = date_end - 700"
            " WHERE id = %s",
            [contract.id],
        )
        contract.invalidate_recordset()
        self._sign(contract)
        self.assertRecordValues(contract, [{"state": "sent", "signing_state": "both"}])
        self.assertIn("ended on", contract.message_ids[0].body + contract.message_ids[1].body)

    # === THE WAY BACK === #
    def test_refusing(self):
        contract = self._send(self._create_contract())
        self._countersign(contract)
        contract.sudo()._refuse("Ann Buyer", "Too expensive")
        self.assertRecordValues(
            contract,
            [
                {
                    "state": "draft",
                    "signing_state": "none",
                    "refused_by": "Ann Buyer",
                    "refusal_reason": "Too expensive",
                    "document": False,
                }
            ],
        )
        self.assertEqual(contract.activity_ids.user_id, self.seller)
        self.assertTrue(contract.signature_ids.withdrawn_on)
        self._send(contract)
        self.assertFalse(contract.refusal_reason)
        self._sign(contract)
        self._countersign(contract)
        self.assertEqual(contract.state, "active")
        self.assertEqual(len(contract.signature_ids), 3)

    def test_refusing_needs_a_reason_and_something_to_refuse(self):
        contract = self._send(self._create_contract())
        with self.assertRaisesRegex(UserError, "Say what you do not agree to"):
            contract.sudo()._refuse("Ann Buyer", "  ")
        self._sign(contract)
        with self.assertRaisesRegex(UserError, "was signed by Ann Buyer"):
            contract.sudo()._refuse("Ann Buyer", "Too late")
        self.assertEqual(contract.state, "sent")

    def test_a_signed_text_does_not_survive_an_edit(self):
        contract = self._send(self._create_contract())
        self._sign(contract)
        digest = contract.signature_ids.digest
        contract.action_draft()
        self.assertEqual(contract.signing_state, "none")
        self._article(contract).text = "Collected by the buyer."
        self._send(contract)
        self._sign(contract)
        self.assertNotEqual(contract.signature_ids[-1].digest, digest)

    # === RIGHTS === #
    def test_who_signs_for_us(self):
        contract = self._send(self._create_contract())
        with self.assertRaisesRegex(UserError, "team leaders and administrators"):
            self._as(self.seller, contract).action_open_countersign()
        with self.assertRaises(AccessError):
            self._countersign(contract, self.seller)
        for user in (self.outsider, self.other_seller, self._create_stranger()):
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                self._countersign(contract, user)
        self.assertFalse(contract.signature_ids)

    def test_by_rpc(self):
        contract = self._create_contract()
        values = {"contract_id": contract.id, "side": "customer", "name": "x", "signature": "x"}
        signatures = self.env["sales.contract.signature"]
        for user, records, method, args, message in (
            (self.seller, contract, "_sign", ("customer", "x", SIGNATURE), "remotely"),
            (self.manager, signatures, "create", (values,), "not allowed to create"),
            (self.seller, contract, "write", ({"signature_ids": [(0, 0, values)]},), "by signing"),
            (self.seller, contract, "write", ({"refusal_reason": "x"},), "by signing"),
            (self.seller, contract, "write", ({"document": {"title": "x"}},), "made of its terms"),
            (self.seller, contract, "write", ({"state": "sent"},), "buttons"),
            (self.seller, contract, "action_send", (), "not been approved"),
            (self.leader, contract, "action_open_countersign", (), "not waiting"),
            (self.outsider, contract, "action_send", (), "not allowed|access"),
            (self.seller, contract.article_ids[0], "write", ({"text": "x"},), "mandatory"),
            (self.seller, contract.article_ids[0], "unlink", (), "mandatory"),
            (self.seller, self.template, "write", ({"name": "x"},), "not allowed to modify"),
        ):
            with self.subTest(method=method, message=message):
                _result, error = self._call(user, records, method, *args)
                self.assertRegex(error, message)
        self.assertEqual(contract.state, "draft")
        self.assertFalse(contract.signature_ids)
