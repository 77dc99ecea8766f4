from odoo import fields
from odoo.tests import freeze_time

from .common import OrganisationCommon


class HandoverCommon(OrganisationCommon):
    """Li Na's work in Shanghai; Wang Wei of the same team takes over."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.today = fields.Date.today()
        for user in (cls.seller, cls.other_seller):
            cls.env["crm.team.member"].create(
                {"crm_team_id": cls.shanghai.id, "user_id": user.id, "date_start": "2020-01-01"}
            )
        (cls.customer | cls.other_customer).user_id = cls.seller
        cls.lead = cls._create_lead()
        cls.quotation = cls._create_order(confirm=False, team_id=cls.shanghai.id)
        cls.order = cls._create_order(lines=((2, 1000.0),), team_id=cls.shanghai.id)
        cls.activity = cls.customer.activity_schedule(
            "mail.mail_activity_data_call", summary="Call", user_id=cls.seller.id
        )
        cls.env["sales.ledger.posting"]._post_pending()

    @classmethod
    def _create_lead(cls, **values):
        return cls.env["crm.lead"].create(
            {
                "name": "E-bikes",
                "type": "opportunity",
                "partner_id": cls.customer.id,
                "user_id": cls.seller.id,
                "team_id": cls.shanghai.id,
                "company_id": cls.company.id,
                "expected_revenue": 5000.0,
                **values,
            }
        )

    @classmethod
    def _create_handover(cls, user=None, collect=True, **values):
        model = cls.env["sales.handover"]
        handover = (cls._as(user, model) if user else model).create(
            {
                "company_id": cls.company.id,
                "from_user_id": cls.seller.id,
                "to_user_id": cls.other_seller.id,
                **values,
            }
        )
        if collect:
            handover.action_collect()
        return handover

    @staticmethod
    def _line(handover, record):
        return handover.line_ids.filtered(
            lambda line: line.res_model == record._name and line.res_id == record.id
        )

    def _entries(self):
        """:return: all that the ledger says of the company, in the order of posting"""
        self.env["sales.ledger.posting"]._post_pending()
        return self.env["sales.ledger.entry"].search_read(
            [("company_id", "=", self.company.id)],
            ["event", "user_id", "team_id", "partner_id", "amount"],
            order="id",
        )

    def _run_cron(self, day):
        with freeze_time(f"{day} 12:00:00"), self.enter_registry_test_mode():
            self.env.ref("sales_system.ir_cron_sales_handover").method_direct_trigger()
        self.env.invalidate_all()
