from odoo.tests import BaseCase, tagged

from ...engine.approval import ApprovalBasis, covers

HIGH = ApprovalBasis("Discount", "measure")
LOW = ApprovalBasis("Margin", "measure", worse="lower")


@tagged("post_install", "-at_install", "sales_system")
class TestApprovalEngine(BaseCase):
    def test_worse(self):
        for basis, value, other, worse in (
            (HIGH, 18.0, 15.0, True),
            (HIGH, 15.0, 15.0, False),
            (HIGH, 15.004, 15.0, False),
            (HIGH, 15.01, 15.0, True),
            (HIGH, None, 15.0, False),
            (HIGH, 0.0, None, True),
            (LOW, 9.0, 12.0, True),
            (LOW, 12.0, 12.0, False),
            (LOW, -5.0, -4.99, True),
            (LOW, 13.0, 12.0, False),
        ):
            with self.subTest(basis=basis.label, value=value, other=other):
                self.assertEqual(basis.is_worse(value, other), worse)

    def test_covers(self):
        terms = {"exact": {"partner_id": 1}, "rules": {"7": [18.0, 15.0]}}
        for key, value, exact, covered in (
            ("7", 18.0, {"partner_id": 1}, True),
            ("7", 16.0, {"partner_id": 1}, True),
            ("7", 19.0, {"partner_id": 1}, False),
            ("7", 18.0, {"partner_id": 2}, False),
            ("8", 1.0, {"partner_id": 1}, False),
        ):
            with self.subTest(key=key, value=value):
                self.assertEqual(covers(HIGH, terms, key, value, exact), covered)
        self.assertFalse(covers(HIGH, None, "7", 18.0, {}))
