from odoo import fields, models
from odoo.exceptions import UserError

# What an earning stands for. A balance is the sum over all kinds.
EARNING_KIND = [
    ("earning", "Earning"),
]
# In which part somebody shares a sale.
CREDIT_ROLE = [
    ("salesperson", "Salesperson"),
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

    run_id = fields.Many2one(
        "sales.commission.run", required=True, readonly=True, index=True, ondelete="restrict"
    )
    statement_id = fields.Many2one(
        "sales.commission.statement",
        required=True,
        readonly=True,
        index=True,
        ondelete="restrict",
    )
    company_id = fields.Many2one("res.company", required=True, readonly=True, ondelete="restrict")
    kind = fields.Selection(EARNING_KIND, required=True, readonly=True)
    role = fields.Selection(CREDIT_ROLE, required=True, readonly=True)
    payee_id = fields.Many2one(
        "res.partner", required=True, readonly=True, index=True, ondelete="restrict"
    )
    user_id = fields.Many2one("res.users", string="Salesperson", readonly=True, ondelete="restrict")
    plan_id = fields.Many2one(
        "sales.commission.plan", required=True, readonly=True, index=True, ondelete="restrict"
    )
    rule_id = fields.Many2one(
        "sales.commission.rule", required=True, readonly=True, index=True, ondelete="restrict"
    )
    entry_id = fields.Many2one(
        "sales.ledger.entry",
        string="Ledger Entry",
        required=True,
        readonly=True,
        ondelete="restrict",
    )
    date = fields.Date(required=True, readonly=True, help="The date of the ledger entry.")
    reference = fields.Char(string="Document", related="entry_id.reference")
    partner_id = fields.Many2one(string="Customer", related="entry_id.partner_id")
    product_id = fields.Many2one(related="entry_id.product_id")
    event = fields.Selection(related="entry_id.event")
    currency_id = fields.Many2one("res.currency", required=True, readonly=True, ondelete="restrict")
    base = fields.Monetary(
        readonly=True, help="The amount or the margin of the ledger entry, as the rule says."
    )
    rate = fields.Float(string="Rate (%)", digits=(16, 6), readonly=True, aggregator=None)
    amount = fields.Monetary(
        string="Commission",
        readonly=True,
        help="Base × rate. The sum of a payee's earnings by one rule is rounded once, and the "
        "cents are spread so that the lines add up to it.",
    )

    # === CONSTRAINTS AND INDEXES === #
    _entry_unique = models.UniqueIndex(
        "(entry_id, rule_id, role, kind)",
        "A sale of this run was paid by another run at the same moment. Calculate again.",
    )

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
                     WHERE r.state IN ('approved', 'closed')
                       AND r.id IN (SELECT run_id FROM changed)
                ) THEN
                    RAISE EXCEPTION 'The commission run is approved: its earnings stand.'
                        USING ERRCODE = 'restrict_violation';
                END IF;
                RETURN NULL;
            END $$ LANGUAGE plpgsql;
            CREATE OR REPLACE TRIGGER sales_commission_earning_no_update
                BEFORE UPDATE OF run_id, statement_id, company_id, kind, role, user_id,
                    plan_id, rule_id, entry_id, date, currency_id, base, rate, amount
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
        """Open the order, invoice or import that the earning comes from."""
        self.ensure_one()
        return self.entry_id.action_open_document()
