from odoo import fields, models

LINE_KIND = [
    ("amount", "Amount Differs"),
    ("missing", "Would Not Be Paid Now"),
    ("added", "Would Be Paid Now"),
    ("target", "Target Differs"),
    ("attained", "Reached Differs"),
    ("new", "Posted Since"),
    ("late", "Late Entry"),
]


class SalesCommissionVerificationLine(models.Model):
    """Line of a verification: one difference, with its source, and who posted that and when."""

    _name = "sales.commission.verification.line"
    _description = "Commission Verification Line"
    _order = "verification_id, id"
    _rec_name = "reference"
    # Inserted by SQL.
    _log_access = False

    verification_id = fields.Many2one(
        "sales.commission.verification",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
    )
    run_id = fields.Many2one(related="verification_id.run_id")
    company_id = fields.Many2one(related="verification_id.company_id")
    kind = fields.Selection(LINE_KIND, required=True, readonly=True)
    is_difference = fields.Boolean(
        readonly=True, help="Of what was paid; else the entry came after the calculation."
    )
    payee_id = fields.Many2one("res.partner", readonly=True, ondelete="restrict")
    rule_id = fields.Many2one("sales.commission.rule", readonly=True, ondelete="restrict")
    entry_id = fields.Many2one(
        "sales.ledger.entry", string="Ledger Entry", readonly=True, ondelete="restrict"
    )
    reference = fields.Char(related="entry_id.reference", string="Document")
    date = fields.Date(related="entry_id.date")
    late_for = fields.Date(related="entry_id.late_for")
    posted_at = fields.Datetime(related="entry_id.posted_at")
    posted_by_id = fields.Many2one(related="entry_id.posted_by_id", string="Posted By")
    currency_id = fields.Many2one("res.currency", readonly=True, ondelete="restrict")
    was = fields.Monetary(
        readonly=True, help="What the run paid, or the target then and what was reached."
    )
    now = fields.Monetary(
        readonly=True,
        help="What it would pay now, or the target and what was reached now; of an entry posted "
        "since, its amount.",
    )
    settled_run_id = fields.Many2one(
        "sales.commission.run",
        string="Taken By",
        readonly=True,
        ondelete="cascade",
        help="The later run that pays by an entry posted since.",
    )

    # === ACTION METHODS === #
    def action_open_entry(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": "sales.ledger.entry",
            "res_id": self.entry_id.id,
            "view_mode": "form",
            "views": [(False, "form")],
        }

    def action_open_document(self):
        self.ensure_one()
        return self.entry_id.action_open_document()
