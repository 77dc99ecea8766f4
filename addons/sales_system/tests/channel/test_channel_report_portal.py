import io

from openpyxl import Workbook

from odoo.http import Request
from odoo.tests import freeze_time, new_test_user, tagged
from odoo.tools import mute_logger

from ..common import RpcCase
from .report_common import TODAY, ChannelReportCommon


@tagged("post_install", "-at_install", "sales_system")
@freeze_time(TODAY)
class TestChannelReportPortal(ChannelReportCommon, RpcCase):
    """What a channel partner does with its own reports, and nobody else."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.visitor = cls._create_portal_user("shen.yu", cls.distributor)
        cls.stranger = cls._create_portal_user("gao.feng", cls.rival)
        cls.report = cls._create_report()
        cls.line = cls.report.line_ids

    @classmethod
    def _create_portal_user(cls, login, company):
        user = new_test_user(cls.env, login=login, groups="base.group_portal", lang="en_US")
        user.partner_id.parent_id = company
        return user

    def _open(self, url="", user=None, data=None, **options):
        """:return: (status, text of the page, where it leads)"""
        user = user or self.visitor
        self.authenticate(user.login, user.login)
        if data is not None:
            data = {"csrf_token": Request.csrf_token(self), **data}
        self.env.flush_all()
        page = self.url_open(
            f"/my/channel-reports{url}", data=data, allow_redirects=False, **options
        )
        self.env.invalidate_all()
        return page.status_code, page.text, page.headers.get("Location", "")

    def _save(self, step="save", user=None, **typed):
        data = {"step": step, **{f"{key}_{self.line.id}": value for key, value in typed.items()}}
        return self._open(f"/{self.report.id}/save", user, data)

    # === READING === #
    def test_the_list(self):
        self._create_report("2026-02-01", self.rival)
        _status, page, _to = self._open()
        self.assertIn("January 2026", page)
        self.assertNotIn("February 2026", page)
        counters = self._post_json(
            "/my/counters", {"counters": ["channel_report_count", "channel_report_open_count"]}
        )
        self.assertEqual(
            counters["result"], {"channel_report_count": 1, "channel_report_open_count": 1}
        )
        self.distributor.action_channel_end()
        self.assertNotIn("January 2026", self._open()[1])
        self.assertEqual(self._open(f"/{self.report.id}")[2], "/my")

    def test_the_page(self):
        status, page, _to = self._open(f"/{self.report.id}")
        self.assertEqual(status, 200)
        self.assertIn("Road Bike", page)
        self.assertIn(f'name="in_{self.line.id}"', page)
        self.report.action_submit()
        _status, page, _to = self._open(f"/{self.report.id}")
        self.assertNotIn(f'name="in_{self.line.id}"', page)

    # === FILLING IN === #
    def test_fill_in_and_submit(self):
        _status, _page, to = self._save(out="4", closing="6", amount="5200.50")
        self.assertIn("message=save", to)
        self.assertRecordValues(
            self.line, [{"out_quantity": 4, "closing_quantity": 6, "amount": 5200.5}]
        )
        self.assertEqual(self.report.state, "draft")
        _status, _page, to = self._save("submit", closing="6")
        self.assertIn("message=submit", to)
        self.assertRecordValues(
            self.report, [{"state": "submitted", "submitted_by_id": self.visitor.id}]
        )

    def test_what_is_wrong_stands_on_the_page(self):
        for typed, sentence in (
            ({"out": "4", "closing": "7"}, "closing stock 7.00 is not opening stock 0.00"),
            ({"out": "11", "closing": "0"}, "leaves a negative stock"),
            ({"out": "11", "closing": "-1"}, "“-1” is a negative stock"),
            ({"opening": "-2", "closing": "8"}, "“-2” is a negative stock"),
            ({"out": "four"}, "Sell-out “four” is not a number"),
            ({"out": "nan"}, "is not a number"),
            ({"out": "1e99"}, "is not a number"),
            ({"in": "8", "closing": "8"}, "sell-in 8.00 is not the 10.00 that were invoiced"),
        ):
            with self.subTest(typed):
                status, page, _to = self._save("submit", **typed)
                self.assertEqual(status, 200)
                self.assertIn("Row 1, [P1] Road Bike", page)
                self.assertIn(sentence, page)
                for value in typed.values():
                    self.assertIn(f'value="{value}"', page)
                self.assertRecordValues(
                    self.line, [{"out_quantity": 0, "in_quantity": 10, "closing_quantity": 10}]
                )
                self.assertEqual(self.report.state, "draft")

    def test_a_corrected_sell_in(self):
        self._save("submit", note="2 are on their way", closing="8", **{"in": "8"})
        self.assertRecordValues(self.line, [{"in_quantity": 8, "in_note": "2 are on their way"}])
        self.assertEqual(self.report.state, "submitted")

    def test_closing_as_computed(self):
        self._save("expected", out="3")
        self.assertEqual(self.line.closing_quantity, 7)

    def test_add_a_product(self):
        foreign = self.env["product.product"].create(
            {
                "name": "Foreign",
                "default_code": "X1",
                "company_id": self._create_stranger().company_id.id,
            }
        )
        helmet = self.env["product.product"].create({"name": "Helmet", "default_code": "H1"})
        url = f"/{self.report.id}/save"
        for key in ("X1", "P9", "", foreign.name):
            with self.subTest(key=key):
                _status, page, _to = self._open(url, data={"step": "add", "product": key})
                self.assertIn("is not exactly one of our products", page)
        _status, page, _to = self._open(url, data={"step": "add", "product": "P1"})
        self.assertIn("stands in the report already", page)
        self._open(url, data={"step": "add", "product": "H1"})
        self.assertEqual(self.report.line_ids.product_id, self.product | helmet)
        gloves = self.env["product.product"].create({"name": "Gloves", "default_code": "G1"})
        self._open(url, data={"step": "save", "product": "G1"})
        self.assertIn(gloves, self.report.line_ids.product_id)

    def test_opening_stock_is_typed_in_the_first_report_only(self):
        self._save("submit", opening="2", out="4", closing="8")
        self.assertEqual(self.line.opening_quantity, 2)
        february = self._create_report("2026-02-01")
        _status, page, _to = self._open(f"/{february.id}")
        self.assertNotIn(f'name="opening_{february.line_ids.id}"', page)
        self._open(
            f"/{february.id}/save",
            data={"step": "save", f"opening_{february.line_ids.id}": "99"},
        )
        self.assertEqual(february.line_ids.opening_quantity, 8)

    def test_a_returned_report(self):
        self.report.action_submit()
        self.report._return("The stock was not counted")
        _status, page, _to = self._open(f"/{self.report.id}")
        self.assertIn("The stock was not counted", page)
        self._save("submit", out="1", closing="9")
        self.assertEqual(self.report.state, "submitted")
        _status, page, _to = self._open(f"/{self.report.id}")
        self.assertNotIn("The stock was not counted", page)

    def test_nothing_changes_once_submitted(self):
        self.report.action_submit()
        for step in ("save", "submit", "expected", "add"):
            status, page, _to = self._save(step, out="1", closing="9")
            self.assertEqual(status, 200)
            self.assertIn("in state “Submitted”", page)
        self.assertEqual(self.line.out_quantity, 0)

    # === FILES === #
    def _upload(self, rows, filename="sales.xlsx", user=None, **data):
        workbook = Workbook()
        for row in rows:
            workbook.active.append(row)
        buffer = io.BytesIO()
        workbook.save(buffer)
        files = {"file": (filename, buffer.getvalue())} if rows else None
        return self._open(f"/{self.report.id}/upload", user, data, files=files)

    def test_upload(self):
        header = ["Date", "Product", "Quantity", "Amount"]
        status, page, _to = self._upload(
            [header, ["2026-01-09", "P1", 2, 2600], ["2026-02-01", "P9", 2, 2600]]
        )
        self.assertEqual(status, 200)
        self.assertIn("Row 3: Product “P9” is no known product", page)
        self.assertIn("Nothing was taken from your file", page)
        self.assertFalse(self.report.sale_ids)
        _status, _page, to = self._upload([header, ["2026-01-09", "P1", 2, 2600]])
        self.assertIn("message=upload", to)
        self.assertRecordValues(self.line, [{"out_quantity": 2, "amount": 2600}])
        self.assertEqual(self.report.sale_ids.create_uid, self.visitor)
        _status, page, _to = self._upload([header, ["2026-01-09", "P1", 2, 2600]])
        self.assertIn("has no new row to import", page)

    def test_files_that_cannot_be_taken(self):
        for rows, values, sentence in (
            ([], {}, "Choose a file first"),
            ([["Date"], ["2026-01-09"]], {}, "No column of sales.xlsx holds: Product, Quantity"),
            ([["Date"], ["x"]], {"kind": "ledger"}, "Choose a file first"),
            ([["Date"], ["x"]], {"filename": "a.xlsx", "kind": "target"}, "Choose a file first"),
        ):
            with self.subTest(rows=rows, **values):
                _status, page, _to = self._upload(rows, **values)
                self.assertIn(sentence, page)
        self.report.action_submit()
        _status, page, _to = self._upload([["Date"], ["2026-01-09"]])
        self.assertIn("in state “Submitted”", page)
        self.assertFalse(self.report.import_ids)

    # === NOBODY ELSE === #
    def test_guessing_somebody_elses_report(self):
        for user in (self.stranger, self.outsider, self.seller):
            for url, data in (
                (f"/{self.report.id}", None),
                (f"/{self.report.id}/save", {"step": "submit"}),
                (f"/{self.report.id}/upload", {}),
                ("/999999999", None),
                ("/999999999/save", {"step": "submit"}),
            ):
                with self.subTest(user=user.login, url=url):
                    status, page, to = self._open(url, user, data)
                    self.assertEqual((status, to), (303, "/my"))
                    self.assertNotIn("Road Bike", page)
            self.assertNotIn("January 2026", self._open(user=user)[1])
        self.assertEqual(self.report.state, "draft")

    def test_a_line_of_somebody_elses_report(self):
        """Its id among the typed numbers changes nothing."""
        self._invoice(3, "2026-01-20", self.rival)
        other = self._create_report(partner=self.rival)
        self._open(
            f"/{self.report.id}/save",
            data={"step": "save", f"closing_{other.line_ids.id}": "77"},
        )
        self.assertEqual(other.line_ids.closing_quantity, 3)

    @mute_logger("odoo.http")
    def test_without_a_login_or_a_token(self):
        self.authenticate(None, None)
        for url in ("", f"/{self.report.id}"):
            page = self.url_open(f"/my/channel-reports{url}", allow_redirects=False)
            self.assertIn("/web/login", page.headers["Location"])
        self.authenticate(self.visitor.login, self.visitor.login)
        page = self.url_open(f"/my/channel-reports/{self.report.id}/save", data={"step": "submit"})
        self.assertEqual(page.status_code, 400)
        self.env.invalidate_all()
        self.assertEqual(self.report.state, "draft")
