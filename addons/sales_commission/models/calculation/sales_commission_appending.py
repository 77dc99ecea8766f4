from odoo import api, models
from odoo.tools import SQL

# Tables that a calculation reads beside the ledger and the plans, with the columns that matter.
INPUTS = (
    ("crm_team", ("id", "parent_path", "user_id")),
    ("res_users", ("id", "partner_id")),
    ("product_category", ("id", "parent_path")),
    ("sales_territory", ("id", "parent_path")),
    ("sales_commission_split", ("order_id", "payee_id", "share")),
    ("res_partner_res_partner_category_rel", ("partner_id", "category_id")),
)


class SalesCommissionAppending(models.AbstractModel):
    """Recalculates a run by what the ledger got since, where nothing else has changed.

    Ledger entries are only ever appended and count in the order of their ids, so what is there
    already stays. Only where a total now reaches another rate for all its sales, the earnings
    of that measure are made anew.
    """

    _name = "sales.commission.appending"
    _description = "Commission Recalculation"

    @api.model
    def _get_since(self, run, fingerprint):
        """:return: id of the newest ledger entry that the run's earnings stand for, or 0 where
        they have to be calculated anew; needs ``commission_scope``"""
        if (
            not run.last_entry_id
            or run.fingerprint != fingerprint
            or not self._is_appendable()
            or self._count_entries(run.last_entry_id) != run.entry_count
        ):
            return 0
        return run.last_entry_id

    @api.model
    def _is_appendable(self):
        """:return: whether what the rules look at beside the ledger can be fingerprinted, and
        a sale added later changes nothing but its own measure"""
        [(is_appendable,)] = self.env.execute_query(
            SQL(
                """
                SELECT NOT EXISTS (
                    SELECT FROM commission_scope s
                      JOIN sales_commission_rule r ON r.id = s.rule_id
                     WHERE s.rule_mode = 'best' OR r.tier_basis = 'attainment'
                        OR r.customer_kind IS NOT NULL)
                """
            )
        )
        return is_appendable

    @api.model
    def _is_restated_anew(self, run):
        """Corrections that come one by one are rounded one by one, and those of sales that are
        measured to date may change what these brought.

        :return: whether the run's earnings have to be calculated anew because of corrections
        """
        [(is_anew,)] = self.env.execute_query(
            SQL(
                """
                SELECT EXISTS (SELECT FROM sales_commission_measure
                                WHERE run_id = %(run)s AND restated_base <> outside_base)
                    OR EXISTS (SELECT FROM commission_restated z
                                WHERE z.is_inside OR EXISTS (
                                    SELECT FROM sales_commission_measure m
                                     WHERE m.run_id = %(run)s AND m.rule_id = z.rule_id
                                       AND m.payee_id = z.payee_id AND m.restated_base <> 0))
                """,
                run=run.id,
            )
        )
        return is_anew

    @api.model
    def _get_fingerprint(self, run):
        """:return: hash of all that decides earnings beside the ledger; needs
        ``commission_scope``"""
        queries = [
            SQL("SELECT s::text AS line FROM commission_scope s"),
            SQL(
                """
                SELECT (plan_id, payee_id, currency_id, date_from, date_to)::text
                  FROM sales_commission_assignment
                 WHERE plan_id IN (SELECT plan_id FROM commission_scope)
                """
            ),
            SQL(
                "SELECT (currency_id, rate)::text FROM sales_commission_run_rate WHERE run_id = %s",
                run.id,
            ),
            # What other runs have settled, or hold, is left out of this one.
            SQL(
                "SELECT (id, state, calculated_at)::text FROM sales_commission_run"
                " WHERE company_id = %s AND id <> %s",
                run.company_id.id,
                run.id,
            ),
            *(self._input_query(table, columns) for table, columns in INPUTS),
        ]
        [(fingerprint,)] = self.env.execute_query(
            SQL(
                "SELECT md5(string_agg(hash, ',' ORDER BY place)) FROM (%s) hashes",
                SQL(" UNION ALL ").join(
                    SQL(
                        "SELECT %s AS place,"
                        " COALESCE(md5(string_agg(line, ';' ORDER BY line)), '') AS hash"
                        " FROM (%s) AS input (line)",
                        place,
                        query,
                    )
                    for place, query in enumerate(queries)
                ),
            )
        )
        return fingerprint

    @api.model
    def _input_query(self, table, columns):
        return SQL(
            "SELECT (%s)::text FROM %s",
            SQL(", ").join(map(SQL.identifier, columns)),
            SQL.identifier(table),
        )

    @api.model
    def _count_entries(self, last):
        """A transaction that began earlier may add an entry with an older number later: the
        count tells.

        :return: number of entries in the days of the scope, up to that id
        """
        [(count,)] = self.env.execute_query(
            SQL(
                """
                SELECT COUNT(*)
                  FROM (SELECT DISTINCT company_id, event, date_from, date_to
                          FROM commission_scope) w
                  JOIN sales_ledger_entry e
                    ON e.company_id = w.company_id AND e.event = w.event
                   AND e.date BETWEEN w.date_from AND w.date_to
                 WHERE e.id <= %s
                """,
                last,
            )
        )
        return count

    @api.model
    def _rebuild(self):
        """Take the earnings of measures that reached another rate back into the credits.

        :return: list of ``SQL`` statements of (measure_id, amount) of the deleted earnings
        """
        cr = self.env.cr
        [(rebuilds,)] = self.env.execute_query(
            SQL(
                "SELECT EXISTS (SELECT FROM commission_measure"
                " WHERE old_id IS NOT NULL AND NOT appends AND base <> 0)"
            )
        )
        if not rebuilds:
            return []
        cr.execute(
            """
            INSERT INTO commission_credit (
                entry_id, document_id, document_name, date, period, plan_id, rule_id, payee_id,
                user_id, currency_id, share, base)
            SELECT x.entry_id, e.document_id, CASE WHEN e.document_id IS NULL THEN e.reference END,
                   x.date, m.period, x.plan_id, x.rule_id, x.payee_id, x.user_id, x.currency_id,
                   x.share, COALESCE(x.base, x.quantity)
              FROM sales_commission_earning x
              JOIN commission_measure m ON m.id = x.measure_id AND NOT m.appends
              JOIN sales_ledger_entry e ON e.id = x.entry_id
             WHERE x.kind = 'earning'
            """
        )
        return [
            SQL(
                """
                DELETE FROM sales_commission_earning x USING commission_measure m
                 WHERE m.id = x.measure_id AND NOT m.appends
                   AND x.kind IN ('earning', 'true_up')
                RETURNING x.measure_id, -x.amount AS amount, -1 AS number
                """
            )
        ]
