from odoo.exceptions import AccessError
from odoo.tests import tagged

from .common import OrganisationCommon


@tagged("post_install", "-at_install", "sales_system")
class TestTeamCoverage(OrganisationCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.hangzhou = cls.env["sales.territory"].create(
            {"name": "Hangzhou", "parent_id": cls.region.id}
        )
        cls.road, cls.electric = cls.env["product.category"].create(
            [
                {"name": "Road", "parent_id": cls.category.id},
                {"name": "E-Bikes", "parent_id": cls.category.id},
            ]
        )
        # All of the region, whatever is sold; its customers have customers of their own too.
        cls.east.territory_ids = cls.region

    def _cells(self, user=None):
        """:return: (territory, category) → state and names of the teams, as the user sees it"""
        self.env.flush_all()
        self.env.invalidate_all()
        cells = self._as(user or self.manager, self.env["sales.team.coverage"]).search(
            [
                ("company_id", "=", self.company.id),
                ("territory_id", "child_of", self.region.id),
                ("categ_id", "child_of", self.category.id),
            ]
        )
        return {
            (cell.territory_id.name, cell.categ_id.name): (
                cell.state,
                *sorted(cell.team_ids.mapped("name")),
            )
            for cell in cells
        }

    def test_cells_are_what_sales_are_counted_in(self):
        self.assertEqual(
            set(self._cells()),
            {
                (territory, category)
                for territory in ("Shanghai", "Hangzhou")
                for category in ("Bikes", "Road", "E-Bikes")
            },
        )
        self.product.categ_id = self.road
        self.other_customer.territory_id = self.region
        self.assertEqual(
            set(self._cells()),
            {
                (territory, category)
                for territory in ("East", "Shanghai", "Hangzhou")
                for category in ("Road", "E-Bikes")
            },
        )

    def test_everything_inside_is_covered(self):
        self.assertEqual(set(self._cells().values()), {("single", "East")})

    def test_a_team_below_is_responsible_for_its_part(self):
        self.shanghai.territory_ids = self.city
        cells = self._cells()
        self.assertEqual(cells["Shanghai", "Road"], ("single", "Shanghai"))
        self.assertEqual(cells["Hangzhou", "Road"], ("single", "East"))

    def test_teams_of_different_branches_overlap(self):
        self.west.write({"territory_ids": self.city, "categ_ids": self.electric})
        cells = self._cells()
        self.assertEqual(cells["Shanghai", "E-Bikes"], ("overlap", "East", "West"))
        self.assertEqual(cells["Shanghai", "Road"], ("single", "East"))
        self.assertEqual(cells["Hangzhou", "E-Bikes"], ("single", "East"))

    def test_categories_alone_are_sold_everywhere(self):
        self.east.territory_ids = False
        self.west.categ_ids = self.road
        cells = self._cells()
        self.assertEqual(cells["Hangzhou", "Road"], ("single", "West"))
        self.assertEqual(cells["Hangzhou", "E-Bikes"], ("gap",))

    def test_archived_teams_cover_nothing(self):
        self.shanghai.territory_ids = self.city
        self.east.active = False
        cells = self._cells()
        self.assertEqual(cells["Hangzhou", "Road"], ("gap",))
        self.assertEqual(cells["Shanghai", "Road"], ("single", "Shanghai"))

    def test_teams_of_another_company_cover_nothing_here(self):
        stranger = self._create_stranger()
        self.env["crm.team"].create(
            {
                "name": "Foreign",
                "company_id": stranger.company_id.id,
                "territory_ids": self.region.ids,
            }
        )
        self.assertEqual(set(self._cells().values()), {("single", "East")})
        self.assertFalse(self._cells(stranger))

    def test_only_an_administrator_reads(self):
        with self.assertRaises(AccessError):
            self._cells(self.seller)
