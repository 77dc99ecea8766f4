from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from ..common import SalesSystemCommon


@tagged("post_install", "-at_install", "sales_system")
class TestLedgerAccess(SalesSystemCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.own = cls._create_order()
        cls.others = cls._create_order(user_id=cls.other_seller.id)
        cls.env["sales.ledger.posting"]._post_pending()

    def _seen(self, user):
        return (
            self._as(user, self.env["sales.ledger.entry"])
            .search([("document_id", "in", (self.own + self.others).ids)])
            .user_id
        )

    def test_levels(self):
        self.assertEqual(self._seen(self.seller), self.seller)
        self.assertEqual(self._seen(self.other_seller), self.other_seller)
        for user in (self.leader, self.manager):
            self.assertEqual(self._seen(user), self.seller + self.other_seller)

    def test_no_rights(self):
        entries = self._ledger(self.own)
        with self.assertRaises(AccessError):
            self._seen(self.outsider)
        with self.assertRaises(AccessError):
            entries.with_user(self.other_seller).read(["amount"])
        for user in (self.outsider, self.seller):
            with self.assertRaisesRegex(UserError, "rights to export"):
                entries.with_user(user).export_data(["amount"])

    def test_another_company(self):
        self.assertFalse(self._seen(self._create_stranger()))

    def test_a_salesperson_posts_without_rights_on_the_ledger(self):
        order = self._create_order(confirm=False)
        order.with_user(self.seller).action_confirm()
        self.assertEqual(self._ledger(order).with_user(self.seller).amount, 1000.0)
