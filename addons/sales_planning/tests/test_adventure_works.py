import csv
import os
from collections import defaultdict
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

from odoo.tests import tagged

from .common import SalesPlanningCommon

FOLDER = Path(
    os.environ.get("ADVENTUREWORKS_DIR") or Path(__file__).parents[4] / "shared/data/adventureworks"
)
CENT = Decimal("0.01")


def read(name):
    """:return: list of dicts, one per row of a file of the sample"""
    with (FOLDER / name).open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file, delimiter="|", quoting=csv.QUOTE_NONE))


def month_of(text):
    return date.fromisoformat(text.replace("/", "-")).replace(day=1)


@tagged("post_install", "-at_install", "sales_planning")
class TestAdventureWorks(SalesPlanningCommon):
    """Real sales and targets through the import screens: attainment to the cent.

    What is expected is summed up from the files in plain Python.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        if not (FOLDER / "Sales.csv").is_file():
            cls.skipTest(cls, f"AdventureWorks is not at {FOLDER}")
        cls.plan.unlink()
        cls._load_territories()
        cls._load_salespeople()
        cls._import_file("Sales.csv", create_customer=True, create_product=True, profile=True)
        cls.sold_by_person = defaultdict(Decimal)
        cls.sold_by_region = defaultdict(Decimal)
        people = {row["EmployeeKey"]: row["EmployeeID"] for row in read("Salesperson.csv")}
        for row in read("Sales.csv"):
            month, amount = month_of(row["OrderDate"]), Decimal(row["Sales"].replace(",", ""))
            cls.sold_by_person[people[row["EmployeeKey"]], month] += amount
            cls.sold_by_region[row["SalesTerritoryKey"], month] += amount

    @classmethod
    def _load_territories(cls):
        """Group, country, region: three levels, of which sales name the lowest."""
        cls.paths, cls.territories = {}, {}
        for row in read("Region.csv"):
            parent = cls.env["sales.territory"]
            path = (row["Group"], row["Country"], row["Region"])
            for depth in range(1, 4):
                if path[:depth] not in cls.territories:
                    cls.territories[path[:depth]] = parent.create(
                        {
                            "name": path[depth - 1],
                            "parent_id": parent.id,
                            "company_id": cls.company.id,
                        }
                    )
                parent = cls.territories[path[:depth]]
            parent.code = row["SalesTerritoryKey"]
            cls.paths[row["SalesTerritoryKey"]] = path

    @classmethod
    def _load_salespeople(cls):
        users = cls.env["res.users"].create(
            [
                {
                    "name": row["Salesperson"],
                    "login": row["UPN"],
                    "salesperson_code": row["EmployeeID"],
                    "active": False,
                    "group_ids": [(5,)],
                    "company_id": cls.company.id,
                    "company_ids": [(6, 0, cls.company.ids)],
                }
                for row in read("Salesperson.csv")
            ]
        )
        # Sales know a salesperson by another key than targets: a profile remembers it.
        cls.profile = cls.env["sales.import.profile"].create(
            {
                "name": "AdventureWorks sales",
                "kind": "ledger",
                "company_id": cls.company.id,
                "alias_ids": [
                    (
                        0,
                        0,
                        {
                            "entity": "salesperson",
                            "key": row["EmployeeKey"],
                            "record": f"res.users,{user.id}",
                        },
                    )
                    for row, user in zip(read("Salesperson.csv"), users, strict=True)
                ],
            }
        )

    @classmethod
    def _import_file(cls, name, profile=False, content=None, **values):
        if profile:
            values["profile_id"] = cls.profile.id
        sales_import = cls._create_import(
            content or (FOLDER / name).read_bytes(), filename=name, **values
        )
        sales_import.action_check()
        sales_import._import()
        return sales_import

    def _import_targets(self):
        """:return: the plan that the import makes of the file"""
        targets = self._import_file("Targets.csv", kind="target")
        plan = targets.target_plan_id
        plan.action_refresh()
        return plan

    def _figures(self, plan):
        """:return: dict of (target, month) → (target, actual, attainment), exact"""
        self.env.flush_all()
        self.env.cr.execute(
            """
            SELECT cell.target_id, cell.date_from, cell.assigned::text, cell.actual::text,
                   cell.attainment::text
              FROM sales_target_cell cell JOIN sales_target target ON target.id = target_id
             WHERE target.plan_id = %s
            """,
            [plan.id],
        )
        return {
            (target_id, first): tuple(None if text is None else Decimal(text) for text in row)
            for target_id, first, *row in self.env.cr.fetchall()
        }

    @staticmethod
    def _percent(actual, target):
        """:return: Decimal as the screens show it, or None where there is no target"""
        if not target:
            return None
        return (100 * actual / target).quantize(CENT, ROUND_HALF_UP)

    def test_attainment_by_salesperson_and_month(self):
        plan = self._import_targets()
        expected = {
            (row["EmployeeID"], month_of(row["TargetMonth"])): Decimal(row["TargetAmount"])
            for row in read("Targets.csv")
        }
        people = {target.user_id.salesperson_code: target for target in plan.target_ids}
        figures = self._figures(plan)
        self.assertEqual(len(figures), 18 * 54)
        self.assertEqual(sum(bool(figure[0]) for figure in figures.values()), 809)
        for code, target in people.items():
            for period in plan._get_periods():
                assigned, actual, attainment = figures[target.id, period.first]
                number = expected.get((code, period.first))
                sold = self.sold_by_person.get((code, period.first), Decimal())
                self.assertEqual(assigned, number)
                self.assertEqual(actual or 0, sold)
                self.assertEqual(attainment, self._percent(sold, number))
        self.assertEqual(sum(expected.values()), Decimal(676_210_000))
        self.assertEqual(sum(f[1] or 0 for f in figures.values()), Decimal("77548570.20"))

    def test_the_pivot_says_the_same(self):
        """By year and salesperson, as the screen of attainment groups it."""
        plan = self._import_targets()
        expected = defaultdict(lambda: [Decimal(), Decimal()])
        for row in read("Targets.csv"):
            month = month_of(row["TargetMonth"])
            sums = expected[row["EmployeeID"], month.year]
            sums[0] += Decimal(row["TargetAmount"])
            sums[1] += self.sold_by_person.get((row["EmployeeID"], month), Decimal())
        groups = self.env["sales.target.cell"]._read_group(
            [("plan_id", "=", plan.id), ("assigned", "!=", False)],
            ["target_id", "date_from:year"],
            ["assigned:sum", "actual:sum", "attainment:avg"],
        )
        self.assertEqual(len(groups), len(expected))
        for target, year, assigned, actual, attainment in groups:
            number, sold = expected[target.user_id.salesperson_code, year.year]
            self.assertAlmostEqual(assigned, float(number), places=2)
            self.assertAlmostEqual(actual, float(sold), places=2)
            self.assertEqual(
                attainment and Decimal(str(attainment)), self._percent(sold, number) or False
            )

    def test_attainment_by_territory_adds_up_to_the_leaders(self):
        plan = self._create_territory_plan()
        leader = self._create_user("north.america", "sales_team.group_sale_salesman")
        upper = plan.target_ids.filtered(lambda one: one.territory_id.name == "North America")
        upper.responsible_id = leader
        plan.action_refresh()
        figures = self._figures(plan)
        expected = defaultdict(Decimal)
        for (key, month), amount in self.sold_by_region.items():
            for depth in range(1, 4):
                expected[self.territories[self.paths[key][:depth]].id, month] += amount
        for target in plan.target_ids:
            for period in plan._get_periods():
                assigned, actual, attainment = figures[target.id, period.first]
                sold = expected.get((target.territory_id.id, period.first), Decimal())
                self.assertEqual(actual or 0, sold)
                self.assertEqual(attainment, self._percent(sold, assigned))
                parts = [figures[part.id, period.first] for part in target.child_ids]
                if parts:
                    self.assertEqual(sum(part[0] for part in parts), assigned)
                    self.assertEqual(sum(part[1] or 0 for part in parts), sold)
        self.assertEqual(
            Decimal(str(upper.actual)),
            sum(
                amount
                for (key, _month), amount in self.sold_by_region.items()
                if self.paths[key][0] == "North America"
            ),
        )

    def _create_territory_plan(self):
        """One file per level: a million a month for a region, and what they are together."""
        plan = self._create_plan(
            name="Territories", date_from=date(2017, 7, 1), date_to=date(2020, 5, 31)
        )
        rows = ["Month,Target,Territory"]
        for path, territory in self.territories.items():
            regions = sum(other[: len(path)] == path for other in self.paths.values())
            rows += [
                f"{period.first},{regions * 1_000_000},{territory.complete_name}"
                for period in plan._get_periods()
            ]
        done = self._import_file(
            "territories.csv",
            content="\n".join(rows),
            kind="target",
            target_plan_id=plan.id,
        )
        self.assertEqual(done.reject_count, 0)
        by_territory = {target.territory_id: target for target in plan.target_ids}
        for territory, target in by_territory.items():
            target.parent_id = by_territory.get(territory.parent_id, False)
        return plan

    def test_counting_takes_the_same_statements_for_both(self):
        def statements(plan):
            plan.action_refresh()
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            plan.action_refresh()
            return self.env.cr.sql_log_count - before

        by_person = statements(self._import_targets())
        by_territory = statements(self._create_territory_plan())
        self.assertEqual(by_person, by_territory)
        self.assertLess(by_person, 20)
