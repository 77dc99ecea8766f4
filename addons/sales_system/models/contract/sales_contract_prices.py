from datetime import datetime, time

import pytz

from odoo import models
from odoo.fields import Command


class SalesContract(models.Model):
    """The price list of a contract, made from its lines.

    It is archived from the start: Odoo gives an active one to any customer who has none, and
    an archived one still prices the orders that name it.
    """

    _inherit = "sales.contract"

    def _take_over(self):
        super()._take_over()
        for contract in self:
            contract._make_pricelist()

    def _make_pricelist(self):
        self.ensure_one()
        self.pricelist_id = self.env["product.pricelist"].create(
            {
                "name": self.display_name,
                "active": False,
                "currency_id": self.currency_id.id,
                "company_id": self.company_id.id,
                "item_ids": [Command.create(values) for values in self._prepare_pricelist_items()],
            }
        )

    def _prepare_pricelist_items(self):
        """:return: list of values of the rules; prices that no line names come from elsewhere"""
        items = [line._prepare_pricelist_item() for line in self.line_ids]
        if self.base_pricelist_id:
            items.append({"applied_on": "3_global", **self._prepare_base_price(0.0)})
        return items

    def _prepare_base_price(self, discount):
        """:return: dict of a rule that takes a discount off the price that holds otherwise"""
        if self.base_pricelist_id:
            return {
                "compute_price": "formula",
                "base": "pricelist",
                "base_pricelist_id": self.base_pricelist_id.id,
                "price_discount": discount,
            }
        return {"compute_price": "percentage", "percent_price": discount}


class SalesContractLine(models.Model):
    _inherit = "sales.contract.line"

    def _prepare_pricelist_item(self):
        self.ensure_one()
        target = (
            {
                "applied_on": "0_product_variant",
                "product_tmpl_id": self.product_id.product_tmpl_id.id,
                "product_id": self.product_id.id,
            }
            if self.product_id
            else {"applied_on": "2_product_category", "categ_id": self.categ_id.id}
        )
        return {
            **target,
            **self._prepare_price(),
            "date_start": self._get_moment(self.date_from, time.min),
            "date_end": self._get_moment(self.date_to, time.max),
        }

    def _prepare_price(self):
        """A fixed price is kept in the unit of the product, as price lists have it."""
        if self.price_basis != "price":
            # At list price is a rule as well, or a discount on the category would hold.
            discount = self.discount if self.price_basis == "discount" else 0.0
            return self.contract_id._prepare_base_price(discount)
        price = self.price_unit
        if self.product_id and self.product_uom_id:
            price = self.product_uom_id._compute_price(price, self.product_id.uom_id)
        return {"compute_price": "fixed", "fixed_price": price}

    def _get_moment(self, day, clock):
        """:return: a moment of a day in the time zone of the company, or False"""
        if not day:
            return False
        timezone = pytz.timezone(self.company_id.partner_id.tz or "UTC")
        moment = timezone.localize(datetime.combine(day, clock.replace(microsecond=0)))
        return moment.astimezone(pytz.utc).replace(tzinfo=None)
