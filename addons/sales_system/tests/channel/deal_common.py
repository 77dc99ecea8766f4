from datetime import date

from odoo.tests import freeze_time, new_test_user

from ..common import SalesSystemCommon
from .common import ChannelMixin

TODAY = "2026-06-15"
DAY = date(2026, 6, 15)


class DealMixin(ChannelMixin):
    """Two distributors of two channel managers, and the customer that both are after."""

    @classmethod
    def _create_deals(cls):
        cls._create_channel()
        cls.company.write({"country_id": cls.env.ref("base.cn").id, "deal_protection_days": 90})
        cls.rival = cls._create_channel_partner(
            "North Cycle", grade_id=False, channel_manager_id=cls.other_seller.id
        )
        cls.category.name = "Touring Bikes"

    @classmethod
    def _create_portal_user(cls, login, company):
        user = new_test_user(
            cls.env,
            login=login,
            groups="base.group_portal",
            lang="en_US",
            company_id=cls.company.id,
            company_ids=[(6, 0, cls.company.ids)],
        )
        user.partner_id.parent_id = company
        return user

    @classmethod
    def _customer(cls, **values):
        return {
            "customer_name": "Lakeside Sports Co., Ltd.",
            "customer_tax_id": "91310000MA1LAKE01X",
            "customer_phone": "+86 21 6660 0100",
            "customer_email": "buyer@lakeside.example",
            "expected_amount": 50_000.0,
            "expected_date": "2026-09-01",
            **values,
        }

    @classmethod
    @freeze_time(TODAY)
    def _register(cls, partner=None, state="submitted", **values):
        """:return: a registration that has gone its way to a state"""
        registration = cls.env["sales.deal.registration"].create(
            {
                "partner_id": (partner or cls.distributor).id,
                "company_id": cls.company.id,
                "country_id": cls.env.ref("base.cn").id,
                **cls._customer(**values),
            }
        )
        if state != "draft":
            registration.action_submit()
        if state == "approved":
            registration.action_approve()
        return registration


class DealCommon(DealMixin, SalesSystemCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._create_deals()

    def _run_cron(self, day):
        with freeze_time(day), self.enter_registry_test_mode():
            cron = self.env.ref("sales_system.ir_cron_sales_deal_registration_dates")
            cron.method_direct_trigger()
        self.env.invalidate_all()
