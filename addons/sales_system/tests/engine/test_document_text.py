import random
from decimal import Decimal

from odoo.tests import BaseCase, tagged

from ...engine import chinese, placeholders, text_diff

PLACES = {"拾": 10, "佰": 100, "仟": 1000}


def _read_capitals(words):
    """:return: Decimal that a capital amount stands for, read as a person reads it"""
    whole, _yuan, fraction = words.rpartition("元")
    total = group = 0
    digit = 0
    for character in whole:
        if character in PLACES:
            group += digit * PLACES[character]
            digit = 0
        elif character == "万":
            total += (group + digit) * 10_000
            group = digit = 0
        elif character == "亿":
            total = (total + group + digit) * 10**8
            group = digit = 0
        else:
            digit = chinese.CAPITALS.index(character)
    total += group + digit
    cents = 0
    for character in fraction.removesuffix("整"):
        if character in chinese.CAPITALS:
            digit = chinese.CAPITALS.index(character)
        else:
            cents += digit * (10 if character == "角" else 1)
    return total + Decimal(cents) / 100


@tagged("post_install", "-at_install", "sales_system")
class TestChineseNumbers(BaseCase):
    def test_capital_amounts(self):
        for amount, words in (
            (0, "零元整"),
            (0.05, "伍分"),
            (0.5, "伍角"),
            (10, "壹拾元整"),
            (10.05, "壹拾元零伍分"),
            (1001.5, "壹仟零壹元伍角"),
            (10_005, "壹万零伍元整"),
            (100_050, "壹拾万零伍拾元整"),
            (450_000, "肆拾伍万元整"),
            (1_001_000, "壹佰万壹仟元整"),
            (100_000_001, "壹亿零壹元整"),
            (120_000_000, "壹亿贰仟万元整"),
            (6_007.14, "陆仟零柒元壹角肆分"),
            (
                Decimal("1234567890123.99"),
                "壹万贰仟叁佰肆拾伍亿陆仟柒佰捌拾玖万零壹佰贰拾叁元玖角玖分",
            ),
        ):
            with self.subTest(amount=amount):
                self.assertEqual(chinese.capital_amount(amount), words)

    def test_decimals_of_the_currency(self):
        self.assertEqual(chinese.capital_amount(1500, decimals=0), "壹仟伍佰元整")
        self.assertEqual(chinese.capital_amount(1.005, decimals=3), "壹元零伍厘")

    def test_capitals_read_back(self):
        chance = random.Random(7)  # noqa: S311
        for _round in range(500):
            amount = Decimal(chance.randrange(10 ** chance.randint(1, 15))) / 100
            with self.subTest(amount=amount):
                self.assertEqual(_read_capitals(chinese.capital_amount(amount)), amount)

    def test_numerals(self):
        for number, words in (
            (1, "一"),
            (10, "十"),
            (12, "十二"),
            (20, "二十"),
            (21, "二十一"),
            (101, "一百零一"),
            (110, "一百一十"),
        ):
            with self.subTest(number=number):
                self.assertEqual(chinese.numeral(number), words)

    def test_what_cannot_be_spelt(self):
        for amount in (-1, chinese.LARGEST):
            with self.subTest(amount=amount), self.assertRaises(ValueError):
                chinese.capital_amount(amount)


@tagged("post_install", "-at_install", "sales_system")
class TestPlaceholders(BaseCase):
    def test_fill(self):
        text = "{{a}} and {{ b }}, {{ a }}"
        self.assertEqual(placeholders.find_names(text), ["a", "b"])
        self.assertEqual(placeholders.fill(text, {"a": "A", "b": ""}, "___"), "A and ___, A")

    def test_a_value_is_never_filled_again(self):
        values = {"a": "{{ b }}", "b": "secret"}
        self.assertEqual(placeholders.fill("{{ a }}", values, "_"), "{{ b }}")

    def test_unknown(self):
        for text, unknown in (
            ("{{ a }}", []),
            ("{{ contract.env.cr }}", ["contract.env.cr"]),
            ("{{ a }", ["{{"]),
            ("a }}", ["}}"]),
            ("{{ a\n.b }}", ["a\n.b"]),
            ("{{}}", [""]),
            ("", []),
        ):
            with self.subTest(text=text):
                self.assertEqual(placeholders.find_unknown(text, {"a"}), unknown)


@tagged("post_install", "-at_install", "sales_system")
class TestTextDiff(BaseCase):
    def test_words(self):
        self.assertEqual(
            text_diff.compare("paid within 30 days", "paid within 45 days net"),
            [
                ("equal", "paid within "),
                ("deleted", "30"),
                ("inserted", "45"),
                ("equal", " days"),
                ("inserted", " net"),
            ],
        )

    def test_words_that_were_replaced_together(self):
        self.assertEqual(
            text_diff.compare("a fixed price of USD 1,000.00 a day", "a price of EUR 900 a day"),
            [
                ("equal", "a"),
                ("deleted", " fixed"),
                ("equal", " price of "),
                ("deleted", "USD 1,000.00"),
                ("inserted", "EUR 900"),
                ("equal", " a day"),
            ],
        )

    def test_chinese_characters(self):
        self.assertEqual(
            text_diff.compare("乙方应于三十日内付款。", "乙方应于四十日内付清货款。"),
            [
                ("equal", "乙方应于"),
                ("deleted", "三"),
                ("inserted", "四"),
                ("equal", "十日内付"),
                ("inserted", "清货"),
                ("equal", "款。"),
            ],
        )

    def test_both_texts_can_be_read_off(self):
        chance = random.Random(3)  # noqa: S311
        for _round in range(200):
            old, new = ("".join(chance.choices("ab 甲乙，\n1", k=30)) for _text in range(2))
            pieces = text_diff.compare(old, new)
            self.assertEqual("".join(t for kind, t in pieces if kind != "inserted"), old)
            self.assertEqual("".join(t for kind, t in pieces if kind != "deleted"), new)

    def test_nothing_to_compare(self):
        self.assertEqual(text_diff.compare(False, ""), [])

    def test_align(self):
        self.assertEqual(text_diff.align("abcd", "axbd"), ["a", "x", "b", "c", "d"])
        self.assertEqual(text_diff.align("abc", "cab"), ["c", "a", "b"])
        self.assertEqual(text_diff.align("", "ab"), ["a", "b"])
