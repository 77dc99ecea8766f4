from ..customer.common import CustomerCommon


class SegmentCommon(CustomerCommon):
    """Shops in two towns, and a segment of one of the towns."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.shop = cls._create_shop("Bund Shop", user_id=cls.seller.id)
        cls.other_shop = cls._create_shop("Pudong Shop", user_id=cls.other_seller.id)
        cls.segment = cls._create_segment("Shops of Shanghai")

    @classmethod
    def _create_shop(cls, name, city="Shanghai", **values):
        return cls._create_customer(
            name, city=city, ref="SHOP", company_id=cls.company.id, **values
        )

    @classmethod
    def _create_segment(cls, name, domain="[('city', '=', 'Shanghai')]", user=None, **values):
        user = user or cls.manager
        segments = cls._as(user, cls.env["sales.market.segment"])
        segment = segments.create(
            {"name": name, "domain": domain, "company_id": user.company_id.id, **values}
        )
        return segment.with_env(cls.env)

    @classmethod
    def _members(cls, segment):
        """:return: [(name of customer, first day, day of leaving)] of all times"""
        members = segment.member_ids.sorted(
            lambda member: (member.partner_id.name, member.date_from, member.id)
        )
        return [
            (
                member.partner_id.name,
                str(member.date_from),
                str(member.date_to) if member.date_to else None,
            )
            for member in members
        ]
