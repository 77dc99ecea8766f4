from odoo import api, fields, models
from odoo.tools import SQL

# The order of the transaction's pending contracts; see SalesContractFulfilment._touch.
PENDING = "sales_contract.pending"
STEPS = ("ordered", "delivered", "invoiced")
LINE_COLUMNS = tuple(f"{step}_{figure}" for figure in ("quantity", "amount") for step in STEPS)
CONTRACT_COLUMNS = (*(f"{step}_amount" for step in STEPS), "collected_amount")
# To the currency in the query.
ROUNDED = "ROUND(COALESCE(AMOUNT, 0) / currency.rounding) * currency.rounding"


class SalesContract(models.Model):
    """How far a contract is fulfilled, counted over all its versions."""

    _inherit = "sales.contract"

    ordered_amount = fields.Monetary(string="Ordered", readonly=True, copy=False)
    delivered_amount = fields.Monetary(string="Delivered", readonly=True, copy=False)
    invoiced_amount = fields.Monetary(string="Invoiced", readonly=True, copy=False)
    collected_amount = fields.Monetary(
        string="Collected",
        readonly=True,
        copy=False,
        help="Untaxed, according to the sales ledger.",
    )
    remaining_amount = fields.Monetary(string="Remaining", compute="_compute_fulfilment")
    ordered_percent = fields.Float(string="Ordered (%)", compute="_compute_fulfilment")
    delivered_percent = fields.Float(string="Delivered (%)", compute="_compute_fulfilment")
    invoiced_percent = fields.Float(string="Invoiced (%)", compute="_compute_fulfilment")
    collected_percent = fields.Float(string="Collected (%)", compute="_compute_fulfilment")

    @api.depends("amount", *CONTRACT_COLUMNS)
    def _compute_fulfilment(self):
        for contract in self:
            contract.remaining_amount = contract.amount and (
                contract.amount - contract.ordered_amount
            )
            for step in (*STEPS, "collected"):
                done = contract[f"{step}_amount"]
                contract[f"{step}_percent"] = (
                    100 * done / contract.amount if contract.amount else 0.0
                )

    def _take_over(self):
        super()._take_over()
        self.env["sales.contract.fulfilment"]._touch(self)


class SalesLedgerPosting(models.AbstractModel):
    _inherit = "sales.ledger.posting"

    @api.model
    def _posted_for_contracts(self, contract_ids):
        super()._posted_for_contracts(contract_ids)
        contracts = self.env["sales.contract"].browse(contract_ids)
        self.env["sales.contract.fulfilment"]._touch(contracts)


