from odoo.fields import Command
from odoo.tests import tagged

from ..common import YEAR
from .common import EngineCommon, day


@tagged("post_install", "-at_install", "sales_commission")
class TestMatching(EngineCommon):
    """Which sales a rule pays for, and which rule pays for a sale."""

    def test_customer_tags(self):
        gold, trade, other = self.env["res.partner.category"].create(
            [{"name": name} for name in ("Gold", "Trade", "Other")]
        )
        customers = self.env["res.partner"].create(
            [
                {"name": "Both", "category_id": [Command.set((gold + trade).ids)]},
                {"name": "Gold", "category_id": [Command.set(gold.ids)]},
                {"name": "Other", "category_id": [Command.set(other.ids)]},
                {"name": "None"},
            ]
        )
        plan = self._create_plan({"rate": 10, "partner_tag_ids": [Command.set((gold + trade).ids)]})
        for customer in customers:
            self._sell(100, partner_id=customer.id)
        self._sell(100)
        run = self._settle(plan)
        # Two tags are no reason to be paid twice
        self.assertEqual(self._get_earnings(run).partner_id, customers[:2])
        self.assertEqual(self._amounts(run), [10.0, 10.0])

    def test_discount_bands(self):
        # 5 % without much discount, 3 % from 10 % discount on, nothing from 20 %
        plan = self._create_plan(
            {"name": "Full price", "rate": 5, "discount_to": 10},
            {"name": "Reduced", "rate": 3, "discount_from": 10, "discount_to": 20},
        )
        for discount in (None, 0, 9.99, 10, 19.99, 20, 50):
            self._sell(100, discount=discount)
        self.assertEqual(self._amounts(self._settle(plan)), [5.0, 5.0, 5.0, 3.0, 3.0])

    def test_the_discount_of_an_order_line(self):
        plan = self._create_plan({"rate": 3, "discount_from": 10})
        orders = [self._confirm_order(1000, date=day(3)) for _turn in range(2)]
        orders[1].order_line.discount = 15
        run = self._settle(plan)
        self.assertEqual(self._get_earnings(run).entry_id.mapped("document_id"), [orders[1].id])
        self.assertEqual(self._amounts(run), [25.5])

    def test_new_and_existing_customers(self):
        customer = self.env["res.partner"].create({"name": "Newcomer"})
        plan = self._create_plan(
            {"name": "New", "customer_kind": "new", "new_days": 90, "rate": 10},
            {"name": "Existing", "customer_kind": "existing", "new_days": 90, "rate": 2},
            date_from=f"{YEAR}-01-01",
        )
        # The first sale, to somebody else, is long ago
        self._sell(100, date=f"{YEAR - 3}-05-05", partner_id=self.partner.id)
        for date in (f"{YEAR}-01-10", f"{YEAR}-04-09", f"{YEAR}-04-10"):
            self._sell(100, date=date, partner_id=customer.id)
        self._sell(100, date=f"{YEAR}-01-10", partner_id=self.partner.id)
        run = self._create_run((f"{YEAR}-01-01", f"{YEAR}-04-30"), plan_id=plan.id)
        # Day 0 and day 89 are new, day 90 is not
        self.assertEqual(self._amounts(run), [10.0, 10.0, 2.0, 2.0])

    def test_first_best_and_all(self):
        rules = (
            {"name": "Flat", "rate": 3, "sequence": 1},
            {"name": "Tiers", "rate_type": "marginal", "sequence": 2}
            | self._tiers((0, 1), (1000, 8)),
        )
        plans = {
            mode: self._create_plan(*rules, rule_mode=mode) for mode in ("first", "best", "all")
        }
        self._sell(1000, 500, -200)
        paid = {mode: self._amounts(self._settle(plan)) for mode, plan in plans.items()}
        self.assertEqual(
            paid,
            {
                "first": [30.0, 15.0, -6.0],
                # Flat for the first, tiers for the second; the return goes to what costs more
                "best": [30.0, 40.0, -16.0],
                "all": [30.0, 10.0, 15.0, 40.0, -6.0, -16.0],
            },
        )

    def test_rules_for_other_payees_do_not_compete(self):
        team = self.env["crm.team"].create({"name": "Team", "user_id": self.supervisor.id})
        for mode in ("first", "best"):
            with self.subTest(mode=mode):
                plan = self._create_plan({"rate": 3}, {"role": "leader", "rate": 1}, rule_mode=mode)
                month = 3 if mode == "first" else 4
                self._sell(1000, team_id=team.id, date=day(month))
                run = self._settle(plan, month)
                self.assertEqual(self._paid(run), {"li_na": 30.0, "supervisor": 10.0})

    def test_a_rule_that_matches_before_another_that_is_better(self):
        # First means the first that matches, also where it pays nothing
        plan = self._create_plan(
            {"name": "None", "rate": 0, "product_id": self.product.id, "sequence": 1},
            {"name": "All", "rate": 5, "sequence": 2},
        )
        self._sell(1000, product_id=self.product.id)
        self._sell(1000)
        self.assertEqual(self._amounts(self._settle(plan)), [0.0, 50.0])

    def test_effective_dates_of_a_rule(self):
        # A campaign in the middle of March
        plan = self._create_plan(
            {
                "name": "Campaign",
                "rate": 9,
                "sequence": 1,
                "date_from": f"{YEAR}-03-10",
                "date_to": f"{YEAR}-03-20",
            },
            {"name": "Usual", "rate": 2, "sequence": 2},
        )
        for date in ("03-09", "03-10", "03-20", "03-21"):
            self._sell(100, date=f"{YEAR}-{date}")
        self.assertEqual(self._amounts(self._settle(plan)), [2.0, 9.0, 9.0, 2.0])

    def test_an_open_end(self):
        plan = self._create_plan({"rate": 2, "date_from": f"{YEAR}-03-15"})
        self._sell(100, date=f"{YEAR}-03-14")
        late = self._sell(100, date=f"{YEAR}-03-15")
        self.assertEqual(self._get_earnings(self._settle(plan)).entry_id, late)
