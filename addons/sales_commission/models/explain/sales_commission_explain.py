from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import UserError

from odoo.addons.sales_system.models.ledger.sales_ledger_entry import LEDGER_EVENT


class SalesCommissionExplain(models.TransientModel):
    """Why no commission? What became of every ledger entry of some days: it earned, or exactly
    one reason why not. Both add up to what the ledger holds.

    Everybody asks about the entries that they may see; see
    :class:`SalesCommissionExplainReasoning`.
    """

    _name = "sales.commission.explain"
    _description = "Why No Commission?"
    _check_company_auto = True

    # === DEFAULTS === #
    def _default_date_from(self):
        return fields.Date.start_of(
            fields.Date.context_today(self) - relativedelta(months=1), "month"
        )

    def _default_date_to(self):
        return fields.Date.end_of(self._default_date_from(), "month")

    # === FIELDS === #
    company_id = fields.Many2one(
        comodel_name="res.company", required=True, default=lambda self: self.env.company
    )
    date_from = fields.Date(
        string="From", required=True, default=lambda self: self._default_date_from()
    )
    date_to = fields.Date(string="To", required=True, default=lambda self: self._default_date_to())
    run_id = fields.Many2one(
        comodel_name="sales.commission.run",
        check_company=True,
        ondelete="cascade",
        help="Only what this run paid counts as commissioned, and only the steps of a sale that "
        "its plans pay for are looked at.",
    )
    payee_id = fields.Many2one(
        comodel_name="res.partner",
        help="Only this payee's sales, and what they brought this payee.",
    )
    event = fields.Selection(LEDGER_EVENT, string="Step of the Sale", help="Empty: all three.")
    entry_id = fields.Many2one(comodel_name="sales.ledger.entry", string="Ledger Entry")
    total_ids = fields.One2many(
        comodel_name="sales.commission.explain.total", inverse_name="explain_id", readonly=True
    )
    line_ids = fields.One2many(
        comodel_name="sales.commission.explain.line", inverse_name="explain_id", readonly=True
    )
    is_explained = fields.Boolean(readonly=True, export_string_translation=False)
    balance = fields.Text(compute="_compute_balance")

    # === COMPUTE METHODS === #
    @api.depends_context("lang")
    def _compute_display_name(self):
        for explain in self:
            explain.display_name = self.env._("Why No Commission?")

    @api.depends("total_ids")
    @api.depends_context("lang")
    def _compute_balance(self):
        for explain in self:
            explain.balance = "\n".join(explain._get_balance_sentences())

    # === ACTION METHODS === #
    def action_explain(self):
        """Answer the question, and show the answer."""
        self.ensure_one()
        self.check_access("write")
        if self.date_to < self.date_from:
            raise UserError(
                self.env._(
                    "The last day, %(last)s, lies before the first day, %(first)s. "
                    "Choose a later last day.",
                    first=fields.Date.to_string(self.date_from),
                    last=fields.Date.to_string(self.date_to),
                )
            )
        self.env["sales.commission.explain.reasoning"]._explain(self)
        self.is_explained = True
        return self._get_form_action()

    def action_open_lines(self):
        """Open all that earned nothing, by reason."""
        self.ensure_one()
        return self._get_lines_action(self.env._("Earning Nothing"), [])

    # === BUSINESS METHODS === #
    @api.model
    def _open(self, **values):
        """:return: action that shows the answer for these values"""
        return self.create(values).action_explain()

    def _get_form_action(self):
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Why No Commission?"),
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "views": [(False, "form")],
        }

    def _get_lines_action(self, name, domain):
        return {
            "type": "ir.actions.act_window",
            "name": name,
            "res_model": "sales.commission.explain.line",
            "view_mode": "list,pivot",
            "domain": [("explain_id", "=", self.id), *domain],
            "context": {} if domain else {"search_default_group_reason": 1},
        }

    def _get_payee(self):
        """:return: whose commission is asked for: salespeople ask for their own"""
        self.ensure_one()
        if self.env.user.has_group("sales_system.group_sale_salesman_team"):
            return self.payee_id
        return self.env.user.partner_id

    def _get_balance_sentences(self):
        events = dict(self._fields["event"]._description_selection(self.env))
        sentences = []
        for event, totals in self.total_ids.grouped("event").items():
            currency = totals.currency_id[:1]
            earned = totals.filtered(lambda total: not total.reason)
            sentences.append(
                self.env._(
                    "%(event)s: %(posted)s in the ledger = %(commissioned)s commissioned + "
                    "%(excluded)s earning nothing",
                    event=events[event],
                    posted=currency.format(sum(totals.mapped("amount"))),
                    commissioned=currency.format(sum(earned.mapped("amount"))),
                    excluded=currency.format(sum((totals - earned).mapped("amount"))),
                )
            )
        return sentences
