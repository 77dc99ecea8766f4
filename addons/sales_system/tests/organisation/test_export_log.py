from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from ..common import SalesSystemCommon


@tagged("post_install", "-at_install", "sales_system")
class TestExportLog(SalesSystemCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.seller.group_ids += cls.env.ref("base.group_allow_export")
        cls.order = cls._create_order()
        cls.env["sales.ledger.posting"]._post_pending()

    def _logs(self):
        return self.env["sales.export.log"].search([("user_id", "=", self.seller.id)])

    def _export(self, records, *field_names, user=None):
        return self._as(user or self.seller, records).export_data(list(field_names))

    def test_an_export_leaves_a_line(self):
        result = self._export(self.customer + self.other_customer, "name", "user_id/name")
        self.assertEqual(len(result["datas"]), 2)
        self.assertRecordValues(
            self._logs(),
            [
                {
                    "model": "res.partner",
                    "model_id": self.env["ir.model"]._get_id("res.partner"),
                    "record_count": 2,
                    "field_names": "name, user_id/name",
                    "company_id": self.company.id,
                }
            ],
        )

    def test_what_is_logged(self):
        lead = self.env["crm.lead"].create({"name": "Lead", "user_id": self.seller.id})
        for records, count in (
            (self.order, 1),
            (self.order.order_line, 2),
            (lead, 3),
            (self._ledger(self.order), 4),
            (self.city, 5),
            (self.product, 5),
        ):
            self._export(records, "id")
            self.assertEqual(len(self._logs()), count, records)

    def test_a_refused_export_leaves_none(self):
        with self.assertRaisesRegex(UserError, "rights to export"):
            self._export(self.order, "name", user=self.other_seller)
        with self.assertRaises(AccessError):
            self._export(self._create_order(user_id=self.manager.id), "name")
        self.assertFalse(self.env["sales.export.log"].search([("model", "=", "sale.order")]))

    def test_only_administrators_read_and_nobody_changes(self):
        self._export(self.order, "name")
        log = self._logs()
        for user in (self.seller, self.leader):
            with self.assertRaises(AccessError):
                log.with_user(user).read(["model"])
        self.assertEqual(self._as(self.manager, log).record_count, 1)
        with self.assertRaises(AccessError):
            self._as(self.manager, log).create({"model": "sale.order"})
        for env in (self.manager, self.env.user):
            for change in (lambda log: log.write({"record_count": 0}), lambda log: log.unlink()):
                with self.assertRaisesRegex(UserError, "neither changed nor deleted"):
                    change(log.with_user(env))

    def test_another_company(self):
        self._export(self.order, "name")
        self.assertFalse(self._as(self._create_stranger(), self._logs()).search([]) & self._logs())