class SalesContractFulfilment(models.AbstractModel):
    """Counts what was called off under contracts, in one statement for any number of them.

    What is ordered, delivered and invoiced comes from the lines of confirmed orders, what is
    collected from the sales ledger, and both in the currency of the contract. Touched
    contracts are counted once, just before the transaction commits.
    """

    _name = "sales.contract.fulfilment"
    _description = "Contract Fulfilment"

    @api.model
    def _touch(self, contracts):
        """Remember contracts whose fulfilment may have changed in this transaction."""
        if not contracts:
            return
        precommit = self.env.cr.precommit
        if PENDING not in precommit.data:
            precommit.data[PENDING] = set()
            precommit.add(self._refresh_pending)
        precommit.data[PENDING].update(contracts.ids)

    @api.model
    def _refresh_pending(self):
        """Count what the transaction has touched so far; a reader calls this first."""
        self.env.flush_all()
        # What it posts may touch further contracts.
        self.env["sales.ledger.posting"]._post_pending()
        if touched := self.env.cr.precommit.data.pop(PENDING, ()):
            self._refresh(sorted(touched))

    @api.model
    def _refresh(self, contract_ids=None):
        """Count contracts anew.

        :param contract_ids: ids of any version of each; None for every contract
        """
        self.env.flush_all()
        self.env.cr.execute(self._refresh_query(contract_ids))
        # With what is computed from the figures.
        for model in ("sales.contract", "sales.contract.line", "sales.contract.milestone"):
            self.env[model].invalidate_model(flush=False)

    # === QUERIES === #
    @api.model
    def _refresh_query(self, contract_ids):
        if contract_ids is None:
            scope = SQL("SELECT id, root_id FROM sales_contract")
        else:
            scope = SQL(
                """
                SELECT id, root_id FROM sales_contract WHERE root_id IN (
                    SELECT root_id FROM sales_contract WHERE id = ANY(%s))
                """,
                contract_ids,
            )
        digits = self.env["decimal.precision"].precision_get("Product Unit")
        return SQL(
            """
            WITH scope AS MATERIALIZED (%(scope)s),
            call AS MATERIALIZED (
                SELECT root_id, root_line_id, %(call_sums)s
                  FROM (%(calls)s) AS call
                 GROUP BY root_id, root_line_id
            ), collected AS (%(collected)s),
            by_line AS (
                SELECT line.id, %(line_figures)s
                  FROM scope
                  JOIN sales_contract_line line ON line.contract_id = scope.id
                  JOIN res_currency currency ON currency.id = line.currency_id
                  LEFT JOIN call ON call.root_line_id = line.root_id
                       AND call.root_id = scope.root_id
            ), lines AS (
                UPDATE sales_contract_line line SET %(line_assignments)s
                  FROM by_line counted
                 WHERE counted.id = line.id AND (%(line_columns)s) IS DISTINCT FROM (%(counted)s)
            ), by_root AS MATERIALIZED (
                SELECT root.root_id, %(root_figures)s,
                       COALESCE(MAX(collected.amount), 0) AS collected_amount
                  FROM (SELECT DISTINCT root_id FROM scope) root
                  JOIN sales_contract first ON first.id = root.root_id
                  JOIN res_currency currency ON currency.id = first.currency_id
                  LEFT JOIN call ON call.root_id = root.root_id
                  LEFT JOIN collected ON collected.root_id = root.root_id
                 GROUP BY root.root_id, currency.rounding
            ), contracts AS (
                UPDATE sales_contract contract SET %(contract_assignments)s
                  FROM scope JOIN by_root counted USING (root_id)
                 WHERE scope.id = contract.id
                   AND (%(contract_columns)s) IS DISTINCT FROM (%(contract_counted)s)
            )
            UPDATE sales_contract_milestone milestone
               SET done_amount = counted.done_amount, done_quantity = counted.done_quantity,
                   done_date = counted.done_date, open_amount = counted.open_amount
              FROM (%(milestones)s) AS counted
             WHERE counted.id = milestone.id
               AND (milestone.done_amount, milestone.done_quantity, milestone.done_date,
                    milestone.open_amount)
                   IS DISTINCT FROM (counted.done_amount, counted.done_quantity,
                                     counted.done_date, counted.open_amount)
            """,
            scope=scope,
            call_sums=self._each("SUM(%s) AS %s", LINE_COLUMNS),
            calls=self._calls_query(
                SQL("o.contract_id IN (SELECT id FROM scope)") if contract_ids else SQL("TRUE"),
                SQL("o.state = 'sale'"),
            ),
            collected=self._collected_query(),
            line_figures=SQL(
                "%s, %s",
                self._each(f"ROUND(COALESCE(call.%s, 0), {digits}) AS %s", LINE_COLUMNS[:3]),
                self._each(f"{ROUNDED} AS %s".replace("AMOUNT", "call.%s"), LINE_COLUMNS[3:]),
            ),
            line_assignments=self._each("%s = counted.%s", LINE_COLUMNS),
            line_columns=self._each("line.%s", LINE_COLUMNS),
            counted=self._each("counted.%s", LINE_COLUMNS),
            root_figures=self._each(
                f"{ROUNDED} AS %s".replace("AMOUNT", "SUM(call.%s)"), CONTRACT_COLUMNS[:-1]
            ),
            contract_assignments=self._each("%s = counted.%s", CONTRACT_COLUMNS),
            contract_columns=self._each("contract.%s", CONTRACT_COLUMNS),
            contract_counted=self._each("counted.%s", CONTRACT_COLUMNS),
            milestones=self._milestones_query(),
        )

    @api.model
    def _each(self, template, names):
        """:return: ``SQL`` of a template filled with each of the names, separated by commas"""
        return SQL(", ").join(
            SQL(template, *([SQL.identifier(name)] * template.count("%s"))) for name in names
        )

    @api.model
    def _calls_query(self, scope, condition):
        """What the lines of orders call off: quantities in the unit of the contract line,
        amounts in the currency of the contract.

        :return: ``SQL`` with root_id, root_line_id, day and the columns of a contract line
        """
        return SQL(
            """
            SELECT contract.root_id, line.root_id AS root_line_id, o.ledger_date AS day,
                   l.product_uom_qty * unit.rate AS ordered_quantity,
                   l.qty_delivered * unit.rate AS delivered_quantity,
                   l.qty_invoiced * unit.rate AS invoiced_quantity,
                   l.price_subtotal * money.rate AS ordered_amount,
                   COALESCE(l.price_subtotal * l.qty_delivered / NULLIF(l.product_uom_qty, 0),
                            l.price_reduce_taxexcl * l.qty_delivered, 0) * money.rate
                       AS delivered_amount,
                   COALESCE(l.untaxed_amount_invoiced, 0) * money.rate AS invoiced_amount
              FROM sale_order o
              JOIN sale_order_line l ON l.order_id = o.id
              JOIN sales_contract contract ON contract.id = o.contract_id
              LEFT JOIN sales_contract_line line ON line.id = l.contract_line_id
              LEFT JOIN uom_uom theirs ON theirs.id = l.product_uom_id
              LEFT JOIN uom_uom ours ON ours.id = line.product_uom_id
             CROSS JOIN LATERAL (
                    SELECT COALESCE(theirs.factor / NULLIF(ours.factor, 0), 1)::numeric AS rate
                   ) unit
             CROSS JOIN LATERAL (
                    SELECT CASE WHEN o.currency_id = contract.currency_id THEN 1
                                ELSE %(rate)s / COALESCE(NULLIF(o.currency_rate, 0), 1)::numeric
                            END AS rate
                   ) money
             WHERE l.display_type IS NULL AND l.is_downpayment IS NOT TRUE
               AND %(scope)s AND %(condition)s
            """,
            rate=self._rate(SQL("o.company_id"), SQL("o.ledger_date")),
            scope=scope,
            condition=condition,
        )

    @api.model
    def _rate(self, company, day):
        """:return: ``SQL`` of what one unit of a company's currency is worth in that of the
        contract on a day; both sides of the division are kept as rates of the same table
        """

        # Branches have the rates of their head company.
        head = SQL(
            "(SELECT split_part(home.parent_path, '/', 1)::int FROM res_company home"
            " WHERE home.id = %s)",
            company,
        )

        def rate_of(currency):
            return SQL(
                """
                COALESCE((SELECT rate.rate FROM res_currency_rate rate
                           WHERE rate.currency_id = %(currency)s AND rate.name <= %(day)s
                             AND (rate.company_id IS NULL OR rate.company_id = %(company)s)
                           ORDER BY rate.company_id, rate.name DESC LIMIT 1),
                         (SELECT rate.rate FROM res_currency_rate rate
                           WHERE rate.currency_id = %(currency)s
                             AND (rate.company_id IS NULL OR rate.company_id = %(company)s)
                           ORDER BY rate.company_id, rate.name LIMIT 1), 1)
                """,
                currency=currency,
                day=day,
                company=head,
            )

        own = SQL("(SELECT home.currency_id FROM res_company home WHERE home.id = %s)", company)
        return SQL(
            "(%s / %s)::numeric",
            rate_of(SQL("contract.currency_id")),
            rate_of(own),
        )

    @api.model
    def _collected_query(self):
        """:return: ``SQL`` of the money that came in under each contract, in its currency"""
        return SQL(
            """
            SELECT scope.root_id,
                   ROUND(SUM(CASE
                       WHEN entry.currency_id = contract.currency_id THEN entry.amount
                       WHEN m.currency_id = contract.currency_id
                            THEN entry.amount * m.invoice_currency_rate::numeric
                       ELSE entry.amount * %(rate)s
                        END) / currency.rounding) * currency.rounding AS amount
              FROM scope
              JOIN sales_contract contract ON contract.id = scope.id
              JOIN res_currency currency ON currency.id = contract.currency_id
              JOIN sales_ledger_entry entry ON entry.contract_id = scope.root_id
               AND entry.event = 'collected'
              LEFT JOIN account_move m ON m.id = entry.document_id
             WHERE scope.id = scope.root_id
             GROUP BY scope.root_id, currency.rounding
            """,
            rate=self._rate(SQL("entry.company_id"), SQL("entry.date")),
        )

    @api.model
    def _milestones_query(self):
        """Payments are fulfilled by what was collected, deliveries by what was delivered, both
        in the order in which they are due; a minimum purchase by what was ordered in its time.

        :return: ``SQL`` with id and the columns of a milestone
        """
        return SQL(
            """
            SELECT step.id, step.done_amount, step.done_quantity,
                   CASE WHEN step.kind = 'other' THEN step.done_date
                        WHEN step.is_done THEN COALESCE(step.done_date, %(today)s)
                    END AS done_date,
                   CASE WHEN step.is_done OR step.kind = 'other' AND step.done_date IS NOT NULL
                        THEN 0 ELSE step.amount - step.done_amount END AS open_amount
              FROM (
                    SELECT plan.id, plan.kind, plan.amount, plan.done_date,
                           part.done_amount, part.done_quantity,
                           plan.kind <> 'other'
                           AND (plan.amount > 0 OR plan.quantity > 0)
                           AND part.done_amount >= CASE WHEN plan.quantity > 0 THEN 0
                                                        ELSE plan.amount END
                           AND part.done_quantity >= plan.quantity AS is_done
                      FROM (
                            SELECT milestone.id, milestone.kind, milestone.done_date,
                                   COALESCE(milestone.amount, 0) AS amount,
                                   COALESCE(milestone.quantity, 0) AS quantity,
                                   CASE milestone.kind
                                       WHEN 'payment' THEN by_root.collected_amount
                                       WHEN 'delivery' THEN
                                           CASE WHEN milestone.line_id IS NULL
                                                THEN by_root.delivered_amount
                                                ELSE on_line.delivered_amount END
                                       WHEN 'purchase' THEN bought.amount
                                   END AS money,
                                   CASE milestone.kind
                                       WHEN 'delivery' THEN on_line.delivered_quantity
                                       WHEN 'purchase' THEN bought.quantity
                                   END AS pieces,
                                   SUM(milestone.amount) OVER earlier
                                       - COALESCE(milestone.amount, 0) AS amount_before,
                                   SUM(milestone.quantity) OVER earlier
                                       - COALESCE(milestone.quantity, 0) AS quantity_before
                              FROM scope
                              JOIN by_root USING (root_id)
                              JOIN sales_contract_milestone milestone
                                ON milestone.contract_id = scope.id
                              LEFT JOIN sales_contract_line line ON line.id = milestone.line_id
                              LEFT JOIN call on_line ON on_line.root_line_id = line.root_id
                                   AND on_line.root_id = scope.root_id
                              LEFT JOIN (%(bought)s) AS bought
                                ON bought.milestone_id = milestone.id
                            WINDOW earlier AS (
                                PARTITION BY milestone.contract_id, milestone.kind,
                                             milestone.line_id
                                ORDER BY milestone.date_due, milestone.sequence, milestone.id)
                           ) AS plan
                     CROSS JOIN LATERAL (
                            SELECT CASE WHEN plan.kind = 'purchase' THEN 0
                                        ELSE COALESCE(plan.amount_before, 0) END AS amount,
                                   CASE WHEN plan.kind = 'purchase' THEN 0
                                        ELSE COALESCE(plan.quantity_before, 0) END AS quantity
                           ) AS before
                     CROSS JOIN LATERAL (
                            SELECT GREATEST(0, LEAST(plan.amount,
                                       COALESCE(plan.money, 0) - before.amount)) AS done_amount,
                                   GREATEST(0, LEAST(plan.quantity,
                                       COALESCE(plan.pieces, 0) - before.quantity))
                                       AS done_quantity
                           ) AS part
                   ) AS step
            """,
            today=fields.Date.context_today(self),
            bought=self._bought_query(),
        )

    @api.model
    def _bought_query(self):
        """:return: ``SQL`` of what was ordered in the time of each minimum purchase"""
        return SQL(
            """
            SELECT milestone.id AS milestone_id, SUM(call.ordered_amount) AS amount,
                   SUM(call.ordered_quantity) AS quantity
              FROM scope
              JOIN sales_contract_milestone milestone
                ON milestone.contract_id = scope.id AND milestone.kind = 'purchase'
              JOIN sales_contract own ON own.id = scope.id
              LEFT JOIN sales_contract_line wanted ON wanted.id = milestone.line_id
              JOIN (%(calls)s) AS call ON call.root_id = scope.root_id
               AND call.day BETWEEN COALESCE(milestone.date_from, own.date_from)
                   AND milestone.date_due
               AND (wanted.id IS NULL OR call.root_line_id = wanted.root_id)
             GROUP BY milestone.id
            """,
            calls=self._calls_query(
                SQL(
                    "o.contract_id IN (SELECT scope.id FROM scope WHERE scope.root_id IN ("
                    "SELECT promised.root_id FROM scope promised"
                    " JOIN sales_contract_milestone promise ON promise.contract_id = promised.id"
                    " AND promise.kind = 'purchase'))"
                ),
                SQL("o.state = 'sale'"),
            ),
        )
