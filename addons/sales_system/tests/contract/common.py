from odoo.fields import Command

from ..common import SalesSystemCommon


class ContractCommon(SalesSystemCommon):
    """A framework contract of a year over 500 bikes at a price of its own."""

    @classmethod
    def _create_contract(cls, lines=None, milestones=(), **values):
        """:param lines: values of the lines; 500 road bikes at 900 where not given"""
        if lines is None:
            lines = [
                {
                    "product_id": cls.product.id,
                    "price_basis": "price",
                    "price_unit": 900.0,
                    "max_quantity": 500,
                }
            ]
        return cls.env["sales.contract"].create(
            {
                "partner_id": cls.customer.id,
                "company_id": cls.company.id,
                "user_id": cls.seller.id,
                "date_from": "2026-01-01",
                "date_to": "2026-12-31",
                "line_ids": [Command.create(line) for line in lines],
                "milestone_ids": [Command.create(milestone) for milestone in milestones],
                **values,
            }
        )
