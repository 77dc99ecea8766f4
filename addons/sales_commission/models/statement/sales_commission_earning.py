from odoo import api, fields, models
from odoo.exceptions import UserError

from ...fields import UnguardedMany2one
from ..plan.sales_commission_rule import CREDIT_ROLE

# What an earning stands for. A balance is the sum over all kinds.
EARNING_KIND = [
    ("earning", "Earning"),
    ("clawback", "Clawback"),
    ("reinstatement", "Reinstatement"),
    ("true_up", "True-up"),
    ("adjustment", "Adjustment"),
]


class SalesCommissionEarning(models.Model):
    """Commission earning: what one ledger entry brought one payee by one rule.

    Inserted by :class:`SalesCommissionCalculation` and never updated. While the run is only
    calculated, the next calculation replaces its earnings; once it is approved, the database
    itself refuses to add to them or to take any away (see :meth:`init`).
    """

    _name = "sales.commission.earning"
    _description = "Commission Earning"
    _inherit = ["sales.append.only.mixin"]
    _order = "date desc, id desc"
    _rec_name = "reference"
    _log_access = False

    # The statement and the measure hold the foreign keys of what is named here: they keep the
    # run, the plan, the rule and the payee; ledger entries can never be deleted at all, and
    # adjustments neither, once they are approved.
    run_id = UnguardedMany2one("sales.commission.run", required=True, readonly=True)
    statement_id = fields.Many2one(
        "sales.commission.statement",
        required=True,
        readonly=True,
        index=True,
        ondelete="restrict",
    )
    measure_id = UnguardedMany2one(
        "sales.commission.measure", readonly=True, index="btree_not_null"
    )
    company_id = UnguardedMany2one("res.company", required=True, readonly=True)
    kind = fields.Selection(EARNING_KIND, required=True, readonly=True)
    role = fields.Selection(CREDIT_ROLE, readonly=True)
    payee_id = UnguardedMany2one("res.partner", required=True, readonly=True, index=True)
    user_id = UnguardedMany2one("res.users", string="Salesperson", readonly=True)
    plan_id = UnguardedMany2one("sales.commission.plan", readonly=True)
    rule_id = UnguardedMany2one("sales.commission.rule", readonly=True)
    tier_id = UnguardedMany2one(
        "sales.commission.tier", readonly=True, help="The tier that the sale lies in, or ends in."
    )
    entry_id = UnguardedMany2one("sales.ledger.entry", string="Ledger Entry", readonly=True)
    adjustment_id = UnguardedMany2one(
        "sales.commission.adjustment",
        readonly=True,
        help="The manual adjustment that this is, in the place of a sale.",
    )
    date = fields.Date(required=True, readonly=True, help="The date of the ledger entry.")
    reference = fields.Char(string="Document", related="entry_id.reference")
    partner_id = fields.Many2one(string="Customer", related="entry_id.partner_id")
    product_id = fields.Many2one(related="entry_id.product_id")
    event = fields.Selection(related="entry_id.event")
    currency_id = UnguardedMany2one("res.currency", required=True, readonly=True)
    company_currency_id = fields.Many2one(
        related="company_id.currency_id", string="Company Currency"
    )
    share = fields.Float(
        string="Share (%)",
        digits=(16, 4),
        readonly=True,
        aggregator=None,
        help="The payee's part of the sale.",
    )
    base = fields.Monetary(
        currency_field="company_currency_id",
        readonly=True,
        help="The payee's share of the amount or the margin of the ledger entry, as the rule says.",
    )
    quantity = fields.Float(
        digits="Product Unit",
        readonly=True,
        help="The payee's share of the quantity, where the rule pays for that.",
    )
    rate = fields.Float(
        string="Rate (%)",
        digits=(16, 6),
        readonly=True,
        aggregator=None,
        help="Commission in percent of the base, before rounding.",
    )
    amount = fields.Monetary(
        string="Commission",
        readonly=True,
        help="The sum of a payee's earnings by one rule is rounded once; every line is the "
        "difference that it makes to the rounded sum of the lines before it.",
    )
    explanation = fields.Text(
        string="How It Came About", compute="_compute_explanation", compute_sudo=True
    )

    # === CONSTRAINTS AND INDEXES === #
    _entry_unique = models.UniqueIndex(
        "(entry_id, rule_id, payee_id, kind)",
        "A sale of this run was paid by another run at the same moment. Calculate again.",
    )
    _adjustment_unique = models.UniqueIndex(
        "(adjustment_id) WHERE adjustment_id IS NOT NULL",
        "An adjustment of this run was settled by another run at the same moment. Calculate again.",
    )
    # The rows of a run lie together, so an index of a few pages finds them.
    _run_idx = models.Index("USING brin (run_id)")
    _unmeasured_idx = models.Index("(run_id) WHERE measure_id IS NULL")

    def init(self):
        """Let the database guard what is approved, whoever asks.

        Merging two contacts moves ``payee_id`` to the surviving one, which rewrites no figure
        and stays possible.
        """
        super().init()
        self.env.cr.execute(
            """
            CREATE OR REPLACE FUNCTION sales_commission_earning_refuse_update()
            RETURNS trigger AS $$
            BEGIN
                RAISE EXCEPTION 'Commission earnings never change: calculate the run again.'
                    USING ERRCODE = 'restrict_violation';
            END $$ LANGUAGE plpgsql;
            CREATE OR REPLACE FUNCTION sales_commission_earning_refuse_settled()
            RETURNS trigger AS $$
            BEGIN
                IF EXISTS (
                    SELECT FROM sales_commission_run r
                     WHERE r.state NOT IN ('draft', 'calculated', 'review')
                       AND r.id IN (SELECT run_id FROM changed)
                ) THEN
                    RAISE EXCEPTION 'The commission run is approved: its earnings stand.'
                        USING ERRCODE = 'restrict_violation';
                END IF;
                RETURN NULL;
            END $$ LANGUAGE plpgsql;
            CREATE OR REPLACE TRIGGER sales_commission_earning_no_update
                BEFORE UPDATE OF run_id, statement_id, measure_id, company_id, kind, role, user_id,
                    plan_id, rule_id, tier_id, entry_id, adjustment_id, date, currency_id, share,
                    base, quantity, rate, amount
                ON sales_commission_earning
                FOR EACH STATEMENT EXECUTE FUNCTION sales_commission_earning_refuse_update();
            CREATE OR REPLACE TRIGGER sales_commission_earning_no_truncate
                BEFORE TRUNCATE ON sales_commission_earning
                FOR EACH STATEMENT EXECUTE FUNCTION sales_commission_earning_refuse_update();
            CREATE OR REPLACE TRIGGER sales_commission_earning_no_insert
                AFTER INSERT ON sales_commission_earning REFERENCING NEW TABLE AS changed
                FOR EACH STATEMENT EXECUTE FUNCTION sales_commission_earning_refuse_settled();
            CREATE OR REPLACE TRIGGER sales_commission_earning_no_delete
                AFTER DELETE ON sales_commission_earning REFERENCING OLD TABLE AS changed
                FOR EACH STATEMENT EXECUTE FUNCTION sales_commission_earning_refuse_settled();
            """
        )

    # === COMPUTE METHODS === #
    @api.depends_context("lang")
    def _compute_explanation(self):
        sentences = self.env["sales.commission.explaining"]._explain(self)
        for earning in self:
            earning.explanation = sentences.get(earning.id)

    # === CRUD METHODS === #
    def _append_only_error(self):
        return UserError(
            self.env._(
                "Commission earnings are written by a run and never edited. Correct the sale or "
                "the plan, and calculate the run again; an approved run is corrected by the next."
            )
        )

    # === ACTION METHODS === #
    def action_open_document(self):
        """Open the order, invoice, import or adjustment that the earning comes from."""
        self.ensure_one()
        if self.adjustment_id:
            return self._get_form_action(self.adjustment_id)
        if self.entry_id:
            return self.entry_id.action_open_document()
        # A true-up is about all sales of its measure.
        return self.statement_id.action_open_ledger()

    def action_open_rule(self):
        self.ensure_one()
        return self._get_form_action(self.rule_id)

    def action_ask(self):
        """Question this line."""
        self.ensure_one()
        return self.statement_id._get_ask_action(self)

    def _get_form_action(self, record):
        return {
            "type": "ir.actions.act_window",
            "res_model": record._name,
            "res_id": record.id,
            "views": [(False, "form")],
        }
