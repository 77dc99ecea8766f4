"""``make adventureworks``: real sales through the whole system, from files to commissions.

Loads the AdventureWorks sample (57,851 order lines, 809 monthly targets) the way a person
would: master data, then the two files through the import screens' own methods, then a
monthly commission run at 2 %; and prints what came of it, year by year.
"""

import base64
import csv
import os
import sys
import time
from datetime import date
from decimal import Decimal
from pathlib import Path

from dateutil.relativedelta import relativedelta

from .odoo_session import open_environment
from .steps import say

FOLDER = Path(
    os.environ.get("ADVENTUREWORKS_DIR")
    or Path(__file__).parents[2] / "shared" / "data" / "adventureworks"
)
# The check sums of the data's own description: booked per year.
BOOKED = {
    2017: Decimal("8069755.58"),
    2018: Decimal("24328786.25"),
    2019: Decimal("32500005.58"),
    2020: Decimal("12650022.79"),
}
TARGET_TOTAL = Decimal("676210000.00")
FIRST_MONTH, LAST_MONTH = date(2017, 7, 1), date(2020, 5, 1)
RATE = Decimal("2")
# What kind of channel the sample's types of business are.
CHANNEL_TYPE = {
    "Value Added Reseller": "reseller",
    "Specialty Bike Shop": "retail",
    "Warehouse": "distributor",
}


def main():
    """Run the whole story and return the exit code: 0 when every check sum is met."""
    if not (FOLDER / "Sales.csv").exists():
        say(
            f"The AdventureWorks files are not at {FOLDER}: "
            "set ADVENTUREWORKS_DIR to the folder that holds Sales.csv."
        )
        return 1
    with open_environment() as env:
        env = env(context={"tracking_disable": True, "lang": "en_US"})
        story = AdventureWorks(env)
        step("Master data", story.load_master_data)
        step("Past sales", story.import_sales)
        step("Targets", story.import_targets)
        step("Commission runs", story.run_commissions)
        return print_table(story)


def step(title, work):
    started = time.monotonic()
    result = work()
    say(f"{title:<18} {result:<60} {time.monotonic() - started:6.1f} s")


