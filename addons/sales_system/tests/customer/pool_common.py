from odoo.fields import Command

from ..organisation.common import OrganisationCommon

TODAY = "2026-03-02 09:00:00"


class PoolMixin:
    """A pool of Region East for leads and customers; both sellers are in it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # Pools that the database happens to hold take nothing of the tests.
        cls.env["sales.pool"].search([]).write({"sequence": 1000})
        cls.env["crm.team.member"].create(
            [
                {"crm_team_id": team.id, "user_id": user.id, "date_start": "2020-01-01"}
                for team, user in ((cls.shanghai, cls.seller), (cls.east, cls.other_seller))
            ]
        )
        cls.stray = cls._create_user("stray", "sales_team.group_sale_salesman")
        cls.env["crm.team.member"].create(
            {"crm_team_id": cls.west.id, "user_id": cls.stray.id, "date_start": "2020-01-01"}
        )
        cls.pool = cls._create_pool()

    @classmethod
    def _create_pool(cls, **values):
        return cls.env["sales.pool"].create(
            {
                "name": "East",
                "company_id": cls.company.id,
                "team_ids": [Command.set(cls.east.ids)],
                "claim_limit": 3,
                **values,
            }
        )

    @classmethod
    def _create_lead(cls, user=None, **values):
        return cls.env["crm.lead"].create(
            {
                "name": "Bikes for a school",
                "contact_name": "Ann",
                "phone": "+86 21 5555 0100",
                "email_from": "ann@school.example.com",
                "team_id": cls.shanghai.id,
                "company_id": cls.company.id,
                "user_id": (user or cls.seller).id,
                **values,
            }
        )

    @classmethod
    def _create_pooled(cls, number=1, **values):
        """:return: leads that lie in the pool"""
        leads = cls.env["crm.lead"].concat(*(cls._create_lead(**values) for _ in range(number)))
        leads._return_to_pool("No budget")
        return leads

    def _set_level(self, partner, level):
        profile = self.env["sales.customer.profile"].search(
            [("partner_id", "=", partner.id), ("company_id", "=", self.company.id)]
        )
        if not profile:
            profile = profile.create({"partner_id": partner.id, "company_id": self.company.id})
        profile.level_id = level

    def _moves(self, record):
        return self.env["sales.pool.move"].search(
            [("res_model", "=", record._name), ("res_id", "in", record.ids)], order="id"
        )

    def _row(self, record):
        """:return: the record as the screens of the pool list it"""
        self.env.flush_all()
        return self.env["sales.pool.record"].search(
            [("res_model", "=", record._name), ("res_id", "in", record.ids)]
        )


class PoolCommon(PoolMixin, OrganisationCommon):
    pass
