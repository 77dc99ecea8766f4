from odoo import api, models
from odoo.tools import SQL


class SalesCommissionCalculation(models.AbstractModel):
    """Works out the earnings of a run, as sets, in the database.

    *Scope*: the rules, each with the days that the run may take sales from. These are its own,
    and the days of earlier approved runs, where sales were posted late.
    *Match*: one row per ledger entry and rule that pays it.
    *Share*: the matches with their amount; those of a payee and rule are rounded as one sum.

    The number of statements does not depend on the number of sales, payees or rules, and the
    result does not depend on the order in which they were entered.
    """

    _name = "sales.commission.calculation"
    _description = "Commission Calculation"

    # === BUSINESS METHODS === #
    @api.model
    def _calculate(self, run):
        """Replace the earnings, statements and control totals of an open run.

        :param run: one ``sales.commission.run`` in state draft or calculated
        :return: number of earnings
        """
        self.env["sales.ledger.posting"]._post_pending()
        self.env.flush_all()
        cr = self.env.cr
        # Statements that stay keep their id, so that links to them live on.
        self._delete(run, "sales_commission_earning")
        self._delete(run, "sales_commission_run_total")
        # A table of its own, so that the planner knows how many rows and payees there are.
        cr.execute(
            SQL(
                "CREATE TEMPORARY TABLE sales_commission_share ON COMMIT DROP AS %s",
                self._share_query(run),
            )
        )
        cr.execute("ANALYZE sales_commission_share")
        cr.execute(self._insert_statements_query(run))
        cr.execute(self._insert_earnings_query(run))
        earnings = cr.rowcount
        cr.execute("DROP TABLE sales_commission_share")
        self._delete(
            run,
            "sales_commission_statement",
            SQL("NOT EXISTS (SELECT FROM sales_commission_earning e WHERE e.statement_id = t.id)"),
        )
        cr.execute(self._insert_totals_query(run))
        self.env.invalidate_all(flush=False)
        return earnings

    @api.model
    def _clear(self, runs):
        """Delete the result of runs that are not approved."""
        self.env.flush_all()
        for table in ("earning", "statement", "run_total"):
            self._delete(runs, f"sales_commission_{table}")
        self.env.invalidate_all(flush=False)

    @api.model
    def _delete(self, runs, table, condition=None):
        self.env.cr.execute(
            SQL(
                "DELETE FROM %s t WHERE t.run_id = ANY(%s) AND %s",
                SQL.identifier(table),
                runs.ids,
                condition or SQL("TRUE"),
            )
        )

    @api.model
    def _find_empty_reason(self, run):
        """:return: a key of ``EMPTY_REASON`` for a run without earnings: the first thing that
        is missing on the way from the plan to the payee"""
        sold = self._sold_query(run)
        steps = {
            "no_plan": SQL("SELECT FROM scope WHERE is_current"),
            "no_sale": sold,
            "no_salesperson": SQL("%s AND e.user_id IS NOT NULL", sold),
            "no_match": SQL("SELECT FROM (%s) matched", self._match_query(SQL("TRUE"))),
            "not_assigned": SQL("SELECT FROM (%s) matched", self._match_query(self._is_assigned())),
        }
        [row] = self.env.execute_query(
            SQL(
                "WITH scope AS MATERIALIZED (%s) SELECT %s",
                self._scope_query(run),
                SQL(", ").join(SQL("EXISTS (%s)", step) for step in steps.values()),
            )
        )
        found = dict(zip(steps, row, strict=True))
        return next((reason for reason, there in found.items() if not there), "earned")

    # === QUERIES === #
    @api.model
    def _scope_query(self, run):
        """The rules of a run's plans with the days that they take sales from.

        Days of earlier runs go to the first open run only: when two months are open at once,
        one of them gets the late sales, and it is the same one whichever is calculated first.
        A plan that ended before the run is there too: a lock may have moved a sale of its time
        into the run's days. ``is_current`` tells the plans that are valid on these.

        :return: ``SQL`` of one row per rule and taken run, a few in all; the days of one rule
            do not overlap, as the runs of its plan do not
        """
        return SQL(
            """
            SELECT p.id AS plan_id, p.company_id, p.rule_mode, p.payee_scope,
                   p.date_from AS valid_from, COALESCE(p.date_to, 'infinity') AS valid_to,
                   w.date_from, w.date_to,
                   w.id = %(run)s
                       AND p.date_from <= w.date_to
                       AND COALESCE(p.date_to, 'infinity') >= w.date_from AS is_current,
                   r.id AS rule_id, r.sequence, r.event, r.base, r.rate,
                   r.categ_id, r.territory_id, r.product_id, r.team_id,
                   rc.parent_path AS categ_path, rt.parent_path AS territory_path
              FROM sales_commission_plan p
              JOIN sales_commission_rule r ON r.plan_id = p.id
              JOIN sales_commission_run w
                ON w.company_id = p.company_id
               AND (w.plan_id IS NULL OR w.plan_id = p.id)
              LEFT JOIN product_category rc ON rc.id = r.categ_id
              LEFT JOIN sales_territory rt ON rt.id = r.territory_id
             WHERE p.company_id = %(company)s
               AND p.state IN ('approved', 'closed')
               AND %(plan)s
               AND (
                    w.id = %(run)s
                 OR (w.state IN ('approved', 'closed')
                     AND w.date_to < %(date_from)s
                     AND NOT EXISTS (
                         SELECT FROM sales_commission_run o
                          WHERE o.company_id = p.company_id
                            AND (o.plan_id IS NULL OR o.plan_id = p.id)
                            AND o.state IN ('draft', 'calculated')
                            AND o.date_from < %(date_from)s))
                   )
            """,
            run=run.id,
            company=run.company_id.id,
            plan=SQL("p.id = %s", run.plan_id.id) if run.plan_id else SQL("TRUE"),
            date_from=run.date_from,
        )

    @api.model
    def _sold_query(self, run):
        """:return: ``SQL`` of the ledger entries ``e`` of the run's days, of the kinds that its
        plans pay for"""
        return SQL(
            """
            SELECT e.id FROM sales_ledger_entry e
             WHERE e.company_id = %s AND e.date BETWEEN %s AND %s
               AND e.event IN (SELECT event FROM scope WHERE is_current)
            """,
            run.company_id.id,
            run.date_from,
            run.date_to,
        )

    @api.model
    def _match_query(self, condition):
        """Entries with the rules that pay them; needs the CTE ``scope``.

        A sale belongs to the plan of the day it was made, also where a lock moved its entry to
        a later day.

        :param SQL condition: on the entry ``e``, the scope ``s`` and the user ``u``
        :return: ``SQL`` of (entry_id, date, plan_id, rule_id, payee_id, user_id, currency_id,
            base, rate, rule_mode, place)
        """
        return SQL(
            """
            SELECT e.id AS entry_id, e.date, e.currency_id, s.plan_id, s.rule_mode,
                   s.rule_id, s.rate, u.id AS user_id, u.partner_id AS payee_id,
                   CASE s.base WHEN 'margin' THEN COALESCE(e.margin, 0)
                               ELSE COALESCE(e.amount, 0) END AS base,
                   row_number() OVER (
                       PARTITION BY e.id, s.plan_id ORDER BY s.sequence, s.rule_id) AS place
              FROM scope s
              JOIN sales_ledger_entry e
                ON e.company_id = s.company_id
               AND e.event = s.event
               AND e.date BETWEEN s.date_from AND s.date_to
               AND COALESCE(e.late_for, e.date) BETWEEN s.valid_from AND s.valid_to
              JOIN res_users u ON u.id = e.user_id
              LEFT JOIN product_category ec ON ec.id = e.categ_id
              LEFT JOIN sales_territory et ON et.id = e.territory_id
             WHERE (s.categ_id IS NULL OR starts_with(ec.parent_path, s.categ_path))
               AND (s.territory_id IS NULL OR starts_with(et.parent_path, s.territory_path))
               AND (s.product_id IS NULL OR s.product_id = e.product_id)
               AND (s.team_id IS NULL OR s.team_id = e.team_id)
               AND %s
            """,
            condition,
        )

    @api.model
    def _is_assigned(self):
        """:return: ``SQL`` condition: the plan pays the entry's salesperson on its day"""
        return SQL(
            """
            (s.payee_scope = 'everyone' OR EXISTS (
                SELECT FROM sales_commission_assignment a
                 WHERE a.plan_id = s.plan_id
                   AND a.payee_id = u.partner_id
                   AND COALESCE(e.late_for, e.date)
                       BETWEEN COALESCE(a.date_from, '-infinity')
                           AND COALESCE(a.date_to, 'infinity')))
            """
        )

    @api.model
    def _is_unearned(self):
        """:return: ``SQL`` condition: no run has settled the entry under the plan"""
        return SQL(
            """
            NOT EXISTS (SELECT FROM sales_commission_earning x
                         WHERE x.entry_id = e.id AND x.plan_id = s.plan_id)
            """
        )

    @api.model
    def _share_query(self, run):
        """The earnings to be, with their rounded amounts.

        The exact sum of a payee and rule is rounded once. Every row gets its own amount
        rounded down; the units that are left go to the rows that lost most by that.
        Percentages are taken by × 0.01: unlike a division, that is exact in numeric.

        :return: ``SQL`` of one row per earning
        """
        return SQL(
            """
            WITH scope AS MATERIALIZED (%(scope)s),
            matched AS (
                SELECT m.*, m.base * m.rate * 0.01 / c.rounding AS units, c.rounding
                  FROM (%(match)s) m
                  JOIN res_currency c ON c.id = m.currency_id
                 WHERE m.rule_mode = 'all' OR m.place = 1
            ),
            ranked AS (
                SELECT matched.*,
                       row_number() OVER (
                           PARTITION BY payee_id, rule_id, currency_id
                           ORDER BY units - FLOOR(units) DESC, entry_id) AS remainder_rank,
                       ROUND(SUM(units) OVER bundle) - SUM(FLOOR(units)) OVER bundle AS units_left
                  FROM matched
                WINDOW bundle AS (PARTITION BY payee_id, rule_id, currency_id)
            )
            SELECT entry_id, date, plan_id, rule_id, payee_id, user_id, currency_id, base, rate,
                   (FLOOR(units) + CASE WHEN remainder_rank <= units_left THEN 1 ELSE 0 END)
                       * rounding AS amount
              FROM ranked
            """,
            scope=self._scope_query(run),
            match=self._match_query(SQL("%s AND %s", self._is_assigned(), self._is_unearned())),
        )

    @api.model
    def _insert_statements_query(self, run):
        """:return: ``SQL`` that inserts or updates one statement per payee and currency"""
        return SQL(
            """
            INSERT INTO sales_commission_statement (
                run_id, company_id, payee_id, currency_id, date_from, date_to,
                earned_amount, deducted_amount, amount, earning_count, entry_count)
            SELECT %(run)s, %(company)s, payee_id, currency_id, %(date_from)s, %(date_to)s,
                   SUM(GREATEST(amount, 0)), SUM(LEAST(amount, 0)), SUM(amount),
                   COUNT(*), COUNT(DISTINCT entry_id)
              FROM sales_commission_share
             GROUP BY payee_id, currency_id
             ORDER BY payee_id, currency_id
                ON CONFLICT (run_id, payee_id, currency_id) DO UPDATE
               SET date_from = EXCLUDED.date_from,
                   date_to = EXCLUDED.date_to,
                   earned_amount = EXCLUDED.earned_amount,
                   deducted_amount = EXCLUDED.deducted_amount,
                   amount = EXCLUDED.amount,
                   earning_count = EXCLUDED.earning_count,
                   entry_count = EXCLUDED.entry_count
            """,
            run=run.id,
            company=run.company_id.id,
            date_from=run.date_from,
            date_to=run.date_to,
        )

    @api.model
    def _insert_earnings_query(self, run):
        """:return: ``SQL`` that inserts one earning per share, under its payee's statement"""
        return SQL(
            """
            INSERT INTO sales_commission_earning (
                run_id, statement_id, company_id, kind, role, payee_id, user_id, plan_id,
                rule_id, entry_id, date, currency_id, base, rate, amount)
            SELECT s.run_id, s.id, s.company_id, 'earning', 'salesperson', h.payee_id,
                   h.user_id, h.plan_id, h.rule_id, h.entry_id, h.date, h.currency_id,
                   h.base, h.rate, h.amount
              FROM sales_commission_share h
              JOIN sales_commission_statement s
                ON s.run_id = %s
               AND s.payee_id = h.payee_id
               AND s.currency_id = h.currency_id
             ORDER BY h.payee_id, h.plan_id, h.rule_id, h.entry_id
            """,
            run.id,
        )

    @api.model
    def _insert_totals_query(self, run):
        """Tie the run to the ledger: every entry of its days, whether it earned or not, and
        the late entries that earned.

        :return: ``SQL`` that inserts one row per event and currency
        """
        return SQL(
            """
            WITH scope AS MATERIALIZED (%(scope)s),
            earned AS (
                SELECT DISTINCT entry_id FROM sales_commission_earning WHERE run_id = %(run)s
            ),
            counted AS (
                SELECT e.event, e.currency_id, e.amount, TRUE AS is_earned,
                       e.date < %(date_from)s AS is_late
                  FROM earned JOIN sales_ledger_entry e ON e.id = earned.entry_id
                 UNION ALL
                SELECT e.event, e.currency_id, e.amount, FALSE, FALSE
                  FROM sales_ledger_entry e
                 WHERE e.id IN (%(sold)s)
                   AND NOT EXISTS (SELECT FROM earned WHERE earned.entry_id = e.id)
            )
            INSERT INTO sales_commission_run_total (
                run_id, event, currency_id, entry_count, amount, commissioned_amount,
                open_amount, late_amount)
            SELECT %(run)s, event, currency_id, COUNT(*), SUM(amount),
                   COALESCE(SUM(amount) FILTER (WHERE is_earned), 0),
                   COALESCE(SUM(amount) FILTER (WHERE NOT is_earned), 0),
                   COALESCE(SUM(amount) FILTER (WHERE is_late), 0)
              FROM counted
             GROUP BY event, currency_id
             ORDER BY event, currency_id
            """,
            scope=self._scope_query(run),
            sold=self._sold_query(run),
            run=run.id,
            date_from=run.date_from,
        )
