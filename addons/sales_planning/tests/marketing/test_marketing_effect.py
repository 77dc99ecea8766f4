from odoo.exceptions import AccessError
from odoo.tests import tagged

from odoo.addons.sales_system.tests.common import RpcCase

from .effect_common import EffectCommon

MONEY = ("cost", "invoiced", "margin", "profit", "roi")


@tagged("post_install", "-at_install", "sales_planning")
class TestMarketingEffect(EffectCommon):
    def test_roi_uses_the_actual_cost_not_the_budget(self):
        """Budget 100, expenses 120 on its analytic account."""
        self._approve_plan()
        self._sell(("2026-03-10", self.poster, 1000))
        self.assertEqual((self.advert.over_budget, self.plan.over_budget), (20, 20))
        self.assertEqual(self.plan.approval_status, "needed")
        # Margin 500 less cost 120, by cost 120.
        self.assertEqual(self._figures_of(names=MONEY), (120, 1000, 500, 380, 3.1667))
        self.assertEqual(round(self.advert.roi, 4), 3.1667)
        self.assertEqual((self.advert.invoiced, self.advert.margin), (1000, 500))
        self.assertEqual(self.advert.revenue_attained, 0.5)

    def test_leads_and_customers(self):
        self._create_lead(self.poster, "2026-03-02")
        self._create_lead(self.poster, "2026-03-03", type="lead", company_id=False)
        lost = self._create_lead(self.poster, "2026-03-04")
        lost.action_set_lost()
        self._create_lead(self.stand, "2026-03-05")
        self._sell(("2026-02-01", None, 50, "C2"))
        self._sell(
            ("2026-03-10", self.poster, 1000),
            ("2026-03-11", self.poster, 100, "C2"),
            ("2026-03-12", self.stand, 300),
        )
        self._sell(("2026-03-09", self.poster, 700), ("2026-03-10", self.poster, 1), event="booked")
        row = self._effect()
        self.assertEqual(
            (row.leads, row.opportunities, row.orders, row.new_customers), (3, 2, 2, 1)
        )
        self.assertEqual((row.cost_per_lead, row.acquisition_cost), (40, 120))
        self.assertEqual((row.leads_attained, row.booked, row.collected), (0.75, 701, 0))
        activity = self._as(self.manager, self.advert)
        self.assertEqual((activity.leads, activity.orders, activity.new_customers), (3, 2, 1))
        found = self.env["crm.lead"].with_context(active_test=False)
        self.assertEqual(found.search_count(self.advert.action_open_leads()["domain"]), 3)
        self.assertEqual(self._figures_of(self.fair), (1, 0, 300, 150, 0))

    def test_what_has_just_been_changed_counts(self):
        """A form is saved and read again at one go."""
        lead = self._create_lead(self.poster, "2026-03-02", type="lead")
        activity = self._as(self.manager, self.advert)
        self.assertEqual((activity.leads_attained, activity.opportunities), (0.25, 0))
        activity.expected_leads = 8
        self.assertEqual(activity.leads_attained, 0.125)
        lead.type = "opportunity"
        activity.invalidate_recordset(["opportunities"], flush=False)
        self.assertEqual(activity.opportunities, 1)

    def test_three_ways_of_attribution(self):
        self._create_lead(self.poster, "2026-03-02")
        self._create_lead(self.stand, "2026-03-20")
        self._create_lead(self.loose, "2026-03-25")
        self._sell(("2026-03-10", None, 90), ("2026-03-22", self.stand, 100.01))
        self._sell(("2026-03-28", self.stand, 100, "C1"), event="booked")
        names = ("orders", "invoiced", "booked", "new_customers")
        for attribution, poster, stand in (
            ("marked", (0, 0, 0, 0), (1, 100.01, 100, 0)),
            ("first", (1, 190.01, 100, 1), (0, 0, 0, 0)),
            ("linear", (0.3333, 140.01, 33.33, 1), (0.3333, 50, 33.34, 0)),
        ):
            with self.subTest(attribution=attribution):
                self.assertEqual(self._figures_of(self.advert, attribution, names=names), poster)
                self.assertEqual(self._figures_of(self.fair, attribution, names=names), stand)

    def test_sales_before_a_campaign_was_met_are_not_due_to_it(self):
        self._create_lead(self.poster, "2026-03-10")
        self._sell(("2026-03-09", None, 10), ("2026-03-10", None, 20))
        for attribution in ("first", "linear"):
            self.assertEqual(self._effect(attribution=attribution).invoiced, 20)

    def test_nothing_is_counted_thrice(self):
        self._sell(("2026-03-10", self.poster, 1000))
        effects = self._as(self.manager, self.env["sales.marketing.effect"])
        ((invoiced, count),) = effects._read_group(
            [("plan_id", "=", self.plan.id)], [], ["invoiced:sum", "__count"]
        )
        self.assertEqual((invoiced, count), (1000, 2))
        # Asked for several ways, they are compared, and never added up.
        several = [("plan_id", "=", self.plan.id), ("attribution", "in", ["marked", "linear"])]
        names = ["invoiced:sum", "leads:sum", "roi:avg", "revenue_attained:avg"]
        self.assertEqual(effects._read_group(several, [], names), [(False,) * 4])
        self.assertEqual(
            effects._read_group(several, ["attribution"], ["invoiced:sum"]),
            [("linear", 1000), ("marked", 1000)],
        )
        three = effects.search([("activity_id", "=", self.advert.id), ("attribution", "!=", False)])
        self.assertEqual(sorted(three.mapped("attribution")), ["first", "linear", "marked"])
        # A record is read by its id, whatever its attribution.
        three.invalidate_recordset()
        self.assertEqual(three.mapped("invoiced"), [1000, 1000, 1000])
        contributions = self._as(self.manager, self.env["sales.marketing.contribution"])
        self.assertEqual(contributions._read_group(several, [], ["invoiced:sum"]), [(False,)])
        domain = [("activity_id", "=", self.advert.id)]
        self.assertEqual(contributions.search(domain).mapped("attribution"), ["marked"])

    def test_groups_divide_sums(self):
        self._create_budget(self.fair, 100, self.fairs, analytic_account_id=False)
        account = self._create_cost_centre("Stand")
        self.fair.budget_line_ids.analytic_account_id = account
        self._cost(380, account, "2026-05-05")
        self._create_lead(self.poster, "2026-03-02")
        self._create_lead(self.stand, "2026-05-02")
        self._sell(("2026-03-10", self.poster, 1000), ("2026-05-10", self.stand, 600))
        groups = self._as(self.manager, self.env["sales.marketing.effect"])._read_group(
            [("plan_id", "=", self.plan.id)],
            ["plan_id"],
            ["roi:avg", "cost_per_lead:avg", "acquisition_cost:avg", "leads_attained:avg"],
        )
        # Margin 500 + 300, cost 120 + 380, 2 leads of 14, one customer.
        self.assertEqual(
            [round(figure, 6) for figure in groups[0][1:]], [0.6, 250, 500, round(2 / 14, 6)]
        )
        plan = self._as(self.manager, self.plan)
        self.assertEqual((round(plan.roi, 6), plan.cost_per_lead, plan.leads), (0.6, 250, 2))

    def test_amounts_of_two_currencies_are_not_divided(self):
        branch = self.env["res.company"].create(
            {"name": "Branch", "currency_id": self._rate_of_euro().id}
        )
        self.manager.company_ids |= branch
        plan = self._create_plan(self.manager, name="Branch", company_id=branch.id)
        self._create_activity(
            "Film",
            3,
            3,
            plan,
            campaign_id=self.loose.id,
            user_id=self.manager.id,
            expected_leads=6,
        )
        self._create_lead(self.poster, "2026-03-02")
        self._sell(("2026-03-10", self.poster, 1000))
        domain = [("plan_id", "in", (self.plan | plan).ids)]
        effects = self._as(self.manager, self.env["sales.marketing.effect"])
        ((roi, cost_per_lead, attained),) = effects._read_group(
            domain, [], ["roi:avg", "cost_per_lead:avg", "leads_attained:avg"]
        )
        self.assertFalse(roi or cost_per_lead)
        self.assertEqual(attained, 1 / 20)

    def test_costs_of_the_plan_beyond_its_activities(self):
        whole = self._create_cost_centre("Whole")
        self._create_budget(self.plan, 300, analytic_account_id=whole.id)
        self._create_budget(self.plan, 50, self.fairs)
        self._cost(30, whole)
        self._approve_plan()
        request = self._create_request(
            self.plan.budget_line_ids.filtered(lambda line: line.category_id == self.fairs), 7
        )
        request.action_confirm()
        request.action_spend()
        self.assertEqual(self.plan.actual, 157)
        row = self._effect(self.plan)
        self.assertEqual((row.name, row.cost, row.leads), ("Whole plan", 37, 0))
        ((cost,),) = row._read_group([("plan_id", "=", self.plan.id)], [], ["cost:sum"])
        self.assertEqual(cost, self.plan.actual)
        self.assertEqual(
            row.action_open_costs()["domain"], [("marketing_plan_id", "=", self.plan.id)]
        )
        self.assertEqual(self.plan.profit, -157)

    def test_a_figure_opens_into_what_it_is_made_of(self):
        self._create_lead(self.stand, "2026-03-01")
        self._sell(("2026-03-10", self.poster, 33.33), ("2026-03-11", self.poster, 66.67))
        for attribution in ("marked", "first", "linear"):
            for activity in (self.advert, self.fair):
                row = self._effect(activity, attribution)
                action = row.action_open_sales()
                rows = self._as(self.manager, self.env[action["res_model"]])
                ((invoiced, margin, new),) = rows._read_group(
                    action["domain"], [], ["invoiced:sum", "margin:sum", "new_customers:sum"]
                )
                with self.subTest(attribution=attribution, activity=activity.name):
                    self.assertEqual(row.invoiced, invoiced or 0)
                    self.assertEqual(row.margin, margin or 0)
                    self.assertEqual(row.new_customers, new or 0)
        found = rows.search([("activity_id", "=", self.advert.id)], limit=1)
        self.assertEqual(found.action_open_source()["res_model"], "sales.import")
        self.assertEqual(row.action_open_holder()["res_id"], self.fair.id)
        self.assertIn(("activity_id", "=", self.fair.id), row.action_open_costs()["domain"])

    def test_figures_take_the_same_number_of_queries_for_all(self):
        self._sell(("2026-03-10", self.poster, 1000))
        for number in range(5):
            self._create_activity(f"Activity {number}", 4, 4)
        names = ["leads", "invoiced", "roi", "cost_per_lead"]
        activities = self._as(self.manager, self.plan.activity_line_ids)
        activities.read(names)
        counts = []
        # Record rules are read once for all times.
        for ids in (activities.ids, activities[:1].ids, activities.ids):
            self.env.invalidate_all()
            some = activities.browse(ids)
            before = self.env.cr.sql_log_count
            some.read(names)
            counts.append(self.env.cr.sql_log_count - before)
        self.assertEqual(counts[1], counts[2])

    def test_a_cancelled_activity_is_expected_to_bring_nothing(self):
        self._approve_plan()
        self.fair.action_cancel()
        self.assertEqual(self._effect(self.fair).expected_leads, 0)

    def test_a_corrected_campaign_leaves_nothing_behind(self):
        order = self._create_order(campaign_id=self.poster.id)
        self._ledger(order)
        order.campaign_id = self.stand
        self._ledger(order)
        for attribution in ("marked", "first", "linear"):
            with self.subTest(attribution=attribution):
                names = ("orders", "booked")
                self.assertEqual(self._figures_of(self.advert, attribution, names=names), (0, 0))
                self.assertEqual(self._figures_of(self.fair, attribution, names=names), (1, 1000))
        order._action_cancel()
        self._ledger(order)
        self.assertEqual(self._figures_of(self.fair, names=("orders", "booked")), (0, 0))


