from odoo import api, models
from odoo.fields import Domain
from odoo.tools import SQL

from .reasons import RULE_CONDITION, STEPS


class SalesCommissionExplainReasoning(models.AbstractModel):
    """Finds the one reason why a ledger entry earns nothing, for all entries of a question.

    The entries in question, as far as the person may see them → those that earned → for each
    of the others, what the calculation itself would say of it (the same credit queries, with
    and without the plan's assignments, and at the other steps of a sale) → the first reason
    that fits. A fixed number of statements, whatever the entries.
    """

    _name = "sales.commission.explain.reasoning"
    _description = "Commission Explanation"

    @api.model
    def _explain(self, explain):
        """Replace the lines and totals of a ``sales.commission.explain``."""
        self.env["sales.ledger.posting"]._post_pending()
        self.env.flush_all()
        self._delete(explain)
        self.env["sales.commission.scope"]._create_table(
            self._plans_condition(explain), self._windows_query(explain)
        )
        for query in (
            self._create_entries_query(explain),
            SQL("ANALYZE commission_entry"),
            self._insert_lines_query(explain),
            self._insert_totals_query(explain),
            SQL("DROP TABLE commission_scope, commission_entry"),
        ):
            self.env.cr.execute(query)
        self.env.invalidate_all(flush=False)

    @api.model
    def _delete(self, explain):
        for table in ("line", "total"):
            self.env.cr.execute(
                SQL(
                    "DELETE FROM %s WHERE explain_id = %s",
                    SQL.identifier(f"sales_commission_explain_{table}"),
                    explain.id,
                )
            )

    # === WHAT IS ASKED FOR === #
    @api.model
    def _plans_condition(self, explain):
        return SQL(
            "p.company_id = %s AND p.state IN ('approved', 'closed') AND %s",
            explain.company_id.id,
            SQL("p.id = %s", explain.run_id.sudo().plan_id.id)
            if explain.run_id.sudo().plan_id
            else SQL("TRUE"),
        )

    @api.model
    def _windows_query(self, explain):
        return SQL(
            "SELECT %s AS company_id, NULL::integer AS plan_id, 1 AS period,"
            " %s::date AS date_from, %s::date AS date_to, TRUE AS is_current",
            explain.company_id.id,
            explain.date_from,
            explain.date_to,
        )

    @api.model
    def _create_entries_query(self, explain):
        """:return: ``SQL`` that fills ``commission_entry`` with the ledger entries in question:
        what they earned the payee (``earned``, with the measure), and whether something else
        settled them"""
        payee = explain._get_payee()
        run = explain.run_id.sudo()
        return SQL(
            """
            CREATE TEMPORARY TABLE commission_entry ON COMMIT DROP AS
            SELECT e.*, COALESCE(x.is_paid, FALSE) AS is_paid,
                   COALESCE(x.elsewhere, FALSE) AS elsewhere,
                   COALESCE(x.others, FALSE) AS others,
                   COALESCE(x.is_clawback, FALSE) AS is_clawback, x.measure_id, x.earned_base,
                   x.earned_rate
              FROM sales_ledger_entry e
              LEFT JOIN LATERAL (
                   SELECT BOOL_OR(amount <> 0 AND is_mine AND is_here) AS is_paid,
                          BOOL_OR(amount <> 0 AND NOT is_here) AS elsewhere,
                          BOOL_OR(amount <> 0 AND is_here AND NOT is_mine) AS others,
                          BOOL_OR(kind = 'clawback' AND is_mine AND is_here) AS is_clawback,
                          MIN(measure_id) FILTER (WHERE is_mine AND is_here) AS measure_id,
                          MAX(ABS(COALESCE(base, quantity))) FILTER (WHERE is_mine AND is_here)
                              AS earned_base,
                          MAX(rate) FILTER (WHERE is_mine AND is_here) AS earned_rate
                     FROM (SELECT earning.*, %(is_mine)s AS is_mine, %(is_here)s AS is_here
                             FROM sales_commission_earning earning
                            WHERE earning.entry_id = e.id AND %(plan)s) earning
                   ) x ON TRUE
             WHERE e.id IN (%(visible)s) AND (%(asked)s)
            """,
            is_mine=SQL("earning.payee_id = %s", payee.id) if payee else SQL("TRUE"),
            is_here=SQL("earning.run_id = %s", run.id) if run else SQL("TRUE"),
            plan=SQL("earning.plan_id = %s", run.plan_id.id) if run.plan_id else SQL("TRUE"),
            visible=self.env["sales.ledger.entry"]
            ._search([("company_id", "=", explain.company_id.id)])
            .subselect(),
            asked=self._asked_condition(explain, payee),
        )

    @api.model
    def _asked_condition(self, explain, payee):
        """:return: ``SQL`` condition on the ledger entry ``e``"""
        run = explain.run_id.sudo()
        conditions = [SQL("e.date BETWEEN %s AND %s", explain.date_from, explain.date_to)]
        if run:
            # With the entries that came late and that this run has settled: as its own totals.
            conditions = [
                SQL(
                    "(e.date BETWEEN %(first)s AND %(last)s"
                    " AND e.event IN (SELECT event FROM commission_scope)"
                    " OR EXISTS (SELECT FROM sales_commission_earning earning"
                    " WHERE earning.entry_id = e.id AND earning.run_id = %(run)s))",
                    first=explain.date_from,
                    last=explain.date_to,
                    run=run.id,
                )
            ]
        if explain.event:
            conditions.append(SQL("e.event = %s", explain.event))
        if explain.entry_id:
            conditions.append(SQL("e.id = %s", explain.entry_id.id))
        elif payee:
            conditions.append(self._sold_by_condition(payee))
        return SQL(" AND ").join(conditions)

    @api.model
    def _sold_by_condition(self, payee):
        """:return: ``SQL`` condition: the payee sold ``e``, alone or with others"""
        return SQL(
            """
            (e.user_id IN (SELECT id FROM res_users WHERE partner_id = %(payee)s)
             OR e.channel_partner_id = %(payee)s
             OR EXISTS (
                SELECT FROM sales_commission_split split
                  JOIN sale_order_line line ON line.order_id = split.order_id
                  LEFT JOIN sale_order_line_invoice_rel rel ON rel.order_line_id = line.id
                 WHERE split.payee_id = %(payee)s
                   AND e.source_id = CASE e.document_model
                       WHEN 'sale.order' THEN line.id
                       WHEN 'account.move' THEN rel.invoice_line_id END))
            """,
            payee=payee.id,
        )

    # === WHY === #
    @api.model
    def _insert_lines_query(self, explain):
        """:return: ``SQL`` that writes a line for every entry that earned nothing"""
        return SQL(
            """
            WITH credited AS MATERIALIZED (%(credited)s),
            matched AS MATERIALIZED (%(matched)s),
            stepped AS MATERIALIZED (%(stepped)s),
            judged AS (
                SELECT e.*, m.status, COALESCE(m.rule_id, c.rule_id) AS earning_rule_id,
                       c.entry_id IS NOT NULL AS is_credited, c.is_mine,
                       a.rule_id AS matched_rule_id, s.rule_id AS stepped_rule_id,
                       s.event AS stepped_event, %(is_refund)s AS is_refund,
                       %(has_plan)s AS has_plan,
                       near.rule_id AS near_rule_id, near.failed
                  FROM commission_entry e
                  LEFT JOIN sales_commission_measure m ON m.id = e.measure_id
                  LEFT JOIN credited c ON c.entry_id = e.id
                  LEFT JOIN matched a ON a.entry_id = e.id
                  LEFT JOIN stepped s ON s.entry_id = e.id
                  LEFT JOIN LATERAL (%(nearest)s) near
                    ON c.entry_id IS NULL AND a.entry_id IS NULL AND s.entry_id IS NULL
                 WHERE NOT e.is_paid
            ),
            reasoned AS (SELECT judged.*, %(reason)s AS reason FROM judged)
            INSERT INTO sales_commission_explain_line (
                explain_id, entry_id, event, date, reference, user_id, partner_id, product_id,
                currency_id, amount, reason, rule_id, condition,
                create_uid, create_date, write_uid, write_date)
            SELECT %(explain)s, id, event, date, reference, user_id, partner_id, product_id,
                   currency_id, amount, reason,
                   CASE WHEN reason = 'not_assigned' THEN matched_rule_id
                        WHEN reason LIKE 'step%%' THEN stepped_rule_id
                        WHEN reason IN ('no_match', 'no_payee') THEN near_rule_id
                        WHEN reason IN ('no_plan', 'no_salesperson') THEN NULL
                        ELSE earning_rule_id END,
                   CASE WHEN reason = 'no_match' THEN failed[1] END,
                   %(uid)s, %(now)s, %(uid)s, %(now)s
              FROM reasoned
             ORDER BY id
            """,
            credited=self._matches_query(SQL("c.payee_id"), explain),
            matched=self._matches_query(SQL("NULL::integer"), explain, is_assigned=SQL("TRUE")),
            stepped=self._matches_query(
                SQL("NULL::integer"),
                explain,
                entries=self._other_steps_query(),
                is_assigned=SQL("TRUE"),
            ),
            is_refund=self._is_refund_sql(),
            has_plan=self._has_plan_sql(explain),
            nearest=self._nearest_query(),
            reason=self._reason_sql(),
            explain=explain.id,
            uid=self.env.uid,
            now=self.env.cr.now(),
        )

    @api.model
    def _matches_query(self, payee, explain, entries=None, is_assigned=None):
        """:return: ``SQL`` of one row per entry that rules match: entry_id, rule_id, event, and
        is_mine where the payee who is asked for is among those"""
        asked = explain._get_payee()
        credit_query = self.env["sales.commission.matching"]._credit_query(
            SQL("NOT e.is_paid"), entries or SQL("commission_entry"), is_assigned
        )
        return SQL(
            """
            SELECT DISTINCT ON (c.entry_id) c.entry_id, c.rule_id, r.event,
                   %(is_mine)s AS is_mine
              FROM (%(credits)s) c
              JOIN sales_commission_rule r ON r.id = c.rule_id
             ORDER BY c.entry_id, is_mine DESC, r.sequence, r.id
            """,
            is_mine=SQL("%s IS NOT DISTINCT FROM %s", payee, asked.id) if asked else SQL("TRUE"),
            credits=credit_query,
        )

    @api.model
    def _other_steps_query(self):
        """:return: ``SQL`` of the entries as if they were the other steps of their sales"""
        names = [
            name
            for name, field in self.env["sales.ledger.entry"]._fields.items()
            if field.store and field.column_type and name != "event"
        ]
        return SQL(
            """
            (SELECT %s, entry.is_paid, step.event
               FROM commission_entry entry
               JOIN unnest(%s) AS step (event) ON step.event <> entry.event)
            """,
            SQL(", ").join(SQL.identifier("entry", name) for name in names),
            list(STEPS),
        )

    @api.model
    def _is_refund_sql(self):
        """:return: ``SQL``: a run has looked at the day of a credit note, and left it out as
        its invoice had earned nothing"""
        return SQL(
            """
            (e.amount < 0 AND e.document_model = 'account.move'
             AND EXISTS (SELECT FROM account_move move
                          WHERE move.id = e.document_id AND move.reversed_entry_id IS NOT NULL)
             AND EXISTS (SELECT FROM sales_commission_run w
                          WHERE w.company_id = e.company_id AND w.state <> 'draft'
                            AND w.last_entry_id >= e.id
                            AND (w.plan_id IS NULL
                                 OR w.plan_id IN (SELECT plan_id FROM commission_scope))
                            AND e.date BETWEEN w.date_from AND w.date_to))
            """
        )

    @api.model
    def _has_plan_sql(self, explain):
        return SQL(
            """
            EXISTS (SELECT FROM sales_commission_plan p
                     WHERE %s AND COALESCE(e.late_for, e.date)
                           BETWEEN p.date_from AND COALESCE(p.date_to, 'infinity'))
            """,
            self._plans_condition(explain),
        )

    @api.model
    def _nearest_query(self):
        """:return: ``SQL`` of the rule that misses the fewest conditions of the entry ``e``,
        and the names of these"""
        matching = self.env["sales.commission.matching"]
        usage = matching._get_usage()
        conditions = matching._get_conditions(usage)
        failed = SQL(", ").join(
            SQL("CASE WHEN (%s) IS NOT TRUE THEN %s END", conditions[name], name)
            for name, _label in RULE_CONDITION
            if name in conditions
        )
        return SQL(
            """
            SELECT s.rule_id, f.failed
              FROM commission_scope s
              %(joins)s
             CROSS JOIN LATERAL (
                   SELECT array_remove(ARRAY[%(failed)s]::varchar[], NULL) AS failed) f
             WHERE COALESCE(e.late_for, e.date) BETWEEN s.valid_from AND s.valid_to
             ORDER BY s.event = e.event DESC, cardinality(f.failed), s.sequence, s.rule_id
             LIMIT 1
            """,
            joins=SQL(" ").join(matching._tree_joins(usage)),
            failed=failed or SQL("NULL"),
        )

    @api.model
    def _reason_sql(self):
        """:return: ``SQL`` of the first reason that fits a row of ``judged``"""
        return SQL(
            """
            CASE WHEN measure_id IS NOT NULL THEN
                      CASE WHEN is_clawback THEN 'unpaid_refund'
                           WHEN status IN ('threshold', 'no_target') THEN status
                           WHEN earned_base = 0 THEN 'no_base'
                           WHEN status = 'capped' THEN 'capped'
                           WHEN earned_rate = 0 THEN 'no_rate'
                           ELSE 'rounding' END
                 WHEN elsewhere THEN 'other_run'
                 WHEN others OR (is_credited AND NOT is_mine) THEN 'others'
                 WHEN is_credited AND is_refund THEN 'unpaid_refund'
                 WHEN is_credited THEN 'not_calculated'
                 WHEN user_id IS NULL AND matched_rule_id IS NULL
                      AND stepped_rule_id IS NULL THEN 'no_salesperson'
                 WHEN NOT has_plan THEN 'no_plan'
                 WHEN matched_rule_id IS NOT NULL THEN 'not_assigned'
                 WHEN stepped_rule_id IS NOT NULL THEN 'step_' || stepped_event
                 WHEN near_rule_id IS NOT NULL AND cardinality(failed) = 0 THEN 'no_payee'
                 ELSE 'no_match' END
            """
        )

    # === HOW MUCH === #
    @api.model
    def _insert_totals_query(self, explain):
        return SQL(
            """
            INSERT INTO sales_commission_explain_total (
                explain_id, event, reason, currency_id, amount, entry_count,
                create_uid, create_date, write_uid, write_date)
            SELECT %(explain)s, e.event, line.reason, e.currency_id, SUM(e.amount), COUNT(*),
                   %(uid)s, %(now)s, %(uid)s, %(now)s
              FROM commission_entry e
              LEFT JOIN sales_commission_explain_line line
                ON line.explain_id = %(explain)s AND line.entry_id = e.id
             GROUP BY e.event, line.reason, e.currency_id
             ORDER BY 2, 5
            """,
            explain=explain.id,
            uid=self.env.uid,
            now=self.env.cr.now(),
        )

    @api.model
    def _earned_domain(self, explain, event):
        """:return: domain of the entries of an event that earned"""
        earned = Domain("amount", "!=", 0)
        days = Domain("date", ">=", explain.date_from) & Domain("date", "<=", explain.date_to)
        if payee := explain._get_payee():
            earned &= Domain("payee_id", "=", payee.id)
        if explain.run_id:
            earned &= Domain("run_id", "=", explain.run_id.id)
            days = Domain.TRUE
        if explain.entry_id:
            days &= Domain("id", "=", explain.entry_id.id)
        return list(
            Domain("company_id", "=", explain.company_id.id)
            & Domain("event", "=", event)
            & days
            & Domain("earning_ids", "any", earned)
        )
