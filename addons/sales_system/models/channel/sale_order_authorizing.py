from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.http import request
from odoo.tools import SQL, format_date

from .res_config_settings import AREA, READERS

# What of a confirmed order its authorization depends on.
AUTHORIZED_FIELDS = {
    "channel_partner_id",
    "territory_id",
    "date_order",
    # The channel partner and the territory follow from them.
    "partner_id",
    "contract_id",
    "opportunity_id",
}


class SaleOrder(models.Model):
    """Whether the channel partner of an order may sell it, for any number of orders at once."""

    _inherit = "sale.order"

    channel_warning = fields.Text(
        compute="_compute_channel_warning",
        groups=READERS,
        help="Where the order lies outside the authorizations of its channel partner.",
    )

    # === COMPUTE METHODS === #
    @api.depends(
        "channel_partner_id", "territory_id", "date_order", "state", "order_line.product_id"
    )
    @api.depends_context("lang")
    def _compute_channel_warning(self):
        self.channel_warning = False
        open_orders = self.filtered(
            lambda order: order.channel_partner_id and order.state in ("draft", "sent")
        )
        texts = open_orders._origin._checked_for_authorization()._get_unauthorized_texts()
        for order in open_orders:
            order.channel_warning = texts.get(order._origin)

    # === CRUD METHODS === #
    @api.model_create_multi
    def create(self, vals_list):
        orders = super().create(vals_list)
        orders.filtered(lambda order: order.state == "sale")._check_channel_authorization()
        return orders

    def write(self, vals):
        entering = self.browse()
        if vals.get("state") == "sale":
            entering = self.filtered(lambda order: order.state != "sale")
        if not AUTHORIZED_FIELDS.isdisjoint(vals):
            entering |= self.filtered(lambda order: order.state == "sale")
        result = super().write(vals)
        if entering:
            entering._check_channel_authorization()
        return result

    # === BUSINESS METHODS === #
    def _checked_for_authorization(self):
        """:return: those of the orders, as superuser, whose company wants them checked"""
        if not self.env["res.groups"]._is_feature_enabled(AREA):
            return self.sudo().browse()
        return self.sudo().filtered(
            lambda order: (
                order.channel_partner_id
                and order.company_id.sales_channel_authorization_check != "none"
            )
        )

    def _check_channel_authorization(self):
        """Refuse confirmed orders that their channel partner may not sell, or note it on them.

        Looks at what has been written, so that it holds however the orders were confirmed.

        :raises UserError: the company refuses such orders
        """
        texts = self._checked_for_authorization()._get_unauthorized_texts()
        for order, text in texts.items():
            if order.company_id.sales_channel_authorization_check == "block":
                raise UserError(self._get_unauthorized_error(order, text))
        if texts:
            self.browse(order.id for order in texts)._message_log_batch(
                bodies={
                    order.id: self.env._("Outside the authorization: %(reasons)s", reasons=text)
                    for order, text in texts.items()
                }
            )

    @api.model
    def _get_unauthorized_error(self, order, text):
        """:return: sentence, without what was agreed on with others for a customer"""
        # The portal confirms as superuser, whoever it is that signs or pays.
        visitor = request.env.user if request else self.env.user
        if visitor.share:
            return self.env._(
                "%(order)s cannot be confirmed online. Please contact us.", order=order.name
            )
        return self.env._(
            "%(order)s lies outside the authorizations of its channel partner:\n%(reasons)s\n"
            "Correct the channel partner, the territory or the products, or authorize the "
            "channel partner for them.",
            order=order.name,
            reasons=text,
        )

    def _get_unauthorized_texts(self):
        """Find what the channel partners of orders may not sell, as if they were confirmed.

        :return: dict of order → sentences, of orders that have any
        """
        if not self:
            return {}
        self.env.flush_all()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT l.order_id, uncovered.reason, array_agg(DISTINCT t.categ_id)
                  FROM (%s) AS uncovered
                  JOIN sale_order_line l ON l.id = uncovered.id
                  JOIN product_product p ON p.id = l.product_id
                  JOIN product_template t ON t.id = p.product_tmpl_id
                 GROUP BY l.order_id, uncovered.reason
                 ORDER BY l.order_id, uncovered.reason
                """,
                self.env["sales.channel.authorization"]._uncovered_query(
                    self._authorization_facts_query(SQL("o.id = ANY(%s)", self.ids))
                ),
            )
        )
        outside = [order_id for order_id, *_ in rows]
        # Most orders outside are of few categories and days.
        sold = self._name_categories({tuple(filter(None, ids)) for *_, ids in rows})
        days = self.browse(outside).mapped("ledger_date")
        days = {day: format_date(self.env, day) for day in set(days)}
        texts = {}
        for order_id, reason, categ_ids in rows:
            order = self.browse(order_id).with_prefetch(outside)
            text = order._get_unauthorized_text(
                reason, sold[tuple(filter(None, categ_ids))], days[order.ledger_date]
            )
            texts.setdefault(order, []).append(text)
        return {order: "\n".join(lines) for order, lines in texts.items()}

    @api.model
    def _authorization_facts_query(self, condition):
        """:param SQL condition: on the orders ``o``
        :return: ``SQL`` of the facts that ``_uncovered_query`` judges, one per product category
            of an order, by the id of its first line
        """
        return SQL(
            """
            SELECT MIN(l.id) AS id, o.company_id, o.channel_partner_id AS partner_id,
                   o.territory_id, t.categ_id, o.ledger_date AS date
              FROM sale_order o
              JOIN sale_order_line l ON l.order_id = o.id
              JOIN product_product p ON p.id = l.product_id
              JOIN product_template t ON t.id = p.product_tmpl_id
             WHERE o.channel_partner_id IS NOT NULL AND l.display_type IS NULL
               AND l.is_downpayment IS NOT TRUE AND l.product_uom_qty <> 0 AND %s
             GROUP BY o.id, t.categ_id
            """,
            condition,
        )

    @api.model
    def _name_categories(self, combinations):
        """:param combinations: set of tuples of ids of product categories
        :return: dict of combination → names of its categories, in their order
        """
        categories = self.env["product.category"].sudo()
        categories = categories.browse({id_ for ids in combinations for id_ in ids})
        return {
            ids: ", ".join((categories & categories.browse(ids)).mapped("display_name"))
            or self.env._("products without a category")
            for ids in combinations
        }

    def _get_unauthorized_text(self, reason, categories, day):
        """:param str categories: what is sold
        :param str day: of the order
        :return: sentence on what of this order the channel partner may not sell, and why
        """
        self.ensure_one()
        values = {
            "partner": self.channel_partner_id.display_name,
            "territory": self.territory_id.display_name or self.env._("no territory"),
            "categories": categories,
            "day": day,
        }
        if reason == "none":
            return self.env._("%(partner)s is not authorized for anything on %(day)s.", **values)
        if reason == "territory":
            return self.env._(
                "%(partner)s is authorized for %(categories)s, but not in %(territory)s.", **values
            )
        if reason == "category":
            return self.env._(
                "%(partner)s is authorized in %(territory)s, but not for %(categories)s.", **values
            )
        return self.env._(
            "%(partner)s is authorized neither in %(territory)s nor for %(categories)s.", **values
        )
