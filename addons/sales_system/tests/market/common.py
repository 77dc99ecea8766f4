from ..common import SalesSystemCommon


class MarketCommon(SalesSystemCommon):
    """A market size in dollars, and past invoices to compare it with."""

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
