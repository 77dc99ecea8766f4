from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.tools import SQL

from .sales_ledger_entry import LEDGER_EVENT
from .sales_ledger_posting import DOCUMENT_MODEL

# More would not be read by anybody; repairing takes care of all of them.
LISTED_DIFFERENCES = 1_000


class SalesLedgerVerification(models.Model):
    """Ledger verification: a comparison of the whole ledger with the documents.

    The answer of a healthy ledger is “no difference”. A difference is repaired by posting
    it, as any document is posted.
    """

    _name = "sales.ledger.verification"
    _description = "Sales Ledger Verification"
    _order = "date desc, id desc"
    _rec_name = "date"

    company_id = fields.Many2one("res.company", required=True, readonly=True, index=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    date = fields.Datetime(required=True, readonly=True, default=fields.Datetime.now)
    user_id = fields.Many2one(
        "res.users", string="Verified By", readonly=True, default=lambda self: self.env.user
    )
    entry_count = fields.Integer("Entries", readonly=True)
    difference_count = fields.Integer("Differences", readonly=True)
    repaired_count = fields.Integer("Entries Posted to Repair", readonly=True)
    line_ids = fields.One2many(
        "sales.ledger.difference", "verification_id", string="Listed Differences", readonly=True
    )

    # === ACTION METHODS === #
    def action_verify(self):
        """Compare the ledger of the current company with its documents and show the answer."""
        self._check_may_verify()
        verification = self._verify(self.env.company)
        return {
            "type": "ir.actions.act_window",
            "res_model": self._name,
            "res_id": verification.id,
            "view_mode": "form",
            "views": [(False, "form")],
        }

    def action_repair(self):
        """Post what the verification found missing or too much."""
        self._check_may_verify()
        posting = self.env["sales.ledger.posting"]
        for verification in self:
            documents = {}
            for difference in posting._get_differences(verification.company_id):
                documents.setdefault(difference["event"], set()).add(difference["document_id"])
            verification.sudo().repaired_count += sum(
                posting._post(event, sorted(ids)) for event, ids in documents.items()
            )
            verification._compare()
        return True

    # === BUSINESS METHODS === #
    def _check_may_verify(self):
        if not self.env.user.has_group("sales_team.group_sale_manager"):
            raise AccessError(
                self.env._("Only an administrator of Sales verifies and repairs the ledger.")
            )

    @api.model
    def _verify(self, companies):
        """:return: a verification per company"""
        verifications = self.sudo().create([{"company_id": company.id} for company in companies])
        verifications._compare()
        return verifications.with_env(self.env)

    def _compare(self):
        for verification in self.sudo():
            differences = self.env["sales.ledger.posting"]._get_differences(verification.company_id)
            verification.line_ids.unlink()
            verification.line_ids.create(
                [
                    {"verification_id": verification.id, **difference}
                    for difference in differences[:LISTED_DIFFERENCES]
                ]
            )
            verification.difference_count = len(differences)
            verification.entry_count = self.env["sales.ledger.entry"].search_count(
                [("company_id", "=", verification.company_id.id)]
            )

    @api.model
    def _cron_verify(self):
        self._verify(self.env["res.company"].search([]))


class SalesLedgerDifference(models.Model):
    """Ledger difference: what a document says beyond what the ledger holds of it."""

    _name = "sales.ledger.difference"
    _description = "Sales Ledger Difference"
    _order = "verification_id, id"

    verification_id = fields.Many2one(
        "sales.ledger.verification", required=True, ondelete="cascade", index=True
    )
    currency_id = fields.Many2one(related="verification_id.currency_id")
    event = fields.Selection(LEDGER_EVENT, required=True)
    document_model = fields.Char()
    document_id = fields.Many2oneReference(model_field="document_model")
    reference = fields.Char()
    date = fields.Date()
    user_id = fields.Many2one("res.users", string="Salesperson")
    channel_partner_id = fields.Many2one("res.partner")
    discount = fields.Float("Discount (%)", digits="Discount")
    amount = fields.Monetary(help="Document less ledger.")
    margin = fields.Monetary(help="Document less ledger.")
    quantity = fields.Float(digits="Product Unit", help="Document less ledger.")

    def action_open_document(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": self.document_model,
            "res_id": self.document_id,
            "view_mode": "form",
            "views": [(False, "form")],
        }


class SalesLedgerPosting(models.AbstractModel):
    _inherit = "sales.ledger.posting"

    @api.model
    def _get_differences(self, company, up_to=None):
        """Compare every document of a company with the ledger.

        :param up_to: look only at what belongs on or before this day
        :return: list of dicts with the fields of ``sales.ledger.difference``
        """
        self._post_pending()
        result = []
        for event, model in DOCUMENT_MODEL.items():
            rows = self.env.execute_query_dict(
                SQL(
                    """
                    SELECT document_id, reference, belongs_on AS date, user_id,
                           channel_partner_id, discount, amount, margin, quantity
                      FROM (%s) AS difference
                     WHERE company_id = %s AND (%s::date IS NULL OR belongs_on <= %s)
                       AND (amount <> 0 OR margin <> 0 OR quantity <> 0)
                     ORDER BY document_id, source_id
                    """,
                    self._difference_query(event, None),
                    company.id,
                    up_to,
                    up_to,
                )
            )
            result += [{"event": event, "document_model": model, **row} for row in rows]
        return result
