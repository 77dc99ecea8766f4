from odoo.exceptions import AccessError
from odoo.tests import tagged

from .common import DEADLINE, MONTHS, NegotiationRpcCase


@tagged("post_install", "-at_install", "sales_planning")
class TestBranchAccess(NegotiationRpcCase):
    """An owner sees and decides on all that lies below, however deep; others see none of it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.parts = cls.env["sales.target"].browse()
        for customer, number in ((cls.customer, 60), (cls.other_customer, 40)):
            cls.parts |= cls._create_target(
                dict.fromkeys(MONTHS, number),
                partner_id=customer.id,
                parent_id=cls.target.id,
                responsible_id=cls.other_seller.id,
            )
        cls.part = cls.parts[0]
        cls.colleague = cls._create_user("zhao.min", "sales_team.group_sale_salesman")
        cls.parts[1].responsible_id = cls.seller

    def _search(self, user, model, domain):
        return self._as(user, self.env[model]).search(domain)

    def test_what_lies_below_is_seen(self):
        inside = [("id", "in", self.parts.ids)]
        cells = [("target_id", "in", self.parts.ids)]
        changes = [("cell_id.target_id", "in", self.parts.ids)]
        for user, count in ((self.region_leader, 2), (self.seller, 2), (self.colleague, 0)):
            with self.subTest(user=user.login):
                targets = self._search(user, "sales.target", inside)
                self.assertEqual(len(targets), count)
                self.assertEqual(len(self._search(user, "sales.target.cell", cells)), 12 * count)
                self.assertEqual(
                    len(self._search(user, "sales.target.proposal", cells)), 12 * count
                )
                self.assertEqual(
                    len(self._search(user, "sales.target.change", changes)), 12 * count
                )
                # Reading by id is checked another way than searching.
                names, error = self._call(user, self.parts, "read", ["name", "assigned"])
                self.assertEqual(len(names or ()), count, error)
        self.assertEqual(
            self._search(self.other_seller, "sales.target", inside), self.part, "the own one"
        )

    def test_a_new_owner_sees_it_at_once(self):
        self.assertFalse(
            self._search(self.colleague, "sales.target", [("id", "in", self.parts.ids)])
        )
        self.top.responsible_id = self.colleague
        self.assertEqual(
            self._search(self.colleague, "sales.target", [("id", "in", self.parts.ids)]), self.parts
        )
        self._as(self.colleague, self.part).read(["assigned"])
        with self.assertRaises(AccessError):
            self._as(self.region_leader, self.part).read(["assigned"])

    def test_the_matrix_two_levels_below(self):
        matrix, error = self._call(self.region_leader, self.target, "get_matrix")
        self.assertFalse(error)
        self.assertEqual([row["id"] for row in matrix["rows"]], self.parts.ids)
        cells = [self._cell(part, 4) for part in self.parts]
        changes = [
            {"id": cells[0].id, "before": "60.00", "after": "55.00"},
            {"id": cells[1].id, "before": "40.00", "after": "45.00"},
        ]
        _result, error = self._call(
            self.region_leader, self.target, "save_matrix", "assigned", changes
        )
        self.assertFalse(error)
        self.assertEqual([cell.assigned for cell in cells], [55, 45])

    def test_proposals_two_levels_below(self):
        self._start()
        self._submit(self.part, 70)
        self._assert_refused(
            self.colleague,
            self.part,
            "action_return_proposal",
            "No",
            message="not allowed|access",
        )
        _result, error = self._call(
            self.other_seller, self.part, "action_return_proposal", "Mine again"
        )
        self.assertRegex(error or "", "is decided by .*, not by you")
        _result, error = self._call(
            self.region_leader, self.part, "action_return_proposal", "Less", str(DEADLINE)
        )
        self.assertFalse(error)
        self.assertEqual(self.part.proposal_state, "returned")
