from odoo import api, fields, models
from odoo.exceptions import UserError

PAYOUT_STATE_OF_STATEMENT = [
    ("nothing", "Nothing to Pay"),
    ("open", "To Pay"),
    ("billed", "Billed"),
    ("paid", "Paid"),
]


class SalesCommissionStatement(models.Model):
    """Paying statements: colleagues by hand, with their wages, others by a vendor bill."""

    _inherit = "sales.commission.statement"

    # === FIELDS === #
    payout_ids = fields.One2many(
        "sales.commission.payout",
        "statement_id",
        string="Payouts",
        readonly=True,
        groups="sales_team.group_sale_salesman_all_leads",
    )
    payout_state = fields.Selection(
        PAYOUT_STATE_OF_STATEMENT, string="Payout", compute="_compute_payout_state", store=True
    )
    is_external = fields.Boolean(
        compute="_compute_is_external", compute_sudo=True, export_string_translation=False
    )
    payout_date = fields.Date(
        string="Paid On", compute="_compute_payout", compute_sudo=True, help="Or billed on."
    )
    payout_reference = fields.Char(compute="_compute_payout", compute_sudo=True)

    # === COMPUTE METHODS === #
    @api.depends("payout_ids.state")
    def _compute_payout_state(self):
        """See also SalesCommissionCalculation._sum_up, which says so of new statements."""
        for statement in self:
            payout = statement._get_payout()
            fallback = "nothing" if statement.currency_id.is_zero(statement.amount) else "open"
            statement.payout_state = payout.state or fallback

    @api.depends("payee_id.user_ids.share")
    def _compute_is_external(self):
        """Whether the payee is none of the company's own users."""
        for statement in self:
            statement.is_external = all(user.share for user in statement.payee_id.user_ids)

    @api.depends("payout_ids.state")
    def _compute_payout(self):
        for statement in self:
            payout = statement._get_payout()
            statement.payout_date = payout.date
            statement.payout_reference = payout.reference or payout.move_id.ref

    # === ACTION METHODS === #
    def action_pay(self):
        """Ask when and how the statements were paid."""
        self._check_payable()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Mark as Paid"),
            "res_model": "sales.commission.pay",
            "view_mode": "form",
            "target": "new",
            "context": {"default_statement_ids": self.ids},
        }

    def action_open_payouts(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "sales_commission.sales_commission_payout_action"
        )
        return {**action, "domain": [("statement_id", "=", self.id)], "context": {}}

    # === BUSINESS METHODS === #
    def _get_payout(self):
        """:return: the payout that was not taken back, if there is one"""
        self.ensure_one()
        payouts = self.sudo().payout_ids
        return payouts.filtered(lambda payout: payout.state != "cancelled")[:1]

    def _check_payable(self):
        """:raises UserError: a statement cannot be paid, or not again
        :raises AccessError: the user settles no commission
        """
        self.env["sales.commission.run"].check_access("write")
        self.check_access("read")
        for statement in self:
            if error := statement._payout_error_message():
                raise UserError(error)

    def _payout_error_message(self):
        """:return: why the statement cannot be paid now, or False"""
        self.ensure_one()
        values = {"statement": self.display_name, "run": self.sudo().run_id.name}
        if self.payout_state in ("billed", "paid"):
            return self.env._(
                "Statement %(statement)s is %(state)s already, since %(date)s. "
                "Undo that payout before you pay it in another way.",
                state=dict(self._fields["payout_state"]._description_selection(self.env))[
                    self.payout_state
                ],
                date=fields.Date.to_string(self.payout_date),
                **values,
            )
        if self.state != "approved":
            return self.env._(
                "Statement %(statement)s cannot be paid: its run, %(run)s, is not in state "
                "“Approved”.",
                **values,
            )
        if self.payout_state == "nothing":
            return self.env._("Statement %(statement)s comes to 0: nothing is to pay.", **values)
        return self._rate_error_message()

    def _rate_error_message(self):
        self.ensure_one()
        calculation = self.env["sales.commission.calculation"]
        if self.currency_id == self.company_id.currency_id or calculation._has_rate(
            self.currency_id, self.sudo().run_id
        ):
            return False
        return self.env._(
            "Statement %(statement)s is in %(currency)s, and there is no exchange rate for it. "
            "Enter the rate, then pay the statement.",
            statement=self.display_name,
            currency=self.currency_id.name,
        )

    def _pay(self, date, reference, with_entry):
        """Keep that the statements were paid by hand.

        :param with_entry: whether the cost goes into the books, by the rights of the user
        """
        self._check_payable()
        moves = self.env["account.move"]
        if with_entry:
            moves = moves.create([statement._prepare_entry(date) for statement in self])
            moves.action_post()
        self.env["sales.commission.payout"].sudo().create(
            [
                {
                    **statement._prepare_payout_values("manual", date, reference),
                    "has_move": with_entry,
                    "move_id": moves[index : index + 1].id,
                }
                for index, statement in enumerate(self)
            ]
        )

    def _prepare_payout_values(self, kind, date, reference=False):
        self.ensure_one()
        return {
            "statement_id": self.id,
            "kind": kind,
            "date": date,
            "reference": reference,
            "amount": self.amount,
        }

    def _prepare_entry(self, date):
        """:return: dict of a journal entry: commission as a cost, owed to the payee"""
        self.ensure_one()
        company = self.company_id
        settings = {
            name: company[f"sales_commission_{name}_id"]
            for name in ("journal", "expense_account", "payable_account")
        }
        for name, record in settings.items():
            if not record:
                field = company._fields[f"sales_commission_{name}_id"]
                raise UserError(
                    self.env._(
                        "%(company)s has no %(setting)s, so no entry can be made. "
                        "Choose it in the settings, or leave the entry out.",
                        company=company.name,
                        setting=field._description_string(self.env),
                    )
                )
        balance = self.currency_id._convert(self.amount, company.currency_id, company, date)
        return {
            "move_type": "entry",
            "company_id": company.id,
            "journal_id": settings["journal"].id,
            "date": date,
            "ref": self.display_name,
            "line_ids": [
                fields.Command.create(
                    {
                        "account_id": account.id,
                        "partner_id": self.payee_id.id,
                        "name": self.display_name,
                        "currency_id": self.currency_id.id,
                        "amount_currency": sign * self.amount,
                        "balance": sign * balance,
                    }
                )
                for account, sign in (
                    (settings["expense_account"], 1),
                    (settings["payable_account"], -1),
                )
            ],
        }
