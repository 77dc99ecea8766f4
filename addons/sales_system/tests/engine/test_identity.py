from unittest.mock import patch

from odoo.tests import BaseCase, tagged

from ...engine import identity
from ...engine.identity import domain_key, identity_keys, name_key, phone_key, tax_key


def full_width(text):
    """:return: the text as an input method for Chinese types it"""
    return "".join(
        "\N{IDEOGRAPHIC SPACE}"
        if char == " "
        else chr(ord(char) + 0xFEE0)
        if char.isascii()
        else char
        for char in text
    )


@tagged("post_install", "-at_install", "sales_system")
class TestIdentityEngine(BaseCase):
    """The same company is recognised however it is written, and others are kept apart."""

    def _same(self, function, *spellings, **values):
        keys = {spelling: function(spelling, **values) for spelling in spellings}
        self.assertEqual(len(set(keys.values())), 1, keys)
        self.assertTrue(all(keys.values()), keys)

    def test_names(self):
        self._same(
            name_key,
            "Acme Bikes",
            "ACME BIKES Co., Ltd.",
            "Acme-Bikes CO.LTD",
            full_width("Acme Bikes Inc."),
            "Acme Bikes L.L.C.",
            "acme bikes GmbH",
            "Acme Bikes S.A.",
        )
        self._same(
            name_key,
            "上海远风(集团)有限公司",
            full_width("上海远风(集团)有限责任公司"),
            "上海远风 集团 股份有限公司",
            "上海远风集团",
        )
        self._same(name_key, "株式会社サイクル", "サイクル株式会社", "ｻｲｸﾙ")

    def test_names_apart(self):
        for one, other in (
            ("Marco Ltd", "Mar Ltd"),
            ("上海远风有限公司", "北京远风有限公司"),
            ("Acme Bikes East", "Acme Bikes"),
        ):
            with self.subTest(one=one):
                self.assertNotEqual(name_key(one), name_key(other))

    def test_a_name_is_never_its_suffix_only(self):
        self.assertEqual(name_key("Limited"), "limited")
        self.assertEqual(name_key("有限公司"), "有限公司")
        for name in (None, False, "", " ", "A", "()"):
            self.assertIsNone(name_key(name))

    def test_tax_ids(self):
        self._same(
            tax_key,
            "91310000ma1k00001x",
            "9131 0000-MA1K 00001X",
            full_width("91310000MA1K00001X"),
        )
        for text in (None, "", "/", "n/a", "none none", "12"):
            self.assertIsNone(tax_key(text))

    def test_phones(self):
        china = {"country": "CN", "calling_code": 86}
        for library in (identity.phonenumbers, None):
            with patch.object(identity, "phonenumbers", library), self.subTest(library=library):
                self._same(
                    phone_key,
                    "+86 21 5550 0188",
                    "021-55500188",
                    "(021) 5550 0188",
                    "0086 21 5550 0188",
                    full_width("86 21 5550 0188"),
                    "+86-21-55500188 转 801",
                    "+862155500188 ext. 3",
                    **china,
                )
                self._same(phone_key, "138 0000 0001", "+86 13800000001", **china)
                self.assertNotEqual(
                    phone_key("021-55500188", **china), phone_key("010-55500188", **china)
                )

    def test_phones_without_a_country(self):
        with patch.object(identity, "phonenumbers", None):
            self.assertEqual(phone_key("02155500188"), "2155500188")
            for text in (None, "", "110", "ext. 12345678", "call me"):
                self.assertIsNone(phone_key(text))

    def test_domains(self):
        self._same(
            domain_key,
            "buy@acme.example",
            "Ann <ann@ACME.example>",
            "https://www.acme.example/shop?x=1",
            "www.acme.example",
            full_width("ann@acme.example"),
            "http://acme.example:8080",
        )
        for address in (None, "", "ann", "ann@qq.com", "ann@GMAIL.com", "ann@163.com", "@", "."):
            with self.subTest(address=address):
                self.assertIsNone(domain_key(address))

    def test_all_keys(self):
        self.assertEqual(
            identity_keys(
                name="Acme Ltd",
                tax_id="DE 123456789",
                phones=("+49 30 123456", ""),
                addresses=("ann@acme.example", "www.acme.example", "x@qq.com"),
            ),
            [
                ("domain", "acme.example"),
                ("name", "acme"),
                ("phone", "4930123456"),
                ("tax_id", "DE123456789"),
            ],
        )
