from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import formatLang

from .sales_commission_run import SETTLED

CHECK_KIND = [
    ("unusual", "Unusual Amount"),
    ("discount", "Large Discount"),
    ("refund", "Refunded after the Period"),
    ("own_sale", "Payee Is the Customer"),
    ("tier_edge", "At the Edge of a Tier"),
    ("no_target", "No Target"),
]
# All that a person may set.
EDITABLE = {"note"}


class SalesCommissionCheck(models.Model):
    """Check finding: something about a payee's commission that somebody should look at.

    Found by :class:`SalesCommissionChecking` at each calculation. A finding with the same
    figures stays as it was, with who looked at it; one with other figures is a new finding.
    The sentence is made from the figures when it is read, in the language of the reader.
    """

    _name = "sales.commission.check"
    _description = "Commission Check Finding"
    _order = "run_id desc, is_open desc, kind, amount desc, id"
    _rec_name = "kind"
    # Inserted by SQL; who looked at it and when has fields of its own.
    _log_access = False

    run_id = fields.Many2one(
        "sales.commission.run", required=True, readonly=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="run_id.company_id")
    company_currency_id = fields.Many2one(
        related="run_id.company_id.currency_id", string="Company Currency"
    )
    run_state = fields.Selection(related="run_id.state", string="State of Run")
    kind = fields.Selection(CHECK_KIND, string="Finding", required=True, readonly=True)
    statement_id = fields.Many2one(
        "sales.commission.statement", readonly=True, ondelete="set null", index="btree_not_null"
    )
    payee_id = fields.Many2one(
        "res.partner", required=True, readonly=True, index=True, ondelete="restrict"
    )
    rule_id = fields.Many2one(
        "sales.commission.rule", readonly=True, index="btree_not_null", ondelete="restrict"
    )
    currency_id = fields.Many2one("res.currency", required=True, readonly=True, ondelete="restrict")
    amount = fields.Monetary(string="Commission", readonly=True, help="The commission concerned.")
    figure = fields.Float(
        digits=(16, 2),
        readonly=True,
        aggregator=None,
        export_string_translation=False,
        help="What was found: a highest discount, a total sold, an attainment.",
    )
    bound = fields.Float(
        digits=(16, 2),
        readonly=True,
        aggregator=None,
        export_string_translation=False,
        help="What it was compared with: a median, a limit, the edge of a tier.",
    )
    number = fields.Integer(
        readonly=True,
        aggregator=None,
        export_string_translation=False,
        help="Of sales, invoices or runs.",
    )
    reference = fields.Char(string="Document", readonly=True)
    key = fields.Char(required=True, readonly=True, export_string_translation=False)
    # Text, so that lists wrap the sentence.
    message = fields.Text(string="What Was Found", compute="_compute_message")
    is_open = fields.Boolean(string="To Look At", readonly=True, required=True, default=True)
    looked_at = fields.Datetime(string="Looked At On", readonly=True)
    looked_by_id = fields.Many2one(
        "res.users", string="Looked At By", readonly=True, ondelete="restrict"
    )
    note = fields.Char(help="What came out when somebody looked at it.")

    # === CONSTRAINTS AND INDEXES === #
    _key_unique = models.UniqueIndex("(run_id, key)", "A run lists a finding once.")

    # === COMPUTE METHODS === #
    @api.depends("kind", "amount", "figure", "bound", "number", "reference")
    @api.depends_context("lang")
    def _compute_message(self):
        for check in self:
            check.message = getattr(check, f"_get_message_{check.kind}")(check._get_figures())

    # === CRUD METHODS === #
    def write(self, vals):
        if not self.env.su and not EDITABLE.issuperset(vals):
            raise UserError(
                self.env._(
                    "Findings come from the calculation. Tick those that you have looked at, and "
                    "write down what came out."
                )
            )
        self._check_run_is_open()
        return super().write(vals)

    # === ACTION METHODS === #
    def action_look(self):
        """Tick the findings as looked at."""
        self._check_may_look()
        self.sudo().write(
            {
                "is_open": False,
                "looked_at": fields.Datetime.now(),
                "looked_by_id": self.env.user.id,
            }
        )
        return True

    def action_reopen(self):
        self._check_may_look()
        self.sudo().write({"is_open": True, "looked_at": False, "looked_by_id": False})
        return True

    def action_open_rows(self):
        """Open what the finding is about: earnings, or the statements it was compared with."""
        self.ensure_one()
        name = "earning" if self.kind != "unusual" else "statement"
        action = self.env["ir.actions.act_window"]._for_xml_id(
            f"sales_commission.sales_commission_{name}_action"
        )
        return {
            **action,
            "name": self.env._(
                "%(payee)s: %(finding)s",
                payee=self.payee_id.name,
                finding=dict(self._fields["kind"]._description_selection(self.env))[self.kind],
            ),
            "domain": list(Domain(getattr(self, f"_get_domain_{self.kind}")())),
            "context": {},
        }

    # === BUSINESS METHODS === #
    def _check_may_look(self):
        self.check_access("write")
        self._check_run_is_open()
        if excluded := self.filtered(lambda check: check.payee_id == self.env.user.partner_id):
            raise UserError(
                self.env._(
                    "The finding about %(payee)s is about you, so somebody else has to look at it.",
                    payee=excluded[0].payee_id.name,
                )
            )

    def _check_run_is_open(self):
        for run in self.run_id:
            if run.state in SETTLED:
                raise UserError(
                    self.env._(
                        "Run %(run)s is approved, and its findings stay as they were then.",
                        run=run.name,
                    )
                )

    # === SENTENCES === #
    def _get_figures(self):
        """:return: dict of the figures as people write them"""
        self.ensure_one()
        return {
            "amount": self.currency_id.format(self.amount),
            "number": self.number,
            "reference": self.reference,
            "rule": self.rule_id.sudo().name,
        }

    def _format_number(self, value, unit=""):
        return formatLang(self.env, value, digits=2) + unit

    def _get_message_unusual(self, figures):
        figures["median"] = self.currency_id.format(self.bound)
        if not self.statement_id:
            return self.env._(
                "Earns nothing, while the median of the last %(number)s runs is %(median)s.",
                **figures,
            )
        return self.env._(
            "Earns %(amount)s, while the median of the last %(number)s runs is %(median)s.",
            **figures,
        )

    def _get_message_discount(self, figures):
        return self.env._(
            "Earns %(amount)s on sales with a discount above %(limit)s %% (%(number)s in all, "
            "up to %(highest)s %%).",
            limit=self._format_number(self.bound),
            highest=self._format_number(self.figure),
            **figures,
        )

    def _get_message_refund(self, figures):
        return self.env._(
            "Earns %(amount)s on invoices of the last days of the period that were refunded after "
            "it (%(number)s in all, such as %(reference)s).",
            **figures,
        )

    def _get_message_own_sale(self, figures):
        return self.env._(
            "Earns %(amount)s on sales to themselves or to their own company (%(number)s in all, "
            "such as %(reference)s).",
            **figures,
        )

    def _get_message_tier_edge(self, figures):
        figures["reached"] = self._format_position(self.figure)
        figures["edge"] = self._format_position(self.bound)
        if self.figure < self.bound:
            return self.env._(
                "Reaches %(reached)s by rule “%(rule)s”, just below the tier from %(edge)s; the "
                "last sale is %(reference)s.",
                **figures,
            )
        return self.env._(
            "Reaches %(reached)s by rule “%(rule)s”, just within the tier from %(edge)s; "
            "%(reference)s took it there.",
            **figures,
        )

    def _get_message_no_target(self, figures):
        return self.env._(
            "Rule “%(rule)s” goes by attainment and there is no target, so %(sold)s sold earns "
            "%(amount)s.",
            sold=self._format_number(self.figure),
            **figures,
        )

    def _format_position(self, value):
        """:return: a total or an attainment, as the rule measures it"""
        rule = self.rule_id.sudo()
        if rule.tier_basis == "attainment":
            return self._format_number(value, " %")
        if rule.base == "quantity":
            return self._format_number(value)
        return self.company_currency_id.format(value)

    # === ROWS === #
    def _get_domain_statement(self):
        return [("statement_id", "=", self.statement_id.id)]

    def _get_domain_unusual(self):
        run = self.run_id
        return [
            ("payee_id", "=", self.payee_id.id),
            ("currency_id", "=", self.currency_id.id),
            ("company_id", "=", run.company_id.id),
            ("run_id.plan_id", "=", run.plan_id.id),
            ("date_to", "<=", run.date_to),
        ]

    def _get_domain_discount(self):
        return [*self._get_domain_statement(), ("entry_id.discount", ">", self.bound)]

    def _get_domain_refund(self):
        invoices = self.env["sales.commission.checking"]._find_refunded_invoices(self.run_id)
        return [
            *self._get_domain_statement(),
            ("entry_id.document_model", "=", "account.move"),
            ("entry_id.document_id", "in", invoices),
        ]

    def _get_domain_own_sale(self):
        payee = self.payee_id
        customer = [("entry_id.partner_id", "=", payee.id)]
        own = payee.commercial_partner_id
        if own != self.company_id.partner_id:
            customer = [("entry_id.partner_id.commercial_partner_id", "=", own.id)]
        return [*self._get_domain_statement(), *customer]

    def _get_domain_tier_edge(self):
        return [
            *self._get_domain_statement(),
            ("rule_id", "=", self.rule_id.id),
            ("entry_id.reference", "=", self.reference),
        ]

    def _get_domain_no_target(self):
        return [*self._get_domain_statement(), ("rule_id", "=", self.rule_id.id)]
