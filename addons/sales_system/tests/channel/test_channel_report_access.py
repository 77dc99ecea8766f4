from odoo.exceptions import AccessError
from odoo.tests import freeze_time, new_test_user, tagged
from odoo.tools import mute_logger

from ..common import RpcCase
from .report_common import TODAY, ChannelReportCommon


@tagged("post_install", "-at_install", "sales_system")
@freeze_time(TODAY)
class TestChannelReportAccess(ChannelReportCommon, RpcCase):
    """Whose reports one sees and writes, also by a program that calls the server."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.report = cls._create_report(sales=({"quantity": 1},))
        cls.visitor = new_test_user(cls.env, "shen.yu", "base.group_portal")
        cls.visitor.partner_id.parent_id = cls.distributor

    def _records(self):
        return self.report, self.report.line_ids, self.report.sale_ids

    def test_who_sees_it(self):
        team = self.env["crm.team"].create(
            {"name": "East", "company_id": self.company.id, "user_id": self.leader.id}
        )
        self.report.team_id = team
        for user, sees in (
            (self.seller, True),
            (self.leader, True),
            (self.manager, True),
            (self.other_seller, False),
            (self._create_stranger(), False),
        ):
            for records in self._records():
                with self.subTest(user=user.login, model=records._name):
                    found = self._as(user, records.browse()).search([("id", "in", records.ids)])
                    self.assertEqual(found.ids, records.ids if sees else [])
        for user in (self.outsider, self.visitor):
            for records in self._records():
                with self.subTest(user=user.login), self.assertRaises(AccessError):
                    self._as(user, records.browse()).search([])

    def test_a_new_channel_manager_takes_the_reports_over(self):
        self.distributor.channel_manager_id = self.other_seller
        self.assertEqual(self.report.user_id, self.other_seller)
        self.assertTrue(self._as(self.other_seller, self.report).has_access("write"))
        self.assertFalse(self._as(self.seller, self.report).has_access("read"))

    def test_stock_is_seen_as_the_reports_are(self):
        self.report.action_take_expected()
        self.report.action_submit()
        self.env.flush_all()
        stock = self.env["sales.channel.stock"].search([("report_id", "=", self.report.id)])
        self.assertTrue(stock)
        for user, sees in ((self.seller, True), (self.manager, True), (self.other_seller, False)):
            found = self._as(user, stock.browse()).search([("id", "in", stock.ids)])
            self.assertEqual(bool(found), sees)

    def test_others_neither_read_nor_move_it(self):
        self.env.flush_all()
        for user in (self.other_seller, self.outsider, self.visitor):
            for records in self._records():
                for method, args in (
                    ("read", ([],)),
                    ("write", ({"company_id": self.company.id},)),
                    ("unlink", ()),
                ):
                    with self.subTest(user=user.login, model=records._name, method=method):
                        _result, error = self._call(user, records, method, *args)
                        self.assertTrue(error)
            for method in ("action_submit", "action_accept", "action_reopen", "action_fill"):
                with self.subTest(user=user.login, method=method):
                    _result, error = self._call(user, self.report, method)
                    self.assertTrue(error)
            for model in ("sales.channel.stock", "sales.channel.report.return"):
                if user != self.other_seller:
                    _result, error = self._call(user, self.env[model], "search_read", [])
                    self.assertTrue(error)
        self.assertTrue(self.report.exists())
        self.assertEqual(self.report.state, "draft")

    @mute_logger("odoo.sql_db")
    def test_what_only_the_buttons_write(self):
        product = self.env["product.product"].create({"name": "Helmet"})
        self.env.flush_all()
        lines = self.env["sales.channel.report.line"]
        new_line = {"report_id": self.report.id, "product_id": product.id}
        for record, method, args, sentence in (
            (self.report, "write", ({"state": "accepted"},), "cannot be set by hand"),
            (self.report, "write", ({"return_reason": "x"},), "cannot be set by hand"),
            (self.report, "write", ({"stock_checked": True},), "cannot be set by hand"),
            (self.report, "write", ({"reminded_on": "2026-01-01"},), "cannot be set by hand"),
            (self.report, "action_accept", (), "this step needs “Submitted”"),
            (self.report.line_ids, "write", ({"ledger_quantity": 1},), "follow from the sales"),
            (self.report.line_ids, "write", ({"out_quantity": 9},), "sum of 1 details"),
            (lines, "create", ({**new_line, "ledger_quantity": 1},), "follow from the sales"),
            (lines, "create", ({**new_line, "closing_quantity": -1},), "cannot be negative"),
            (self.report, "_return", ("x",), "cannot be called remotely"),
            (self.report, "_update_state", ("draft", "accepted"), "cannot be called remotely"),
            (self.report, "_upload", ("channel_sale", "", "x"), "cannot be called remotely"),
        ):
            with self.subTest(method=method, args=args):
                _result, error = self._call(self.seller, record, method, *args)
                self.assertIn(sentence, error or "")
        self.assertEqual(self.report.state, "draft")
        self.assertEqual(len(self.report.line_ids), 1)

    def test_nor_does_the_context_bring_it(self):
        product = self.env["product.product"].create({"name": "Helmet"})
        lines = self._as(self.seller, self.env["sales.channel.report.line"])
        line = lines.with_context(default_ledger_quantity=5, default_detail_count=3).create(
            {"report_id": self.report.id, "product_id": product.id}
        )
        self.assertRecordValues(line, [{"ledger_quantity": 0, "detail_count": 0}])

    def test_channel_partners_are_read_by_those_who_see_no_sales(self):
        partner = self._as(self.outsider, self.distributor)
        names = partner.fields_get()
        ours = [name for name in names if partner._fields[name]._module == "sales_system"]
        (values,) = partner.read(ours)
        self.assertEqual(values["channel_type"], "distributor")
        self.assertNotIn("channel_booked_year", values)

    def test_a_report_that_was_handed_in(self):
        self.report.action_take_expected()
        self.report.action_submit()
        self.env.flush_all()
        sale = {"report_id": self.report.id, "date": "2026-01-02", "product_id": self.product.id}
        for record, method, args in (
            (self.report.line_ids, "write", ({"closing_quantity": 1},)),
            (self.report.line_ids, "unlink", ()),
            (self.report.sale_ids, "write", ({"quantity": 5},)),
            (self.report.sale_ids, "unlink", ()),
            (self.report.sale_ids.browse(), "create", ({**sale, "quantity": 5},)),
            (self.report, "unlink", ()),
        ):
            with self.subTest(model=record._name, method=method):
                _result, error = self._call(self.seller, record, method, *args)
                self.assertIn("submitted", (error or "").lower())
        _result, error = self._call(self.seller, self.report, "action_accept")
        self.assertFalse(error)
        _result, error = self._call(self.seller, self.report, "action_reopen")
        self.assertIn("Only leaders", error)
        self.assertEqual(self.report.state, "accepted")

    def test_returning_by_the_dialog(self):
        self.report.action_take_expected()
        self.report.action_submit()
        self.env.flush_all()
        wizards = self.env["sales.channel.report.return"]
        values = {"report_id": self.report.id, "reason": "Count again"}
        wizard_id, _error = self._call(self.other_seller, wizards, "create", values)
        _result, error = self._call(
            self.other_seller, wizards.browse(wizard_id or 0), "action_return"
        )
        self.assertTrue(error)
        self.assertEqual(self.report.state, "submitted")
        wizard_id, _error = self._call(self.seller, wizards, "create", values)
        _result, error = self._call(self.seller, wizards.browse(wizard_id), "action_return")
        self.assertFalse(error)
        self.assertEqual(self.report.state, "returned")

    def test_uploading_by_the_dialog(self):
        content = "RGF0ZSxQcm9kdWN0LFF1YW50aXR5CjIwMjYtMDEtMDksUDksMQo="
        wizards = self.env["sales.channel.report.upload"]
        values = {"report_id": self.report.id, "file": content, "filename": "a.csv"}
        self.env.flush_all()
        for user in (self.other_seller, self.seller):
            wizard_id, _error = self._call(user, wizards, "create", values)
            result, error = self._call(user, wizards.browse(wizard_id or 0), "action_upload")
            if user == self.seller:
                problems = wizards.browse(result["res_id"]).problems
                self.assertIn("Row 2: Product “P9” is no known product", problems)
            else:
                self.assertTrue(error)
        self.assertEqual(len(self.report.sale_ids), 1)
