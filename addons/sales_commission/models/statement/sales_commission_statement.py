from odoo import api, fields, models
from odoo.exceptions import UserError

from ..run.sales_commission_run import SETTLED


class SalesCommissionStatement(models.Model):
    """Commission statement: what one payee earned in one run, in one currency.

    Written by the calculation, never by hand; people only write messages about it. It follows
    the state of its run, and its payee sees it from the approval on.
    """

    _name = "sales.commission.statement"
    _description = "Commission Statement"
    _inherit = ["mail.thread"]
    _order = "date_from desc, amount desc, id"
    _rec_names_search = ["payee_id.name", "run_id.name"]
    _log_access = False
    # Nobody may write a statement, and whoever reads it may write about it.
    _mail_post_access = "read"

    # === FIELDS === #
    run_id = fields.Many2one(
        "sales.commission.run", required=True, readonly=True, ondelete="restrict"
    )
    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, index=True, ondelete="restrict"
    )
    payee_id = fields.Many2one(
        "res.partner", required=True, readonly=True, index=True, ondelete="restrict"
    )
    currency_id = fields.Many2one("res.currency", required=True, readonly=True, ondelete="restrict")
    date_from = fields.Date(string="From", required=True, readonly=True)
    date_to = fields.Date(string="To", required=True, readonly=True)
    state = fields.Selection(related="run_id.state")
    earned_amount = fields.Monetary(
        string="Earned", readonly=True, help="The sum of the positive earnings."
    )
    deducted_amount = fields.Monetary(
        string="Clawed Back",
        readonly=True,
        help="The sum of the negative earnings: cancelled, returned or corrected sales.",
    )
    amount = fields.Monetary(string="Payable", readonly=True)
    previous_amount = fields.Monetary(
        string="Previous Calculation",
        readonly=True,
        groups="sales_team.group_sale_salesman_all_leads",
        help="What the calculation before this one came to.",
    )
    # Whether there was a calculation before the one that is being made.
    is_stale = fields.Boolean(readonly=True, export_string_translation=False)
    earning_count = fields.Integer(string="Earnings", readonly=True)
    entry_count = fields.Integer(string="Entries", compute="_compute_entry_count")
    line_ids = fields.One2many(
        "sales.commission.statement.line", "statement_id", string="By Rule", readonly=True
    )
    measure_ids = fields.One2many(
        "sales.commission.measure", "statement_id", string="Measures", readonly=True
    )
    earning_ids = fields.One2many(
        "sales.commission.earning", "statement_id", string="Earnings of Statement", readonly=True
    )

    question_ids = fields.One2many(
        "sales.commission.question", "statement_id", string="Questions", readonly=True
    )
    question_count = fields.Integer(string="Open Questions", compute="_compute_question_count")
    is_mine = fields.Boolean(
        string="My Statement", compute="_compute_is_mine", search="_search_is_mine"
    )

    # === CONSTRAINTS AND INDEXES === #
    _payee_unique = models.UniqueIndex(
        "(run_id, payee_id, currency_id)",
        "A payee has one statement per run and currency.",
    )

    # === COMPUTE METHODS === #
    def _compute_entry_count(self):
        counts = dict(
            self.env["sales.commission.earning"]._read_group(
                [("statement_id", "in", self.ids)],
                ["statement_id"],
                ["entry_id:count_distinct"],
            )
        )
        for statement in self:
            statement.entry_count = counts.get(statement, 0)

    @api.depends("run_id.name", "payee_id.name")
    def _compute_display_name(self):
        # As superuser: a payee may read the own statement, and not the run.
        for statement in self.sudo():
            statement.display_name = f"{statement.run_id.name} · {statement.payee_id.name}"

    def _compute_question_count(self):
        counts = dict(
            self.env["sales.commission.question"]._read_group(
                [("statement_id", "in", self.ids), ("state", "=", "open")],
                ["statement_id"],
                ["__count"],
            )
        )
        for statement in self:
            statement.question_count = counts.get(statement, 0)

    @api.depends("payee_id")
    @api.depends_context("uid")
    def _compute_is_mine(self):
        payees = self._get_payees_of_user()
        for statement in self:
            statement.is_mine = statement.payee_id in payees

    def _search_is_mine(self, operator, value):
        if operator != "in":
            return NotImplemented
        return [("payee_id", "in" if True in value else "not in", self._get_payees_of_user().ids)]

    # === ACTION METHODS === #
    def action_ask(self, text=None, earning_id=False):
        """Question the statement, or one earning of it; without a text, open the form for it.

        :param str text: what the payee wants to know
        """
        self.ensure_one()
        earning = self.env["sales.commission.earning"].browse(earning_id or ())
        if text is None:
            return self._get_ask_action(earning)
        return self.env["sales.commission.question"]._ask(self, earning, text).id

    def action_open_questions(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "sales_commission.sales_commission_question_action"
        )
        return {**action, "domain": [("statement_id", "=", self.id)], "context": {}}

    def action_open_earnings(self):
        """Open the earnings, grouped by rule."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "sales_commission.sales_commission_earning_action"
        )
        return {
            **action,
            "name": self.display_name,
            "domain": [("statement_id", "=", self.id)],
            "context": {"search_default_group_rule": 1},
        }

    def action_open_ledger(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Ledger of %(statement)s", statement=self.display_name),
            "res_model": "sales.ledger.entry",
            "view_mode": "list,kanban,pivot,graph,form",
            "domain": [("earning_ids", "any", [("statement_id", "=", self.id)])],
        }

    def action_download_xlsx(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_url",
            "url": f"/my/commissions/{self.id}.xlsx",
            "target": "download",
        }

    # === BUSINESS METHODS === #
    @api.model
    def _get_payees_of_user(self):
        """:return: whose statements are the user's own: on the portal, those of the company too"""
        partner = self.env.user.partner_id
        return partner if self.env.user._is_internal() else partner | partner.commercial_partner_id

    def _check_settled(self):
        """:raises UserError: a statement may still change"""
        for statement in self.sudo():
            if statement.state not in SETTLED:
                raise UserError(
                    self.env._(
                        "Statement %(statement)s is not final yet. "
                        "Approve its run, %(run)s, first.",
                        statement=statement.display_name,
                        run=statement.run_id.name,
                    )
                )

    def _get_ask_action(self, earning):
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Question This Line") if earning else self.env._("Ask a Question"),
            "res_model": "sales.commission.question.ask",
            "view_mode": "form",
            "target": "new",
            "context": {"default_statement_id": self.id, "default_earning_id": earning.id},
        }

    # === MAIL === #
    def _get_access_action(self, access_uid=None, force_website=False):
        """Portal users follow the link of a message to their own page."""
        self.ensure_one()
        user = self.env["res.users"].sudo().browse(access_uid) if access_uid else self.env.user
        if user.share or force_website:
            return {
                "type": "ir.actions.act_url",
                "url": f"/my/commissions/{self.id}",
                "target": "self",
                "res_id": self.id,
            }
        return super()._get_access_action(access_uid=access_uid, force_website=force_website)

    def _notify_get_recipients_groups(self, message, model_description, msg_vals=False):
        groups = super()._notify_get_recipients_groups(message, model_description, msg_vals)
        for name, _is_member, data in groups:
            if name == "portal":
                data.update(active=True, has_button_access=True)
        return groups

    def _mail_get_partner_fields(self, introspect_fields=False):
        return ["payee_id"]

    def _get_report_base_filename(self):
        self.ensure_one()
        return self.display_name