class AdventureWorks:
    """The sample company in one database.

    :param env: environment of a user who may do everything
    """

    def __init__(self, env):
        self.company = env["res.company"].create(
            {"name": "AdventureWorks", "currency_id": env.ref("base.USD").id}
        )
        env.user.company_ids |= self.company
        self.env = env(context={**env.context, "allowed_company_ids": self.company.ids})
        self.company = self.company.with_env(self.env)

    # === MASTER DATA === #
    def load_master_data(self):
        self._load_territories()
        self._load_products()
        self._load_resellers()
        self._load_salespeople()
        return f"{len(read('Reseller.csv'))} resellers, {len(read('Product.csv'))} products"

    def _load_territories(self):
        territory = self.env["sales.territory"]
        tree = {}
        for row in read("Region.csv"):
            parent = territory
            path = (row["Group"], row["Country"], row["Region"])
            for depth in range(1, 4):
                if path[:depth] not in tree:
                    tree[path[:depth]] = territory.create(
                        {
                            "name": path[depth - 1],
                            "parent_id": parent.id,
                            "company_id": self.company.id,
                        }
                    )
                parent = tree[path[:depth]]
            parent.code = row["SalesTerritoryKey"]

    def _load_products(self):
        category = self.env["product.category"]
        tree = {}
        vals_list = []
        for row in read("Product.csv"):
            top = (row["Category"],)
            leaf = (row["Category"], row["Subcategory"])
            for path in (top, leaf):
                if path not in tree:
                    parent = tree.get(path[:-1], category)
                    tree[path] = category.create({"name": path[-1], "parent_id": parent.id})
            vals_list.append(
                {
                    "name": row["Product"],
                    "default_code": row["ProductKey"],
                    "standard_price": row["Standard Cost"].replace(",", "").lstrip("$") or 0,
                    "categ_id": tree[leaf].id,
                    "company_id": self.company.id,
                }
            )
        self.env["product.product"].create(vals_list)

    def _load_resellers(self):
        """Channel partners, each in the territory that all its sales are of: so what they bought
        is counted through them. Those who never bought anything are candidates."""
        sold_in = {row["ResellerKey"]: row["SalesTerritoryKey"] for row in read("Sales.csv")}
        territories = {territory.code: territory.id for territory in self._find_territories()}
        countries = {country.name: country.id for country in self.env["res.country"].search([])}
        partners = self.env["res.partner"].create(
            [
                {
                    "name": row["Reseller"],
                    "ref": row["ResellerKey"],
                    "is_company": True,
                    "channel_type": CHANNEL_TYPE[row["Business Type"]],
                    "territory_id": territories.get(sold_in.get(row["ResellerKey"])),
                    "city": row["City"],
                    "country_id": countries.get(row["Country-Region"]),
                    "company_id": self.company.id,
                }
                for row in read("Reseller.csv")
            ]
        )
        idle = partners.filtered(lambda partner: partner.ref not in sold_in)
        idle.sudo().channel_state = "candidate"

    def _find_territories(self):
        return self.env["sales.territory"].search(
            [("company_id", "=", self.company.id), ("code", "!=", False)]
        )

    def _load_salespeople(self):
        """Archived users, known by the key that the targets use."""
        self.env["res.users"].with_context(no_reset_password=True).create(
            [
                {
                    "name": row["Salesperson"],
                    "login": row["UPN"],
                    "salesperson_code": row["EmployeeID"],
                    "active": False,
                    "group_ids": [(5,)],
                    "company_id": self.company.id,
                    "company_ids": [(6, 0, self.company.ids)],
                }
                for row in read("Salesperson.csv")
            ]
        )

    # === FILES === #
    def import_sales(self):
        """Sales know a salesperson by another key than targets: a profile remembers it."""
        users = self.env["res.users"].with_context(active_test=False)
        profile = self.env["sales.import.profile"].create(
            {
                "name": "AdventureWorks sales",
                "kind": "ledger",
                "company_id": self.company.id,
                "alias_ids": [
                    (
                        0,
                        0,
                        {
                            "entity": "salesperson",
                            "key": row["EmployeeKey"],
                            "record": f"res.users,{users.search([('login', '=', row['UPN'])]).id}",
                        },
                    )
                    for row in read("Salesperson.csv")
                ],
            }
        )
        done = self._import_file("Sales.csv", kind="ledger", profile_id=profile.id)
        return f"{done.imported_count} rows, {done.amount_total:,.2f}"

    def import_targets(self):
        self.plan = self.env["sales.target.plan"].create(
            {
                "name": "AdventureWorks targets",
                "company_id": self.company.id,
                "date_from": "2017-07-01",
                "date_to": "2021-12-31",
                "metric": "booked",
            }
        )
        done = self._import_file("Targets.csv", kind="target", target_plan_id=self.plan.id)
        self.plan.action_refresh()
        return f"{done.imported_count} rows, {done.amount_total:,.2f}"

    def _import_file(self, name, **values):
        sales_import = self.env["sales.import"].create(
            {
                **values,
                "company_id": self.company.id,
                "file": base64.b64encode((FOLDER / name).read_bytes()),
                "filename": name,
            }
        )
        sales_import.action_check()
        if sales_import.reject_count:
            reject = sales_import.reject_ids[0]
            raise SystemExit(
                f"{name}: {sales_import.reject_count} rows are refused, the first is row "
                f"{reject.row_number}: {reject.title} “{reject.value}” {reject.reason}"
            )
        sales_import._import()
        return sales_import

    # === COMMISSION === #
    def run_commissions(self):
        plan = self.env["sales.commission.plan"].create(
            {
                "name": "2 % of orders",
                "company_id": self.company.id,
                "date_from": FIRST_MONTH,
                "date_to": LAST_MONTH + relativedelta(months=1, days=-1),
                "rule_ids": [
                    (0, 0, {"name": "All orders", "event": "booked", "rate": float(RATE)})
                ],
            }
        )
        plan.action_approve()
        month = FIRST_MONTH
        self.runs = self.env["sales.commission.run"]
        while month <= LAST_MONTH:
            run = self.runs.create(
                {
                    "company_id": self.company.id,
                    "plan_id": plan.id,
                    "date_from": month,
                    "date_to": month + relativedelta(months=1, days=-1),
                }
            )
            run.action_calculate()
            self.runs += run
            month += relativedelta(months=1)
        return f"{len(self.runs)} runs, {len(self.runs.statement_ids)} statements"

    # === RESULT === #
    def get_channels(self):
        """:return: dict of kind of channel → (partners that sold, booked through them), exact"""
        self.env.cr.execute(
            "SELECT p.channel_type, COUNT(DISTINCT p.id), SUM(e.amount)"
            "  FROM sales_ledger_entry e JOIN res_partner p ON p.id = e.channel_partner_id"
            " WHERE e.company_id = %s AND e.event = 'booked' GROUP BY 1 ORDER BY 1",
            [self.company.id],
        )
        return {
            kind: (count, Decimal(str(amount))) for kind, count, amount in self.env.cr.fetchall()
        }

    def get_years(self):
        """:return: dict of year → (booked, target, commission), exact"""
        booked = self._by_year(
            "SELECT date, amount FROM sales_ledger_entry WHERE company_id = %s AND event = 'booked'"
        )
        target = self._by_year(
            "SELECT c.date_from, c.assigned FROM sales_target_cell c"
            " JOIN sales_target t ON t.id = c.target_id"
            " JOIN sales_target_plan p ON p.id = t.plan_id WHERE p.company_id = %s"
        )
        commission = self._by_year(
            "SELECT r.date_from, e.amount FROM sales_commission_earning e"
            " JOIN sales_commission_run r ON r.id = e.run_id WHERE r.company_id = %s"
        )
        zero = Decimal()
        return {
            year: tuple(side.get(year, zero) for side in (booked, target, commission))
            for year in sorted(booked.keys() | target.keys())
        }

    def _by_year(self, query):
        self.env.cr.execute(
            "SELECT EXTRACT(year FROM facts.day)::int, SUM(facts.amount)"
            f" FROM ({query}) AS facts (day, amount) GROUP BY 1",
            [self.company.id],
        )
        return {year: Decimal(str(amount)) for year, amount in self.env.cr.fetchall()}


