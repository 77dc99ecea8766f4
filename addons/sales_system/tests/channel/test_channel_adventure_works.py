import csv
import os
from collections import defaultdict
from datetime import date
from decimal import Decimal
from pathlib import Path

from odoo.tests import tagged

from ..common import SalesSystemCommon

FOLDER = Path(
    os.environ.get("ADVENTUREWORKS_DIR")
    or Path(__file__).parents[4].parent / "shared/data/adventureworks"
)
CHANNEL_TYPE = {
    "Value Added Reseller": "reseller",
    "Specialty Bike Shop": "retail",
    "Warehouse": "distributor",
}


def read(name):
    """:return: list of dicts, one per row of a file of the sample"""
    with (FOLDER / name).open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file, delimiter="|", quoting=csv.QUOTE_NONE))


def number(text):
    return Decimal(text.replace(",", ""))


@tagged("post_install", "-at_install", "sales_system")
class TestChannelAdventureWorks(SalesSystemCommon):
    """Real resellers as channel partners: the pivot says what the file says, to the cent.

    What is expected is summed up from the files in plain Python. The amounts of the file have no
    more than two decimals, and so have their sums.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        if not (FOLDER / "Sales.csv").is_file():
            cls.skipTest(cls, f"AdventureWorks is not at {FOLDER}")
        cls.sales = read("Sales.csv")
        cls._load_territories()
        cls._load_resellers()
        sales_import = cls._create_import(
            (FOLDER / "Sales.csv").read_bytes(),
            "Sales.csv",
            create_product=True,
            create_salesperson=True,
        )
        sales_import.action_check()
        sales_import._import()

    @classmethod
    def _load_territories(cls):
        cls.groups, cls.territories = {}, {}
        for row in read("Region.csv"):
            if row["Group"] not in cls.groups:
                cls.groups[row["Group"]] = cls._create_territory(row["Group"])
            cls.territories[row["SalesTerritoryKey"]] = cls._create_territory(
                row["Region"],
                parent_id=cls.groups[row["Group"]].id,
                code=row["SalesTerritoryKey"],
            )

    @classmethod
    def _create_territory(cls, name, **values):
        return cls.env["sales.territory"].create(
            {"name": name, "company_id": cls.company.id, **values}
        )

    @classmethod
    def _load_resellers(cls):
        sold_in = {row["ResellerKey"]: row["SalesTerritoryKey"] for row in cls.sales}
        rows = read("Reseller.csv")
        partners = cls.env["res.partner"].create(
            [
                {
                    "name": row["Reseller"],
                    "ref": row["ResellerKey"],
                    "is_company": True,
                    "company_id": cls.company.id,
                    "channel_type": CHANNEL_TYPE[row["Business Type"]],
                    "territory_id": cls.territories[sold_in[row["ResellerKey"]]].id
                    if row["ResellerKey"] in sold_in
                    else False,
                }
                for row in rows
            ]
        )
        cls.resellers = dict(zip((row["ResellerKey"] for row in rows), partners, strict=True))

    def _group(self, groupby, *figures, domain=()):
        rows = self.env["sales.channel.performance"]._read_group(
            [("company_id", "=", self.company.id), *domain], groupby, figures
        )
        return {row[: len(groupby)]: row[len(groupby) :] for row in rows}

    def _assert_sums(self, found, expected):
        self.assertEqual(found.keys(), expected.keys())
        for key, sums in expected.items():
            self.assertEqual([Decimal(str(round(one, 2))) for one in found[key]], sums)

    def test_by_reseller_and_by_territory(self):
        by_reseller = defaultdict(lambda: [Decimal()] * 3)
        by_territory = defaultdict(lambda: [Decimal()] * 3)
        for row in self.sales:
            amount = number(row["Sales"])
            sums = (amount, amount - number(row["Cost"]), number(row["Quantity"]))
            reseller = self.resellers[row["ResellerKey"]]
            territory = self.territories[row["SalesTerritoryKey"]]
            for group, key in ((by_reseller, reseller), (by_territory, territory)):
                group[key,] = [one + more for one, more in zip(group[key,], sums, strict=True)]
        figures = ("booked:sum", "margin:sum", "quantity:sum")
        self._assert_sums(self._group(["channel_partner_id"], *figures), by_reseller)
        self._assert_sums(self._group(["territory_id"], *figures), by_territory)
        self.assertEqual(len(by_reseller), 632)
        total = [Decimal("77548570.20"), Decimal("77548570.20") - Decimal("76549075.63"), 204114]
        self._assert_sums(self._group([], *figures), {(): total})

    def test_years_and_growth(self):
        years = {
            2017: Decimal("8069755.58"),
            2018: Decimal("24328786.25"),
            2019: Decimal("32500005.58"),
            2020: Decimal("12650022.79"),
        }
        found = self._group(
            ["date:year"], "booked:sum", "previous_booked:sum", domain=[("kind", "!=", "overdue")]
        )
        for year, amount in years.items():
            booked, previous = found[date(year, 1, 1),]
            self.assertEqual(Decimal(str(round(booked, 2))), amount)
            self.assertEqual(Decimal(str(round(previous, 2))), years.get(year - 1, 0))
        growth = self._group(["date:year"], "growth:avg")[date(2019, 1, 1),][0]
        self.assertAlmostEqual(float(growth), float(years[2019] / years[2018] - 1))

    def test_by_kind_and_up_the_tree_of_territories(self):
        kinds = {row["ResellerKey"]: row["Business Type"] for row in read("Reseller.csv")}
        expected = defaultdict(Decimal)
        for row in self.sales:
            expected[CHANNEL_TYPE[kinds[row["ResellerKey"]]]] += number(row["Sales"])
        found = self._group(["channel_type"], "booked:sum")
        self._assert_sums(found, {(kind,): [amount] for kind, amount in expected.items()})
        in_groups = [
            self._group([], "booked:sum", domain=[("territory_id", "child_of", territory.id)])[()][
                0
            ]
            for territory in self.groups.values()
        ]
        self.assertEqual(Decimal(str(round(sum(in_groups), 2))), Decimal("77548570.20"))
