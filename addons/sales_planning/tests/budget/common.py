from contextlib import contextmanager
from datetime import date

from odoo.tools import mute_logger

from ..decomposing.common import DecomposingCommon


class BudgetCommon(DecomposingCommon):
    """The company, East with two people, and West; the limit on budgets as it is shipped."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.rule = cls.env.ref("sales_planning.sales_approval_rule_over_budget")
        cls.rule.active = True
        cls.rule._changed()
        cls.travel, cls.promotion = cls.env["sales.budget.category"].create(
            [{"name": "Journeys", "default_rate": 2.5}, {"name": "Adverts"}]
        )
        cls.analytic_plan = cls.env["account.analytic.plan"].create({"name": "Cost Centres"})
        cls.cost_east = cls._create_cost_centre("East")

    @classmethod
    def _create_cost_centre(cls, name, company=None, plan=None):
        return cls.env["account.analytic.account"].create(
            {
                "name": name,
                "plan_id": (plan or cls.analytic_plan).id,
                "company_id": (company or cls.company).id,
            }
        )

    @classmethod
    def _create_budget(cls, target, planned=None, category=None, **values):
        """:param planned: an amount that is typed, None to derive it by the category's rate"""
        if planned is not None:
            values["planned"] = planned
        return cls.env["sales.budget.line"].create(
            {"target_id": target.id, "category_id": (category or cls.travel).id, **values}
        )

    @classmethod
    def _create_request(cls, budget, amount, user=None, **values):
        user = user or cls.seller
        requests = cls._as(user, cls.env["sales.budget.commitment"])
        return requests.create(
            {
                "line_id": budget.id,
                "amount": amount,
                "date": date(2026, 5, 1),
                "purpose": "Visit",
                **values,
            }
        )

    @classmethod
    def _cost(cls, account, amount, day="2026-03-01", company=None, general=None):
        """Book a cost, as a vendor bill would."""
        return cls.env["account.analytic.line"].create(
            {
                "name": "Cost",
                "date": day,
                "amount": -amount,
                "company_id": (company or cls.company).id,
                "general_account_id": general.id if general else False,
                account.plan_id._column_name(): account.id,
            }
        )

    @contextmanager
    def _refused(self, exception, sentence=""):
        """Expect a refusal that leaves nothing behind."""
        with (
            mute_logger("odoo.sql_db"),
            self.assertRaisesRegex(exception, sentence),
            self.env.cr.savepoint(),
        ):
            yield
            self.env.flush_all()

    def _figures(self, budget):
        budget.invalidate_recordset()
        return budget.committed, budget.actual, budget.available

    def _approve_plan(self):
        self._fill()
        self.plan.action_approve()
