from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from odoo.addons.sales_system.tests.common import RpcCase

from ..common import YEAR, SalesCommissionCommon


@tagged("post_install", "-at_install", "sales_commission")
class TestPlanForm(SalesCommissionCommon, RpcCase):
    def test_a_first_plan_in_a_minute(self):
        form = Form(self.env["sales.commission.plan"].with_user(self.manager))
        self.assertIn("Commission", form.name)
        plan = form.save()
        plan.with_context(rule_template="flat").action_add_rule()
        plan.action_approve()
        self.assertRecordValues(plan, [{"state": "approved", "payee_scope": "everyone"}])
        self.assertRecordValues(plan.rule_ids, [{"role": "salesperson", "rate": 2}])

    def test_ready_rules_are_complete(self):
        target_plan = self.env["sales.target.plan"].create(
            {
                "name": "Orders",
                "metric": "booked",
                "date_from": f"{YEAR}-01-01",
                "date_to": f"{YEAR}-12-31",
                "company_id": self.company.id,
            }
        )
        target = self.env["sales.target"].create(
            {"plan_id": target_plan.id, "user_id": self.li_na.id}
        )
        target.cell_ids.assigned = 1000
        target_plan.action_approve()
        for template in self.env["sales.commission.plan"]._get_rule_templates():
            with self.subTest(template=template):
                plan = self.env["sales.commission.plan"].create({"name": template})
                plan.with_context(rule_template=template).action_add_rule()
                plan.action_approve()

    def test_an_unknown_ready_rule_is_refused(self):
        plan = self._create_plan(approve=False)
        with self.assertRaisesRegex(UserError, "Choose one of flat, tiers"):
            plan.with_context(rule_template="free beer").action_add_rule()
        with self.assertRaisesRegex(UserError, "Choose one of flat, tiers"):
            plan.action_add_rule()

    def test_a_salesperson_adds_no_rule(self):
        plan = self._create_plan()
        context = {"rule_template": "flat", "allowed_company_ids": self.company.ids}
        _result, error = self._call(self.li_na, plan, "action_add_rule", context=context)
        self.assertIn("not allowed to modify", error)
        _result, error = self._call(self.li_na, plan, "action_new_version")
        self.assertIn("not allowed to modify", error)

    def test_versions_are_linked(self):
        plan = self._create_plan(name="Bikes")
        version = self.env["sales.commission.plan"].browse(plan.action_new_version()["res_id"])
        self.assertRecordValues(version, [{"previous_id": plan.id, "version": 2, "name": "Bikes"}])
        self.assertEqual(plan.action_open_next()["res_id"], version.id)
        self.assertEqual(version.action_open_previous()["res_id"], plan.id)
        with self.assertRaisesRegex(UserError, "already has a new version"):
            plan.action_new_version()

    def test_what_is_not_chosen_is_not_shown(self):
        plan = self._create_plan(approve=False)
        rule = Form(plan.rule_ids)
        self.assertFalse(rule._get_modifier("rate", "invisible"))
        self.assertTrue(rule._get_modifier("unit_amount", "invisible"))
        self.assertTrue(rule._get_modifier("payee_id", "invisible"))
        rule.rate_type = "document"
        self.assertTrue(rule._get_modifier("rate", "invisible"))
        self.assertFalse(rule._get_modifier("unit_amount", "invisible"))
        rule.role = "payee"
        self.assertTrue(rule._get_modifier("payee_id", "required"))

    def test_a_payee_reads_the_own_assignment_only(self):
        plan = self._create_plan(
            payee_scope="assigned",
            assignment_ids=[
                Command.create({"payee_id": user.partner_id.id})
                for user in (self.li_na, self.wang_wei)
            ],
        )
        found, error = self._call(
            self.li_na,
            plan,
            "web_read",
            {"assignment_ids": {"fields": {"payee_id": {"fields": {"display_name": {}}}}}},
        )
        self.assertFalse(error)
        self.assertEqual(
            [line["payee_id"]["id"] for line in found[0]["assignment_ids"]],
            self.li_na.partner_id.ids,
        )

    def test_another_company_s_plans_are_not_seen(self):
        company = self.env["res.company"].create({"name": "Second"})
        plan = self._create_plan(company_id=company.id)
        _result, error = self._call(self.manager, plan, "action_approve")
        self.assertTrue(error)
        _result, error = self._call(self.manager, plan.rule_ids, "read", ["summary"])
        self.assertTrue(error)


@tagged("post_install", "-at_install", "sales_commission")
class TestPlanBadInput(SalesCommissionCommon, RpcCase):
    """What cannot be calculated is not approved, and the sentence says what to change."""

    def _assert_refused(self, sentence, *rules, **values):
        plan = self._create_plan(*rules, approve=False, name="Bikes", **values)
        with self.assertRaisesRegex(UserError, sentence):
            plan.action_approve()
        self.assertEqual(plan.state, "draft")

    def test_no_rate(self):
        self._assert_refused("“Flat” of plan Bikes has no rate", {"rate": 0})
        self._assert_refused("“Flat” of plan Bikes has no rate", {}, {"rate": 0})
        self._assert_refused("has no rate", {"rate": 0}, {}, rule_mode="all")
        self._assert_refused("has no amount", {"rate_type": "document"})

    def test_rate_0_before_another_rule_leaves_sales_out(self):
        self._create_plan({"rate": 0, "user_id": self.li_na.id}, {})

    def test_tiers(self):
        self._assert_refused("has no tier. Add one that starts at 0", {"rate_type": "marginal"})
        self._assert_refused(
            "starts at 500.0, so what lies below has no rate",
            {
                "rate_type": "marginal",
                "tier_ids": [Command.create({"amount_from": 500, "rate": 1})],
            },
        )

    def test_overlapping_tiers(self):
        plan = self._create_plan({"rate_type": "marginal"}, approve=False)
        values = {"rule_id": plan.rule_ids.id, "amount_from": 100, "rate": 1}
        model = self.env["sales.commission.tier"]
        _result, error = self._call(self.manager, model, "create", values)
        self.assertFalse(error)
        with mute_logger("odoo.sql_db"):
            _result, error = self._call(self.manager, model, "create", {**values, "rate": 2})
        self.assertIn("Two tiers of a rule start at the same amount", error)
        self.assertEqual(len(plan.rule_ids.tier_ids), 1)

    def test_no_target_plan(self):
        self._assert_refused(
            "goes by attainment and names no target plan",
            {
                "rate_type": "retroactive",
                "tier_basis": "attainment",
                "tier_ids": [Command.create({"amount_from": 0, "rate": 1})],
            },
        )

    def test_no_payee(self):
        self._assert_refused("pays a named payee and names none", {"role": "payee"})

    def test_rule_outside_the_plan(self):
        self._assert_refused(
            "“Flat” is valid from 12/31/2018, before plan Bikes begins on 01/01/2019",
            {"date_from": f"{YEAR - 1}-12-31"},
        )
        for dates in (
            {"date_to": f"{YEAR}-07-01"},
            {"date_from": f"{YEAR}-07-01"},
        ):
            self._assert_refused(
                "“Flat” is valid on 07/01/2019, after plan Bikes ends on 06/30/2019",
                dates,
                date_to=f"{YEAR}-06-30",
            )
        self._create_plan(
            {"date_from": f"{YEAR}-01-01", "date_to": f"{YEAR}-06-30"}, date_to=f"{YEAR}-06-30"
        )
