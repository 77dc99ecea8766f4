from ..common import SalesSystemCommon


class MarketCommon(SalesSystemCommon):
    """A market size in dollars, and past invoices to compare it with."""
from ..customer.common import CustomerCommon


class SegmentCommon(CustomerCommon):
    """Shops in two towns, and a segment of one of the towns."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.size = cls.env["sales.market.indicator"].create(
            {"name": "Size of Bikes", "company_id": cls.company.id, "is_market_size": True}
        )
        cls.pieces = cls.env["sales.market.indicator"].create(
            {"name": "Bikes Sold", "kind": "quantity", "is_market_size": True}
        )
        cls.rate_of_growth = cls.env["sales.market.indicator"].create(
            {"name": "Growth of Bikes", "kind": "percent"}
        )
        cls.suburb = cls.env["sales.territory"].create(
            {"name": "Pudong", "code": "PD", "parent_id": cls.city.id}
        )
        cls.west_region = cls.env["sales.territory"].create({"name": "West", "code": "W"})
        cls.road = cls.env["product.category"].create(
            {"name": "Road", "parent_id": cls.category.id}
        )
        cls.helmets = cls.env["product.category"].create({"name": "Helmets"})
        cls.road_bike = cls.env["product.product"].create(
            {"name": "Road One", "default_code": "P2", "categ_id": cls.road.id}
        )
        cls.helmet = cls.env["product.product"].create(
            {"name": "Helmet", "default_code": "P3", "categ_id": cls.helmets.id}
        )
        cls.env.flush_all()

    @classmethod
    def _sell(cls, *rows, event="invoiced", company=None):
        """Post past sales.

        :param rows: tuples of day, territory code, product code, quantity, amount
        """
        lines = ["Date,Territory,Product,Quantity,Amount,Sales Rep"]
        lines += [",".join(map(str, (*row, "LI.NA")[:6])) for row in rows]
        values = {"company_id": company.id} if company else {}
        sales_import = cls._create_import("\n".join(lines), event=event, **values)
        sales_import.action_check()
        sales_import.action_import()
        return sales_import

    @classmethod
    def _create_data(cls, value=1000.0, **values):
        return cls.env["sales.market.data"].create(
            {
                "indicator_id": cls.size.id,
                "company_id": cls.company.id,
                "date_from": "2026-01-01",
                "date_to": "2026-03-31",
                "value": value,
                **values,
            }
        )

    def _own(self, data, name="own_amount", user=None):
        """:return: the figure as a user sees it, read anew"""
        records = self._as(user or self.manager, data)
        records.invalidate_recordset()
        return records[name]
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
