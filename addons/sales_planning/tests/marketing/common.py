from contextlib import contextmanager
from datetime import date

from odoo.tools import mute_logger

from odoo.addons.sales_system.tests.common import SalesSystemCommon


class MarketingCommon(SalesSystemCommon):
    """A draft plan of the spring of 2026 that a salesperson answers for, in a team with a leader:
    an advertisement in March and, after it, a fair in May. Limits are those that are shipped.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.team_leader = cls._create_user("sun.yu", "sales_system.group_sale_salesman_team")
        cls.team = cls.env["crm.team"].create(
            {
                "name": "East",
                "company_id": cls.company.id,
                "user_id": cls.team_leader.id,
                "member_ids": cls.seller.ids,
            }
        )
        cls.rules = cls.env.ref(
            "sales_planning.sales_approval_rule_marketing_over_budget"
        ) | cls.env.ref("sales_planning.sales_approval_rule_over_budget")
        cls.rules.active = True
        cls.rules._changed()
        cls.adverts, cls.fairs = cls.env["sales.budget.category"].create(
            [{"name": "Adverts"}, {"name": "Fairs"}]
        )
        cls.cost_centres = cls.env["account.analytic.plan"].create({"name": "Cost Centres"})
        cls.account = cls._create_cost_centre("Spring")
        cls.plan = cls._create_plan()
        cls.advert = cls._create_activity("Advert", 3, 3)
        cls.fair = cls._create_activity("Fair", 5, 5, kind="event", predecessor_ids=cls.advert.ids)

    @classmethod
    def _create_plan(cls, user=None, **values):
        user = user or cls.seller
        return cls.env["sales.marketing.plan"].create(
            {
                "name": "Spring",
                "company_id": cls.company.id,
                "user_id": user.id,
                "date_from": date(2026, 3, 1),
                "date_to": date(2026, 5, 31),
                **values,
            }
        )

    @classmethod
    def _create_activity(cls, name, first_month, last_month, plan=None, **values):
        last_day = 30 if last_month == 4 else 31
        plan = plan or cls.plan
        return cls.env["sales.marketing.activity"].create(
            {
                "name": name,
                "plan_id": plan.id,
                "user_id": plan.user_id.id,
                "date_from": date(2026, first_month, 1),
                "date_to": date(2026, last_month, last_day),
                **values,
            }
        )

    @classmethod
    def _create_cost_centre(cls, name, company=None):
        return cls.env["account.analytic.account"].create(
            {
                "name": name,
                "plan_id": cls.cost_centres.id,
                "company_id": (company or cls.company).id,
            }
        )

    @classmethod
    def _create_budget(cls, holder, planned, category=None, **values):
        name = cls.env["sales.budget.line"]._get_holder_name(holder._name)
        return cls.env["sales.budget.line"].create(
            {
                name: holder.id,
                "category_id": (category or cls.adverts).id,
                "planned": planned,
                **values,
            }
        )

    @classmethod
    def _cost(cls, amount, account=None, day="2026-03-15", company=None):
        """Book a cost, as a vendor bill would."""
        account = account or cls.account
        return cls.env["account.analytic.line"].create(
            {
                "name": "Cost",
                "date": day,
                "amount": -amount,
                "company_id": (company or cls.company).id,
                account.plan_id._column_name(): account.id,
            }
        )

    @classmethod
    def _create_request(cls, budget, amount, user=None, **values):
        user = user or cls.seller
        return cls._as(user, cls.env["sales.budget.commitment"]).create(
            {
                "line_id": budget.id,
                "amount": amount,
                "date": date(2026, 4, 1),
                "purpose": "Poster",
                **values,
            }
        )

    @classmethod
    def _approve_plan(cls, plan=None):
        cls._as(cls.manager, plan or cls.plan).action_release()

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

    def _figures(self, record):
        record.invalidate_recordset()
        return record.committed, record.actual, record.available
