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