@tagged("post_install", "-at_install", "sales_planning")
class TestMarketingEffectAccess(EffectCommon, RpcCase):
    """Everybody sees the effect that is made of what they may see."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._approve_plan()
        cls._create_lead(cls.poster, "2026-03-02")
        cls._create_lead(cls.poster, "2026-03-03", cls.other_seller)
        cls._sell(("2026-03-10", cls.poster, 1000))
        cls._sell(("2026-03-11", cls.poster, 200), user="WANG.WEI")

    def test_each_sees_their_own(self):
        names = ("cost", "leads", "invoiced", "new_customers")
        for user, figures in (
            (self.seller, (120, 1, 1000, 1)),
            # The customer is not new for somebody who sees the later invoice only.
            (self.other_seller, (120, 1, 200, 0)),
            (self.manager, (120, 2, 1200, 1)),
            (self.leader, (120, 2, 1200, 1)),
        ):
            with self.subTest(user=user.login):
                self.assertEqual(self._figures_of(user=user, names=names), figures)
                activity = self._as(user, self.advert)
                self.assertEqual((activity.leads, activity.invoiced), figures[1:3])
                action = self._effect(user=user).action_open_leads()
                found = self._as(user, self.env["crm.lead"]).search_count(action["domain"])
                self.assertEqual(found, figures[1])

    def test_drafts_and_other_companies(self):
        self.plan._revise("Why")
        draft = self._create_plan(name="Draft")
        activity = self._create_activity("Secret", 4, 4, draft, campaign_id=self.loose.id)
        self._sell(("2026-04-02", self.loose, 5), user="WANG.WEI")
        self.assertTrue(self._effect(activity, user=self.seller))
        self.assertFalse(self._effect(activity, user=self.other_seller))
        contributions = self._as(self.other_seller, self.env["sales.marketing.contribution"])
        found = contributions.search([("campaign_id", "=", self.loose.id)])
        self.assertEqual(
            (len(found), found.activity_id, found.plan_id.ids), (1, activity.browse(), [])
        )
        stranger = self._create_stranger()
        for model in ("sales.marketing.effect", "sales.marketing.contribution"):
            self.assertFalse(self._as(stranger, self.env[model]).search([]))

    def test_by_rpc(self):
        portal = self._create_user("portal.user", "base.group_portal")
        for user in (self.outsider, portal):
            for model in ("sales.marketing.effect", "sales.marketing.contribution"):
                for method, args in (
                    ("search_read", ([], ["id"])),
                    ("formatted_read_group", ([], [], ["__count"])),
                ):
                    with self.subTest(user=user.login, model=model, method=method):
                        _result, error = self._call(user, self.env[model], method, *args)
                        self.assertRegex(error or "", "not allowed to access|doesn't have")
            with self._refused(AccessError):
                self._as(user, self.advert).read(["roi"])
        row = self._effect()
        for method, args in (
            ("write", ({"cost": 0},)),
            ("unlink", ()),
            ("_get_figures", ()),
            ("_get_query", ("marked",)),
        ):
            with self.subTest(method=method):
                _result, error = self._call(self.manager, row, method, *args)
                self.assertRegex(error or "", "not allowed|cannot be called remotely|private")
        result, error = self._call(
            self.other_seller,
            self.env["sales.marketing.effect"],
            "formatted_read_group",
            [("plan_id", "=", self.plan.id)],
            [],
            ["invoiced:sum", "cost:sum"],
        )
        self.assertIsNone(error)
        self.assertEqual((result[0]["invoiced:sum"], result[0]["cost:sum"]), (200, 120))