def read(name):
    """:return: list of dicts, one per row of a file of the sample"""
    with (FOLDER / name).open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file, delimiter="|", quoting=csv.QUOTE_NONE))


def print_table(story):
    years = story.get_years()
    say(f"\n{'year':<6}{'booked':>18}{'target':>18}{'attainment':>12}{'commission 2 %':>18}")
    totals = [Decimal(), Decimal(), Decimal()]
    for year, figures in years.items():
        totals = [total + figure for total, figure in zip(totals, figures, strict=True)]
        print_line(year, *figures)
    print_line("total", *totals)
    channels = story.get_channels()
    say(f"\n{'channel':<14}{'partners':>10}{'booked through':>18}")
    for kind, (count, amount) in channels.items():
        say(f"{kind:<14}{count:>10}{amount:>18,.2f}")
    wrong = [
        f"booked {year} is {years[year][0]}, not {expected}"
        for year, expected in BOOKED.items()
        if years[year][0] != expected
    ]
    if totals[1] != TARGET_TOTAL:
        wrong.append(f"targets are {totals[1]}, not {TARGET_TOTAL}")
    through = sum(amount for _count, amount in channels.values())
    if through != sum(BOOKED.values()):
        wrong.append(f"booked through channel partners is {through}, not all of it")
    say("\n" + ("; ".join(wrong) if wrong else "Every check sum is met to the cent."))
    return 1 if wrong else 0


def print_line(title, booked, target, commission):
    attainment = f"{100 * booked / target:.1f} %" if target else ""
    say(f"{title!s:<6}{booked:>18,.2f}{target:>18,.2f}{attainment:>12}{commission:>18,.2f}")


if __name__ == "__main__":
    sys.exit(main())
