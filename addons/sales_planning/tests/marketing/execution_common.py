from odoo.tests import freeze_time

from .common import MarketingCommon

DAY = "2026-03-15 09:00:00"


class ExecutionCommon(MarketingCommon):
    """The advertisement of March runs, for the shops of Shanghai, and has no campaign yet."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.shop = cls._create_shop("Bund Shop")
        cls.other_shop = cls._create_shop("Pudong Shop")
        cls.segment = cls._create_segment("Shops of Shanghai", "Shanghai")
        cls.advert.segment_ids = cls.segment
        with freeze_time(DAY):
            cls.segment._snapshot()
            cls._approve_plan()
            cls.advert.action_start()

    @classmethod
    def _create_shop(cls, name, city="Shanghai", **values):
        return cls.env["res.partner"].create(
            {"name": name, "is_company": True, "city": city, "email": f"{city}@shop.test", **values}
        )

    @classmethod
    def _create_segment(cls, name, city, **values):
        segments = cls._as(cls.manager, cls.env["sales.market.segment"])
        return segments.create(
            {
                "name": name,
                "company_id": cls.company.id,
                "domain": repr([("city", "=", city)]),
                **values,
            }
        ).with_env(cls.env)

    @classmethod
    def _create_sister(cls):
        """:return: an activity that runs in another company, whose currency is the same"""
        company = cls.env["res.company"].create(
            {"name": "Sister", "currency_id": cls.company.currency_id.id}
        )
        cls.env.user.company_ids |= company
        manager = cls._create_user("he.ping", "sales_team.group_sale_manager", company)
        plan = cls._create_plan(manager, company_id=company.id, team_id=False)
        activity = cls._create_activity("Sister's Advert", 3, 3, plan=plan, user_id=manager.id)
        with freeze_time(DAY):
            cls._as(manager, plan).action_release()
            cls._as(manager, activity).action_start()
        return activity

    def _opened(self, action):
        return self.env[action["res_model"]].search(action["domain"], order="id")

    def _statements(self, count):
        """:return: number of statements that a function takes"""
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        count()
        self.env.flush_all()
        return self.env.cr.sql_log_count - before
