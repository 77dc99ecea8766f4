from odoo import fields, models
from odoo.tools import SQL


class SalesHandoverSummary(models.Model):
    """Summary of a handover: how many records of one kind, and how much they are worth."""

    _name = "sales.handover.summary"
    _description = "Handover Summary"
    _auto = False
    _order = "sequence, kind"
    _rec_name = "kind"
    _depends = {
        "sales.handover.line": [
            "handover_id",
            "kind",
            "sequence",
            "included",
            "state",
            "company_amount",
        ]
    }

    handover_id = fields.Many2one("sales.handover", readonly=True)
    sequence = fields.Integer(readonly=True, aggregator=None)
    kind = fields.Selection(
        selection=lambda self: self.env["sales.handover.line"]._selection_kind(), readonly=True
    )
    line_count = fields.Integer(string="Found", readonly=True)
    included_count = fields.Integer(string="To Move", readonly=True)
    moved_count = fields.Integer(string="Moved", readonly=True)
    skipped_count = fields.Integer(string="Skipped", readonly=True)
    currency_id = fields.Many2one(related="handover_id.company_id.currency_id")
    amount = fields.Monetary(
        readonly=True,
        help="Of the records to move, in the company's currency. Of customers: what they ordered "
        "in the last twelve months.",
    )

    @property
    def _table_query(self):
        return SQL(
            """
            SELECT MIN(line.id) AS id, line.handover_id, line.kind,
                   MIN(line.sequence) AS sequence,
                   COUNT(*) AS line_count,
                   COUNT(*) FILTER (WHERE line.included) AS included_count,
                   COUNT(*) FILTER (WHERE line.state = 'moved') AS moved_count,
                   COUNT(*) FILTER (WHERE line.state = 'skipped') AS skipped_count,
                   SUM(line.company_amount) FILTER (WHERE line.included) AS amount
              FROM sales_handover_line line
             GROUP BY line.handover_id, line.kind
            """
        )

    # === ACTION METHODS === #
    def action_open_records(self):
        """Show the lines of this kind."""
        self.ensure_one()
        return self.handover_id.with_context(
            line_domain=[("kind", "=", self.kind)]
        ).action_open_lines() | {"context": {"create": False}}
