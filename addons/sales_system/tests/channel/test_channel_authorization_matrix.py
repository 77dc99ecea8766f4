from odoo.tests import freeze_time, tagged

from ..common import RpcCase
from ..contract.common import TODAY, ContractCommon
from .common import AuthorizationMixin


@tagged("post_install", "-at_install", "sales_system")
@freeze_time(TODAY)
class TestChannelAuthorizationMatrix(AuthorizationMixin, ContractCommon, RpcCase):
    """Who holds what on a day."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._create_channel()
        cls.held = cls._authorize(cls.distributor, cls.region, cls.road, is_exclusive=True)

    def _cell(self, user, territory, category, day=None):
        matrix = self._as(user, self.env["sales.channel.authorization"]).get_matrix(day)
        return matrix["cells"].get(f"{territory.id},{category.id}", [])

    def test_cells(self):
        whole = {
            "id": self.held.id,
            "name": "East Wheels",
            "is_exclusive": True,
            "is_whole": True,
        }
        part = {**whole, "is_whole": False}
        for territory, category, day, holders in (
            (self.region, self.road, None, [whole]),
            (self.city, self.road, "2026-12-31", [whole]),
            (self.city, self.category, None, [part]),
            (self.city, self.road, "2027-01-01", []),
            (self.north, self.road, None, []),
            (self.city, self.parts, None, []),
        ):
            with self.subTest(territory=territory.name, category=category.name, day=day):
                self.assertEqual(self._cell(self.manager, territory, category, day), holders)

    def test_the_trees(self):
        matrix = self._as(self.manager, self.env["sales.channel.authorization"]).get_matrix()
        rows = {row["id"]: row for row in matrix["rows"]}
        self.assertEqual(rows[self.city.id]["parent_id"], self.region.id)
        self.assertEqual((rows[self.region.id]["depth"], rows[self.city.id]["depth"]), (0, 1))
        columns = [column["id"] for column in matrix["columns"]]
        self.assertEqual(
            columns.index(self.road.id), columns.index(self.category.id) + 1, "below its parent"
        )
        self.assertNotIn(self.parts.id, columns, "nothing is sold of it")
        self.assertEqual(matrix["companies"], [{"id": self.company.id, "name": "Bike Works"}])

    def test_what_others_hold_is_not_free_and_has_no_name(self):
        (holder,) = self._cell(self.other_seller, self.city, self.road)
        self.assertEqual((holder["id"], holder["name"]), (False, "Another partner"))

    def test_rights_by_rpc(self):
        stranger = self._create_stranger()
        authorizations = self.env["sales.channel.authorization"]
        _result, error = self._call(self.outsider, authorizations, "get_matrix")
        self.assertIn("not allowed", error)
        _result, error = self._call(stranger, authorizations, "get_matrix", False, self.company.id)
        self.assertIn("Switch the company on", error)
        matrix, error = self._call(stranger, authorizations, "get_matrix")
        self.assertEqual((matrix["cells"], error), ({}, None))

    def test_a_constant_number_of_statements(self):
        def count():
            self.env.flush_all()
            self.env.invalidate_all()
            matrix = self._as(self.manager, self.env["sales.channel.authorization"])
            before = self.env.cr.sql_log_count
            matrix.get_matrix()
            return self.env.cr.sql_log_count - before

        count()
        few = count()
        for number in range(20):
            territory = self.env["sales.territory"].create(
                {"name": f"Town {number}", "parent_id": self.city.id}
            )
            category = self.env["product.category"].create(
                {"name": f"Bikes {number}", "parent_id": self.parts.id}
            )
            partner = self._create_channel_partner(f"Shop {number}")
            self._authorize(partner, territory, category)
        count()  # what was created has emptied caches that every request shares
        self.assertEqual(count(), few)
