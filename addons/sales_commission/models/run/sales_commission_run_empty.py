from odoo import api, fields, models

# Why a run found nothing to pay; see SalesCommissionCalculation._find_empty_reason.
EMPTY_REASON = [
    ("no_plan", "No Plan"),
    ("no_sale", "No Sale"),
    ("no_salesperson", "No Salesperson"),
    ("no_match", "No Rule Matches"),
    ("no_payee", "Nobody to Pay"),
    ("not_assigned", "Not Assigned"),
    ("earned", "Earned Already"),
    ("refund", "Credit Notes Only"),
]


class SalesCommissionRun(models.Model):
    """Why there is nothing to pay, and what to do about it."""

    _inherit = "sales.commission.run"

    empty_reason = fields.Selection(
        EMPTY_REASON, readonly=True, copy=False, export_string_translation=False
    )
    empty_message = fields.Char(compute="_compute_empty_message")

    # === COMPUTE METHODS === #
    @api.depends("empty_reason", "date_from", "date_to")
    @api.depends_context("lang")
    def _compute_empty_message(self):
        for run in self:
            run.empty_message = run.empty_reason and run._get_empty_message()

    # === BUSINESS METHODS === #
    def _get_empty_message(self):
        """:return: why there is nothing to pay, and what to do about it"""
        self.ensure_one()
        period = {
            "date_from": fields.Date.to_string(self.date_from),
            "date_to": fields.Date.to_string(self.date_to),
        }
        return {
            "no_plan": self.env._(
                "No approved commission plan is valid between %(date_from)s and %(date_to)s. "
                "Approve a plan for these days, then calculate again.",
                **period,
            ),
            "no_sale": self.env._(
                "The sales ledger has no entry between %(date_from)s and %(date_to)s of the "
                "kind that the plans pay for. Check the period, and whether the rules count "
                "orders, invoices or payments.",
                **period,
            ),
            "no_salesperson": self.env._(
                "No sale between %(date_from)s and %(date_to)s names a salesperson, so nobody "
                "earns by it. Set the salesperson on the documents, then calculate again.",
                **period,
            ),
            "no_match": self.env._(
                "No rule matches a sale between %(date_from)s and %(date_to)s. Compare the "
                "conditions and the days of the rules with the sales ledger.",
                **period,
            ),
            "no_payee": self.env._(
                "Rules match sales between %(date_from)s and %(date_to)s, but those sales have "
                "nobody whom the rules could pay. Set the channel partner of the sales, or the "
                "leaders of the sales teams, then calculate again.",
                **period,
            ),
            "not_assigned": self.env._(
                "The plans pay assigned payees only, and nobody who sold between %(date_from)s "
                "and %(date_to)s is assigned. Add the salespeople to a plan's payees, "
                "then calculate again.",
                **period,
            ),
            "earned": self.env._(
                "Every sale between %(date_from)s and %(date_to)s was paid by another run already.",
                **period,
            ),
            "refund": self.env._(
                "The only sales between %(date_from)s and %(date_to)s that match are credit notes "
                "of invoices that brought nobody a commission, so there is nothing to take back.",
                **period,
            ),
        }[self.empty_reason]
