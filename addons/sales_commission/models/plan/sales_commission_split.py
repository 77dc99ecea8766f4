from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import SQL

from .sales_commission_rule_wording import in_percent

# Orders of the transaction whose shares have to be looked at before it commits.
PENDING = "sales_commission.split.pending"


class SalesCommissionSplit(models.Model):
    """Share of a payee in the commission of an order, where several people sold it.

    The shares of an order add up to 100 percent, so nothing is paid twice and nothing is lost.
    They take the place of the order's salesperson, on the order, its invoices and its payments.
    """

    _name = "sales.commission.split"
    _description = "Commission Split"
    _order = "order_id, share desc, id"
    _rec_name = "payee_id"

    order_id = fields.Many2one(
        comodel_name="sale.order", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="order_id.company_id")
    payee_id = fields.Many2one(
        comodel_name="res.partner",
        required=True,
        index=True,
        ondelete="restrict",
        help="Who shares in the commission; for a salesperson, the contact of the user.",
    )
    share = fields.Float(
        string="Share (%)",
        # Stored as numeric: the calculation multiplies exact decimals, never floats.
        digits=(16, 4),
        required=True,
    )

    _payee_unique = models.UniqueIndex(
        "(order_id, payee_id)",
        "A payee shares in an order twice. Add up the two shares in one line.",
    )
    _share_range = models.Constraint(
        "CHECK (share > 0 AND share <= 100)",
        "A share of the commission is a percentage above 0 and up to 100.",
    )

    # === CRUD METHODS === #
    @api.model_create_multi
    def create(self, vals_list):
        splits = super().create(vals_list)
        splits.order_id._check_commission_unsettled()
        splits._check_sums_later()
        return splits

    def write(self, vals):
        self.check_access("write")
        self.order_id._check_commission_unsettled()
        self._check_sums_later()
        result = super().write(vals)
        self.order_id._check_commission_unsettled()
        self._check_sums_later()
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_settled(self):
        # Deleting the whole order is no change of its shares.
        self.order_id.exists()._check_commission_unsettled()
        self._check_sums_later()

    # === BUSINESS METHODS === #
    def _check_sums_later(self):
        """Check the sums when the transaction ends: its single steps may leave them open."""
        precommit = self.env.cr.precommit
        pending = precommit.data.get(PENDING)
        if pending is None:
            pending = precommit.data[PENDING] = set()
            precommit.add(self._check_pending_sums)
        pending.update(self.order_id.ids)

    @api.model
    def _check_pending_sums(self):
        orders = self.env["sale.order"].browse(self.env.cr.precommit.data.pop(PENDING, ()))
        self._check_sums(orders.sudo())
        # A row version of its own: of two transactions that share out one order at once,
        # the second starts over and sees the shares of the first.
        self.env.cr.execute(
            SQL("UPDATE sale_order SET write_date = write_date WHERE id = ANY(%s)", orders.ids)
        )

    @api.model
    def _check_sums(self, orders):
        """:raises ValidationError: the shares of an order are neither absent nor 100 percent"""
        self.flush_model()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT order_id, SUM(share) FROM sales_commission_split
                 WHERE order_id = ANY(%s) GROUP BY order_id HAVING SUM(share) <> 100 LIMIT 1
                """,
                orders.ids,
            )
        )
        for order_id, total in rows:
            raise ValidationError(
                self.env._(
                    "The commission shares of %(order)s add up to %(total)s %%. "
                    "Change them so that they add up to 100 %%.",
                    order=self.env["sale.order"].browse(order_id).name,
                    total=in_percent(total),
                )
            )

    @api.model
    def _settled_error(self, order):
        return UserError(
            self.env._(
                "Commission was paid for %(order)s by its present shares, so they stay. "
                "Move money between the payees by an adjustment.",
                order=order.name,
            )
        )
