from dataclasses import dataclass

from odoo import api, models
from odoo.exceptions import UserError
from odoo.tools import SQL, format_amount, format_date, formatLang

from .res_config_settings import AREA


@dataclass(frozen=True)
class ContractBreach:
    """One point in which an order goes beyond its contract."""

    kind: str
    text: str


class SaleOrder(models.Model):
    """What an order may not go beyond, checked for any number of orders at once."""

    _inherit = "sale.order"

    def _check_contract_calls(self):
        """Refuse confirmed orders that go beyond their contract, or note it on them.

        Looks at what has been written, so that it holds however the orders were confirmed.

        :raises UserError: a contract is not in force, or the company refuses what goes beyond
        """
        orders = self.sudo().filtered("contract_id")
        if not orders or not self.env["res.groups"]._is_feature_enabled(AREA):
            return
        for contract in orders.contract_id:
            if error := contract._get_force_error():
                raise UserError(error)
        self.env.add_to_compute(
            self.env["sale.order.line"]._fields["contract_line_id"], orders.order_line
        )
        orders._lock_contract_lines()
        for order, breaches in orders._get_contract_breaches().items():
            if order.company_id.sales_contract_overcall == "block":
                raise UserError(
                    self.env._(
                        "%(order)s goes beyond contract %(contract)s:\n%(reasons)s\n"
                        "Change the order, or amend the contract.",
                        order=order.name,
                        contract=order.contract_id.display_name,
                        reasons="\n".join(breach.text for breach in breaches),
                    )
                )
            order._message_log(
                body=self.env._(
                    "Beyond the contract: %(reasons)s",
                    reasons=" · ".join(breach.text for breach in breaches),
                )
            )

    def _lock_contract_lines(self):
        """Have two orders for the last of a quantity confirmed one after the other.

        Whoever confirms also writes what has been ordered into the row, so that the second
        transaction is run again on what the first has left.
        """
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                """
                SELECT id FROM sales_contract_line WHERE id IN (
                    SELECT line.root_id FROM sale_order_line l
                      JOIN sales_contract_line line ON line.id = l.contract_line_id
                     WHERE l.order_id = ANY(%s)
                ) ORDER BY id FOR NO KEY UPDATE
                """,
                self.ids,
            )
        )

    def _get_contract_breaches(self):
        """Find what orders want beyond their contracts, as if they were confirmed.

        :return: dict of order → list of :class:`ContractBreach`, of orders that have any
        """
        if not self:
            return {}
        self.env.flush_all()
        rows = self.env.execute_query_dict(self._contract_breaches_query())
        result = {}
        for row in rows:
            order = self.browse(row["order_id"])
            result.setdefault(order, []).append(
                ContractBreach(row["kind"], order._get_breach_text(row))
            )
        return result

    def _get_breach_text(self, row):
        """:return: sentence that names what was ordered and what the contract has"""
        self.ensure_one()
        env = self.env
        product = env["product.product"].browse(row["product_id"]).sudo().display_name
        contract = self.contract_id.sudo()
        line = env["sales.contract.line"].browse(row["line_id"]).sudo()
        if row["kind"] == "product":
            return env._("%(product)s is not part of the contract.", product=product)
        if row["kind"] == "date":
            return env._(
                "%(product)s: the day of the order, %(day)s, lies outside %(start)s – %(end)s.",
                product=product,
                day=format_date(env, row["day"]),
                start=format_date(env, row["date_from"]),
                end=format_date(env, row["date_to"]) if row["date_to"] else "…",
            )
        if row["kind"] == "exclusive":
            return env._(
                "%(product)s is exclusive to %(party)s by contract %(contract)s.",
                product=product,
                party=line.contract_id.partner_id.display_name,
                contract=line.contract_id.name,
            )
        if row["kind"] == "amount":
            return env._(
                "%(line)s: %(ordered)s ordered in all, %(agreed)s agreed.",
                line=line.display_name,
                ordered=format_amount(env, float(row["ordered"]), contract.currency_id),
                agreed=format_amount(env, float(row["agreed"]), contract.currency_id),
            )
        return env._(
            "%(line)s: %(ordered)s %(unit)s ordered in all, %(agreed)s agreed.",
            line=line.display_name,
            ordered=formatLang(env, float(row["ordered"]), dp="Product Unit"),
            unit=line.product_uom_id.name or "",
            agreed=formatLang(env, float(row["agreed"]), dp="Product Unit"),
        )

    def _contract_breaches_query(self):
        """Totals count what was called off in all versions, with these orders whatever their
        state; what was there before is no fault of theirs.

        :return: ``SQL`` with order_id, kind, line_id, product_id and the numbers of a breach
        """
        return SQL(
            """
            WITH called AS MATERIALIZED (
                SELECT l.id, l.order_id, l.product_id, l.contract_line_id, o.contract_id,
                       o.ledger_date AS day, o.ledger_partner_id AS partner_id,
                       o.territory_id, o.company_id
                  FROM sale_order o
                  JOIN sale_order_line l ON l.order_id = o.id
                 WHERE o.id = ANY(%(orders)s) AND l.display_type IS NULL
                   AND l.is_downpayment IS NOT TRUE AND l.product_id IS NOT NULL
                   AND l.product_uom_qty <> 0
            ), total AS MATERIALIZED (
                SELECT call.root_line_id, ROUND(SUM(call.ordered_quantity), %(digits)s) AS quantity,
                       ROUND(SUM(call.ordered_amount) / currency.rounding) * currency.rounding
                           AS amount
                  FROM (%(calls)s) AS call
                  JOIN sales_contract_line line ON line.id = call.root_line_id
                  JOIN res_currency currency ON currency.id = line.currency_id
                 GROUP BY call.root_line_id, currency.rounding
            )
            SELECT order_id, 'product' AS kind, NULL::integer AS line_id, product_id, day,
                   NULL::date AS date_from, NULL::date AS date_to,
                   NULL::numeric AS ordered, NULL::numeric AS agreed
              FROM called WHERE contract_line_id IS NULL
             UNION ALL
            SELECT called.order_id, 'date', line.id, called.product_id, called.day,
                   valid.first, valid.last, NULL, NULL
              FROM called
              JOIN sales_contract contract ON contract.id = called.contract_id
              LEFT JOIN sales_contract_line line ON line.id = called.contract_line_id
             CROSS JOIN LATERAL (
                    SELECT COALESCE(line.date_from, contract.date_from) AS first,
                           LEAST(line.date_to, contract.date_end, contract.termination_date)
                               AS last
                   ) valid
             WHERE called.day < valid.first OR called.day > valid.last
             UNION ALL
            SELECT called.order_id, measure.kind, line.id, MIN(called.product_id), NULL,
                   NULL, NULL, measure.ordered, measure.agreed
              FROM called
              JOIN sales_contract_line line ON line.id = called.contract_line_id
              JOIN sales_contract_line root ON root.id = line.root_id
              JOIN total ON total.root_line_id = line.root_id
             CROSS JOIN LATERAL (VALUES
                    ('quantity', total.quantity, line.max_quantity, root.ordered_quantity),
                    ('amount', total.amount, line.max_amount, root.ordered_amount)
                   ) measure(kind, ordered, agreed, before)
             WHERE measure.agreed > 0 AND measure.ordered > measure.agreed
               AND measure.ordered > COALESCE(measure.before, 0)
             GROUP BY called.order_id, measure.kind, line.id, measure.ordered, measure.agreed
             UNION ALL
            %(exclusive)s
            """,
            orders=self.ids,
            digits=self.env["decimal.precision"].precision_get("Product Unit"),
            calls=self.env["sales.contract.fulfilment"]._calls_query(
                SQL(
                    "o.contract_id IN (SELECT version.id FROM called"
                    " JOIN sales_contract mine ON mine.id = called.contract_id"
                    " JOIN sales_contract version ON version.root_id = mine.root_id)"
                ),
                SQL("(o.state = 'sale' OR o.id = ANY(%s))", self.ids),
            ),
            exclusive=self._exclusive_query(),
        )

    @api.model
    def _exclusive_query(self):
        """:return: ``SQL`` of called lines that a contract promises to another customer alone"""
        return SQL(
            """
            SELECT DISTINCT ON (called.id) called.order_id, 'exclusive', line.id,
                   called.product_id, called.day, NULL::date, NULL::date,
                   NULL::numeric, NULL::numeric
              FROM called
              JOIN product_product p ON p.id = called.product_id
              JOIN product_template t ON t.id = p.product_tmpl_id
              JOIN product_category category ON category.id = t.categ_id
              JOIN sales_contract_line line ON line.is_exclusive
              JOIN sales_contract contract ON contract.id = line.contract_id
              LEFT JOIN product_category exclusive ON exclusive.id = line.categ_id
              LEFT JOIN sales_territory place ON place.id = contract.territory_id
              LEFT JOIN sales_territory here ON here.id = called.territory_id
             WHERE contract.state = 'active' AND contract.company_id = called.company_id
               AND contract.root_id <> (
                   SELECT mine.root_id FROM sales_contract mine WHERE mine.id = called.contract_id)
               AND contract.commercial_partner_id <> called.partner_id
               AND (line.product_id = called.product_id
                    OR starts_with(category.parent_path, exclusive.parent_path))
               AND (place.id IS NULL OR starts_with(here.parent_path, place.parent_path))
               AND called.day BETWEEN COALESCE(line.date_from, contract.date_from)
                   AND COALESCE(LEAST(line.date_to, contract.date_end,
                                      contract.termination_date), 'infinity')
            """
        )
