import io

from openpyxl import Workbook

from odoo.tests import BaseCase, tagged

from ...engine.tabular import TableError, TableOptions, read_table

TEXT = "Order|Client|Amount\nA1|东方, 自行车|10\n\nA2|Velo|20\n"


def untranslated(source, **values):
    return source % values


@tagged("post_install", "-at_install", "sales_system")
class TestTabular(BaseCase):
    def _read(self, content, **options):
        return read_table(content, "f.csv", TableOptions(**options), untranslated)

    def test_encodings_are_found(self):
        for encoding in ("utf-8", "utf-8-sig", "gb18030", "utf-16"):
            with self.subTest(encoding=encoding):
                table = self._read(TEXT.encode(encoding))
                self.assertEqual(table.header, ("Order", "Client", "Amount"))
                self.assertEqual(
                    list(table.rows()),
                    [(2, ["A1", "东方, 自行车", "10"]), (4, ["A2", "Velo", "20"])],
                )

    def test_an_unusual_encoding_is_mentioned(self):
        self.assertFalse(self._read(TEXT.encode()).notes)
        self.assertIn("UTF-16", self._read(TEXT.encode("utf-16")).notes[0])

    def test_rows_can_be_read_again(self):
        table = self._read(TEXT.encode())
        self.assertEqual(list(table.rows()), list(table.rows()))

    def test_workbook(self):
        workbook = Workbook()
        workbook.active.append(["Order", "Amount"])
        workbook.active.append(["A1", 12.5])
        workbook.active.append([None, None])
        buffer = io.BytesIO()
        workbook.save(buffer)
        table = self._read(buffer.getvalue())
        self.assertEqual(list(table.rows()), [(2, ["A1", 12.5])])

    def test_refused_files(self):
        for content, reason in (
            (b"", "is empty"),
            (b" \n ", "is empty"),
            (b"\xef\xbb\xbf", "is empty"),
            ("a|b\n1|2".encode("utf-16-le"), "not readable text"),
            (b"\x89PNG\r\n\x1a\n\x00\x00", "not readable text"),
            (b"PK\x03\x04 broken", "not a readable XLSX"),
            (b"Order|Order\n1|2", "stands twice"),
            (b"\n||\n1|2|3", "first row"),
        ):
            with self.subTest(content=content), self.assertRaisesRegex(TableError, reason):
                self._read(content)

    def test_a_delimiter_that_is_not_there(self):
        with self.assertRaisesRegex(TableError, "choose another delimiter"):
            self._read(TEXT.encode(), delimiter="semicolon")
