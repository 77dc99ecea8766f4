from odoo.exceptions import UserError
from odoo.tests import tagged

from ..common import YEAR
from .common import EngineCommon, day

# 2 % of what is sold below the target, 4 % from there on, 6 % above 120 %.
TIERS = ((0, 2), (100, 4), (120, 6))


@tagged("post_install", "-at_install", "sales_commission")
class TestAttainment(EngineCommon):
    """Rates that rise with the attainment of a target."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.target_plan = cls.env["sales.target.plan"].create(
            {
                "name": "Targets",
                "company_id": cls.company.id,
                "date_from": f"{YEAR}-01-01",
                "date_to": f"{YEAR}-12-31",
            }
        )
        cls.team = cls.env["crm.team"].create({"name": "Team", "user_id": cls.supervisor.id})
        cls._create_target(1000, user_id=cls.li_na.id)
        cls._create_target(2000, team_id=cls.team.id)
        cls.target_plan.action_approve()

    @classmethod
    def _create_target(cls, monthly, plan=None, **dimensions):
        plan = plan or cls.target_plan
        target = cls.env["sales.target"].create({"plan_id": plan.id, **dimensions})
        target.cell_ids.assigned = monthly
        return target

    def _create_accelerator(self, rate_type="retroactive", **values):
        return self._create_plan(
            {
                "rate_type": rate_type,
                "tier_basis": "attainment",
                "target_plan_id": self.target_plan.id,
                **self._tiers(*TIERS),
                **values,
            }
        )

    def test_retroactive(self):
        plan = self._create_accelerator()
        for month, sold, attainment, paid in (
            (1, 999.99, 99.999, 20.0),
            (2, 1000, 100, 40.0),
            (3, 1200, 120, 72.0),
        ):
            with self.subTest(sold=sold):
                self._sell(sold, date=day(month))
                run = self._settle(plan, month)
                self.assertRecordValues(
                    run.measure_ids,
                    [
                        {
                            "target_amount": 1000.0,
                            "attained_amount": sold,
                            "attainment": attainment,
                            "amount": paid,
                            "status": "ok",
                        }
                    ],
                )

    def test_marginal_pays_the_average_of_the_tiers_passed(self):
        # 130 %: 100 at 2 %, 20 at 4 %, 10 at 6 %, which is 3.4 of 130 = 2.615385 %
        plan = self._create_accelerator("marginal")
        self._sell(300, 1000)
        run = self._settle(plan)
        self.assertEqual(self._amounts(run), [7.85, 26.15])
        self.assertEqual(run.measure_ids.rate, 2.615385)

    def test_the_target_counts_what_the_rule_does_not_pay_for(self):
        # Commission on one product only; the target counts all of them
        plan = self._create_accelerator(product_id=self.product.id)
        self._sell(500, product_id=self.product.id)
        self._sell(700)
        self.assertEqual(self._amounts(self._settle(plan)), [30.0])

    def test_no_target(self):
        plan = self._create_accelerator()
        self._sell(5000, user=self.wang_wei)
        run = self._settle(plan)
        self.assertEqual(self._amounts(run), [0.0])
        self.assertEqual(run.measure_ids.status, "no_target")

    def test_a_target_of_a_segment_is_no_target_of_the_person(self):
        segment = (
            self.env["sales.market.segment"]
            .with_user(self.manager)
            .create({"name": "Shops", "company_id": self.company.id})
        )
        self.target_plan = self.env["sales.target.plan"].create(
            {
                "name": "Targets of segments too",
                "company_id": self.company.id,
                "date_from": f"{YEAR}-01-01",
                "date_to": f"{YEAR}-12-31",
            }
        )
        self._create_target(1000, self.target_plan, user_id=self.li_na.id)
        self._create_target(1, self.target_plan, user_id=self.li_na.id, segment_id=segment.id)
        self.target_plan.action_approve()
        self._sell(1000)
        run = self._settle(self._create_accelerator())
        self.assertEqual((run.measure_ids.target_amount, run.amount), (1000.0, 40.0))

    def test_threshold_in_percent(self):
        plan = self._create_accelerator(threshold=80)
        self._sell(799.99, date=day(1))
        self._sell(800, date=day(2))
        self.assertEqual(self._settle(plan, 1).amount, 0.0)
        self.assertEqual(self._settle(plan, 2).amount, 16.0)

    def test_a_leader_goes_by_the_target_of_the_team(self):
        plan = self._create_accelerator(role="leader")
        self._sell(1100, team_id=self.team.id)
        self._sell(1000, user=self.wang_wei, team_id=self.team.id)
        # 105 % of 2,000
        self.assertEqual(self._paid(self._settle(plan)), {"supervisor": 84.0})

    def test_quarter_to_date(self):
        plan = self._create_accelerator(measure_period="quarter", product_id=self.product.id)
        # January: 90 % of 1,000, at 2 %
        self._sell(900, date=day(1), product_id=self.product.id)
        self.assertEqual(self._settle(plan, 1).amount, 18.0)
        # February: another product alone brings the target to 105 % of 2,000. The rule pays
        # nothing for that, and 2 % more for January
        self._sell(1200, date=day(2))
        february = self._settle(plan, 2)
        self.assertEqual((self._amounts(february), self._true_up(february)), ([], 18.0))
        # March falls back to 70 % of 3,000
        march = self._settle(plan, 3)
        self.assertEqual((self._amounts(march), self._true_up(march)), ([], -18.0))

    def test_a_rule_by_attainment_needs_a_target_plan(self):
        for rate_type in ("marginal", "percent"):
            with (
                self.subTest(rate_type=rate_type),
                self.assertRaisesRegex(UserError, "names no target plan"),
            ):
                self._create_accelerator(rate_type, target_plan_id=False)
