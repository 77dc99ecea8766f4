from datetime import date
from decimal import Decimal

from ..common import SalesPlanningCommon


class DecomposingCommon(SalesPlanningCommon):
    """A draft plan of 2026 by month: the company, two teams in it, people in the teams."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.east, cls.west = cls.env["crm.team"].create(
            [{"name": name, "company_id": cls.company.id} for name in ("East", "West")]
        )
        cls.top = cls._create_target()
        cls.target_east = cls._create_target(team_id=cls.east.id, parent_id=cls.top.id)
        cls.target_west = cls._create_target(team_id=cls.west.id, parent_id=cls.top.id)
        cls.target_li = cls._create_target(
            team_id=cls.east.id, user_id=cls.seller.id, parent_id=cls.target_east.id
        )
        cls.target_wang = cls._create_target(
            team_id=cls.east.id, user_id=cls.other_seller.id, parent_id=cls.target_east.id
        )
        cls.nodes = cls.top | cls.target_east | cls.target_west | cls.target_li | cls.target_wang

    def _fill(self, numbers=None):
        """Give every node a number for every month, each the sum of its parts.

        :param dict numbers: leaf → number per month
        """
        numbers = numbers or {
            self.target_west: 300,
            self.target_li: 100.25,
            self.target_wang: 99.75,
        }
        for target, number in numbers.items():
            target.cell_ids.write({"assigned": number})
        self.top.action_roll_up()

    def _numbers(self, target, name="assigned"):
        """:return: list of the numbers of the months, in order"""
        return target.cell_ids.sorted("date_from").mapped(name)

    def _assert_balanced(self, plan=None):
        """Every target equals the sum of its parts, in every period and to the cent."""
        plan = plan or self.plan
        self.env.flush_all()
        self.env.cr.execute(
            """
            SELECT upper.id, upper.assigned, SUM(lower.assigned)
              FROM sales_target_cell upper
              JOIN sales_target target ON target.id = upper.target_id
              JOIN sales_target part ON part.parent_id = target.id
              JOIN sales_target_cell lower
                ON lower.target_id = part.id AND lower.date_from = upper.date_from
             WHERE target.plan_id = %s
             GROUP BY upper.id
            HAVING upper.assigned IS DISTINCT FROM SUM(lower.assigned)
            """,
            [plan.id],
        )
        self.assertEqual(self.env.cr.fetchall(), [])
        self.assertFalse(any(plan.target_ids.mapped("unassigned")))

    def _total(self, target):
        return Decimal(str(target.assigned))

    @staticmethod
    def _day(month, day=1):
        return date(2026, month, day)
