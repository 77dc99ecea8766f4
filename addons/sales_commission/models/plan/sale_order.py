from odoo import fields, models
from odoo.tools import SQL


class SaleOrder(models.Model):
    """An order whose commission may be shared."""

    _inherit = "sale.order"

    commission_split_ids = fields.One2many(
        comodel_name="sales.commission.split",
        inverse_name="order_id",
        string="Commission Shares",
        copy=False,
        help="Who shares in the commission of this order. Empty: the salesperson alone.",
    )

    # === BUSINESS METHODS === #
    def _check_commission_unsettled(self):
        """:raises UserError: a settled run has paid for one of the orders"""
        self.env.flush_all()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT l.order_id
                  FROM sale_order_line l
                  LEFT JOIN sale_order_line_invoice_rel i ON i.order_line_id = l.id
                  JOIN sales_ledger_entry e
                    ON (e.event = 'booked' AND e.document_id = l.order_id AND e.source_id = l.id)
                    OR (e.event <> 'booked' AND e.source_id = i.invoice_line_id)
                  JOIN sales_commission_earning x ON x.entry_id = e.id
                  JOIN sales_commission_run r ON r.id = x.run_id
                 WHERE l.order_id = ANY(%s) AND r.state IN ('approved', 'paid', 'closed')
                 LIMIT 1
                """,
                self.ids,
            )
        )
        for (order_id,) in rows:
            raise self.env["sales.commission.split"]._settled_error(self.browse(order_id))
