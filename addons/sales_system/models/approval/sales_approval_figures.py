from dateutil.relativedelta import relativedelta

from odoo import api, fields, models


class SalesApprovalRequest(models.Model):
    """What an approver sees at a glance: the document's figures as they are now."""

    _inherit = "sales.approval.request"

    currency_id = fields.Many2one("res.currency", compute="_compute_figures", compute_sudo=True)
    amount = fields.Monetary(string="Untaxed Amount", compute="_compute_figures", compute_sudo=True)
    has_terms = fields.Boolean(
        compute="_compute_figures",
        compute_sudo=True,
        export_string_translation=False,
        help="The document sells something, so it has a margin and a discount.",
    )
    margin_percent = fields.Float(
        string="Margin (%)", digits=(16, 2), compute="_compute_figures", compute_sudo=True
    )
    discount_percent = fields.Float(
        string="Discount (%)", digits=(16, 2), compute="_compute_figures", compute_sudo=True
    )
    has_credit_limit = fields.Boolean(compute="_compute_figures", compute_sudo=True)
    credit_percent = fields.Float(
        string="Credit Used (%)", digits=(16, 2), compute="_compute_figures", compute_sudo=True
    )
    company_currency_id = fields.Many2one(
        related="company_id.currency_id", string="Company Currency"
    )
    booked_amount = fields.Monetary(
        string="Last 12 Months",
        compute="_compute_booked_amount",
        compute_sudo=True,
        currency_field="company_currency_id",
        help="What the customer has ordered in the last twelve months, from the sales ledger.",
    )
    time_left = fields.Char(compute="_compute_time_left")
    is_overdue = fields.Boolean(compute="_compute_time_left")
    has_changed = fields.Boolean(
        compute="_compute_has_changed",
        compute_sudo=True,
        help="The document is worse now than what was asked for.",
    )

    # === COMPUTE METHODS === #
    @api.depends("res_model", "res_id")
    def _compute_figures(self):
        for model, requests in self.grouped("res_model").items():
            cards = requests._get_documents(model)._get_approval_cards()
            for request in requests:
                card = cards.get(request.res_id, {})
                request.currency_id = card.get("currency_id") or request.company_id.currency_id
                request.amount = card.get("amount") or 0.0
                request.has_terms = "margin" in card
                request.margin_percent = card.get("margin") or 0.0
                request.discount_percent = card.get("discount") or 0.0
                request.has_credit_limit = card.get("credit") is not None
                request.credit_percent = card.get("credit") or 0.0

    @api.depends("partner_id", "company_id")
    def _compute_booked_amount(self):
        since = fields.Date.context_today(self) - relativedelta(years=1)
        booked = {
            (company, partner): amount
            for company, partner, amount in self.env["sales.ledger.entry"]._read_group(
                [
                    ("event", "=", "booked"),
                    ("partner_id", "in", self.partner_id.ids),
                    ("company_id", "in", self.company_id.ids),
                    ("date", ">", since),
                ],
                ["company_id", "partner_id"],
                ["amount:sum"],
            )
        }
        for request in self:
            request.booked_amount = booked.get((request.company_id, request.partner_id), 0.0)

    @api.depends("deadline", "state")
    @api.depends_context("lang")
    def _compute_time_left(self):
        now = fields.Datetime.now()
        for request in self:
            if not request.deadline or request.state != "pending":
                request.time_left = False
                request.is_overdue = False
                continue
            hours = (request.deadline - now).total_seconds() / 3600
            request.is_overdue = hours < 0
            request.time_left = self._format_hours(hours)

    @api.model
    def _format_hours(self, hours):
        late = hours < 0
        hours = abs(hours)
        if hours >= 48:
            count = self.env._("%(days)s d", days=int(hours // 24))
        elif hours >= 1:
            count = self.env._("%(hours)s h", hours=int(hours))
        else:
            count = self.env._("%(minutes)s min", minutes=int(hours * 60))
        if late:
            return self.env._("%(time)s overdue", time=count)
        return self.env._("%(time)s left", time=count)

    @api.depends("state", "terms", "res_model", "res_id")
    def _compute_has_changed(self):
        self.has_changed = False
        pending = self.filtered(lambda request: request.state == "pending")
        for model, requests in pending.grouped("res_model").items():
            documents = requests._get_documents(model)
            values = documents._get_approval_values()
            for request in requests:
                document = documents.browse(request.res_id)
                request.has_changed = document in values and not request._covers_all(
                    document, values[document]
                )

    # === BUSINESS METHODS === #
    def _get_documents(self, model):
        """:return: documents of requests of one model, those that still exist"""
        if model not in self.env:
            return self.env["sale.order"]
        return self.env[model].browse(self.mapped("res_id")).exists()
