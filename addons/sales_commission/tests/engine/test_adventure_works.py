from collections import defaultdict
from decimal import ROUND_HALF_UP, Decimal

from odoo import fields
from odoo.fields import Command
from odoo.tests import tagged

from odoo.addons.sales_planning.tests.test_adventure_works import FOLDER, month_of, read
from odoo.addons.sales_system.tests.common import SalesSystemCommon

CENT = Decimal("0.01")
# Of a month's sales of one person: 1 % up to 50,000, 2 % up to 200,000, 3 % above.
TIERS = ((Decimal(0), Decimal(1)), (Decimal(50_000), Decimal(2)), (Decimal(200_000), Decimal(3)))


@tagged("post_install", "-at_install", "sales_commission")
class TestAdventureWorks(SalesSystemCommon):
    """Three years of real sales, settled month by month.

    What is expected is summed up from the file in plain Python.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        if not (FOLDER / "Sales.csv").is_file():
            cls.skipTest(cls, f"AdventureWorks is not at {FOLDER}")
        cls._load_salespeople()
        for row in read("Region.csv"):
            cls.env["sales.territory"].create(
                {"name": row["Region"], "code": row["SalesTerritoryKey"]}
            )
        sales_import = cls._create_import(
            (FOLDER / "Sales.csv").read_bytes(), create_customer=True, create_product=True
        )
        sales_import.action_check()
        sales_import._import()
        cls.sold = defaultdict(Decimal)
        for row in read("Sales.csv"):
            amount = Decimal(row["Sales"].replace(",", ""))
            cls.sold[row["EmployeeKey"], month_of(row["OrderDate"])] += amount

    @classmethod
    def _load_salespeople(cls):
        cls.env["res.users"].create(
            [
                {
                    "name": row["Salesperson"],
                    "login": row["UPN"],
                    "salesperson_code": row["EmployeeKey"],
                    "active": False,
                    "group_ids": [Command.clear()],
                    "company_id": cls.company.id,
                    "company_ids": [Command.set(cls.company.ids)],
                }
                for row in read("Salesperson.csv")
            ]
        )

    def _create_plan(self, **values):
        plan = self.env["sales.commission.plan"].create(
            {
                "name": "Tiers",
                "date_from": "2017-01-01",
                "rule_ids": [
                    Command.create(
                        {
                            "name": "Tiers",
                            "event": "booked",
                            "rate_type": "marginal",
                            "tier_ids": [
                                Command.create({"amount_from": start, "rate": rate})
                                for start, rate in TIERS
                            ],
                            **values,
                        }
                    )
                ],
            }
        )
        plan.action_approve()
        return plan

    def _settle(self, plan, first, last):
        run = self.env["sales.commission.run"].create(
            {"plan_id": plan.id, "date_from": first, "date_to": last}
        )
        run.action_calculate()
        run.action_approve()
        return run

    def _paid(self, runs):
        """:return: dict of (key of the salesperson, first day) → exact amount"""
        self.env.flush_all()
        self.env.cr.execute(
            """
            SELECT u.salesperson_code, s.date_from, s.amount::text
              FROM sales_commission_statement s JOIN res_users u ON u.partner_id = s.payee_id
             WHERE s.run_id = ANY(%s)
            """,
            [runs.ids],
        )
        return {(code, day): Decimal(amount) for code, day, amount in self.env.cr.fetchall()}

    @staticmethod
    def _commission(sold):
        """Fill the tiers from the lowest up."""
        amount, ends = Decimal(0), [start for start, _rate in TIERS[1:]] + [sold]
        for (start, rate), end in zip(TIERS, ends, strict=True):
            if sold > start:
                amount += (min(sold, end) - start) * rate / 100
        return amount.quantize(CENT, ROUND_HALF_UP)

    def test_month_by_month(self):
        plan = self._create_plan()
        months = sorted({month for _key, month in self.sold})
        self.assertEqual(len(months), 35)
        runs = self.env["sales.commission.run"]
        for month in months:
            runs |= self._settle(plan, month, fields.Date.end_of(month, "month"))
        expected = {key: self._commission(sold) for key, sold in self.sold.items()}
        self.assertEqual(self._paid(runs), {key: one for key, one in expected.items() if one})
        self.assertEqual(Decimal(str(round(sum(runs.mapped("amount")), 2))), sum(expected.values()))
        # Every line of the file earned, and none twice
        self.assertEqual(sum(runs.mapped("earning_count")), len(read("Sales.csv")))

    def test_year_to_date_comes_to_the_tiers_of_the_year(self):
        # Quarters that go on where the last one stopped, against one run for the whole year
        plan = self._create_plan(measure_period="year")
        quarters = self.env["sales.commission.run"]
        for first, last in (("01-01", "03-31"), ("04-01", "06-30"), ("07-01", "12-31")):
            quarters |= self._settle(plan, f"2019-{first}", f"2019-{last}")
        year = self._settle(self._create_plan(), "2019-01-01", "2019-12-31")
        paid = defaultdict(Decimal)
        for (key, _day), amount in self._paid(quarters).items():
            paid[key] += amount
        sold = defaultdict(Decimal)
        for (key, month), amount in self.sold.items():
            if month.year == 2019:
                sold[key] += amount
        expected = {key: self._commission(amount) for key, amount in sold.items()}
        self.assertEqual(dict(paid), expected)
        self.assertEqual({key: one for (key, _day), one in self._paid(year).items()}, expected)
