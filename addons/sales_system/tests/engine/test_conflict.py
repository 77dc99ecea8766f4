from odoo.tests import BaseCase, tagged

from ...engine.conflict import mask, record_keys, search_keys
from ...engine.identity import MAX_KEY

FULL_WIDTH_PHONE = "\uff11\uff13\uff18\uff10\uff10\uff11\uff13\uff18\uff10\uff10\uff10"


@tagged("post_install", "-at_install", "sales_system")
class TestConflictKeys(BaseCase):
    """What somebody types finds what somebody else wrote down."""

    def _found(self, text, country="CN", calling_code=86, **record):
        """:return: kinds by which a text finds a record"""
        record = set(record_keys(**record))
        return sorted(
            kind for kind, key in search_keys(text, country, calling_code) if (kind, key) in record
        )

    def test_names(self):
        for text, name in (
            ("上海城市自行车", "上海城市自行车有限公司"),
            ("上海 城市(自行车)股份有限公司", "上海城市自行车有限公司"),
            ("acme bikes", "ACME Bikes Co., Ltd."),
            ("\uff21cme Bikes Inc", "Acme  Bikes Limited"),
        ):
            with self.subTest(text=text):
                self.assertEqual(self._found(text, names=(name,)), ["name"])
        self.assertFalse(self._found("Acme Cars", names=("Acme Bikes",)))

    def test_phones(self):
        for text in ("13800138000", "138 0013 8000", "+86 138-0013-8000", FULL_WIDTH_PHONE):
            for country, code in (("CN", 86), (None, None)):
                with self.subTest(text=text, country=country):
                    kinds = self._found(
                        text, phones=("138 0013 8000",), country=country, calling_code=code
                    )
                    self.assertEqual(kinds, ["phone"])

    def test_mail(self):
        record = {"addresses": ("Buyer@Acme.example", "https://www.acme.example/shop")}
        self.assertEqual(self._found("buyer@acme.example", **record), ["domain", "email"])
        self.assertEqual(self._found("seller@acme.example", **record), ["domain"])
        self.assertEqual(self._found("www.acme.example", **record), ["domain"])
        free = {"addresses": ("ann@qq.com",)}
        self.assertEqual(self._found("ann@qq.com", **free), ["email"])
        self.assertFalse(self._found("bob@qq.com", **free))

    def test_tax_ids(self):
        self.assertEqual(
            self._found("9131 0000-ma1k00001x", tax_id="91310000MA1K00001X"), ["tax_id"]
        )

    def test_what_nobody_is_known_by(self):
        for text in (None, "", "   ", "%", "_", "%%__", "a", "'", "\\"):
            with self.subTest(text=text):
                self.assertFalse(search_keys(text, "CN", 86))

    def test_keys_are_of_bounded_length(self):
        self.assertEqual({len(key) for _kind, key in search_keys("长" * 10_000)}, {MAX_KEY})
        self.assertEqual(
            {len(key) for _kind, key in record_keys(names=("长" * 10_000,))}, {MAX_KEY}
        )

    def test_wildcards_are_no_part_of_a_key(self):
        for _kind, key in search_keys("Acme%Bikes_", "CN", 86):
            self.assertFalse(set(key) & set("%_\\"))

    def test_masks(self):
        self.assertEqual(mask("上海城市"), "上***")
        self.assertEqual(mask(None), "***")
