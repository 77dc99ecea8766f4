class ChannelMixin:
    """A distributor of the region with a reseller below it."""

    @classmethod
    def _create_channel(cls):
        cls.distributor = cls._create_channel_partner("East Wheels", grade_id=False)
        cls.reseller = cls._create_channel_partner(
            "Corner Bikes", channel_type="reseller", channel_upstream_id=cls.distributor.id
        )

    @classmethod
    def _create_channel_partner(cls, name, **values):
        return cls.env["res.partner"].create(
            {
                "name": name,
                "is_company": True,
                "company_id": cls.company.id,
                "channel_type": "distributor",
                "channel_manager_id": cls.seller.id,
                "territory_id": cls.region.id,
                **values,
            }
        )


class AuthorizationMixin(ChannelMixin):
    """Two distributors of whom each could hold the East, and what they could hold it for."""

    @classmethod
    def _create_channel(cls):
        super()._create_channel()
        cls.rival = cls._create_channel_partner(
            "North Cycle", channel_manager_id=cls.other_seller.id
        )
        cls.north = cls.env["sales.territory"].create({"name": "North", "code": "N"})
        cls.road = cls.env["product.category"].create(
            {"name": "Road Bikes", "parent_id": cls.category.id}
        )
        cls.parts = cls.env["product.category"].create({"name": "Parts"})

    @classmethod
    def _authorize(cls, partner, territories, categories, active=True, **values):
        authorization = cls.env["sales.channel.authorization"].create(
            {
                "partner_id": partner.id,
                "company_id": cls.company.id,
                "territory_ids": [(6, 0, territories.ids)],
                "categ_ids": [(6, 0, categories.ids)],
                "date_from": "2026-01-01",
                "date_to": "2026-12-31",
                **values,
            }
        )
        if active:
            authorization.action_activate()
        return authorization
