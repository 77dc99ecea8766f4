from odoo import api, models
from odoo.tools import SQL

from ..plan.sales_commission_rule import RULE_DIMENSIONS, RULE_TREES


class SalesCommissionScope(models.AbstractModel):
    """What a calculation looks at: the rules of its plans, with the days they take sales from.

    Kept in the temporary table ``commission_scope``: one row per rule and span of days, a few
    in all. Whoever calculates something else than a run (a simulation, an estimate) fills the
    table with rows of its own.
    """

    _name = "sales.commission.scope"
    _description = "Commission Scope"

    @api.model
    def _create(self, run):
        """Fill the table for a run."""
        self._create_table(self._plans_of_run(run), self._windows_of_run(run))

    @api.model
    def _create_table(self, plans, windows):
        """:param SQL plans: condition on the plan ``p``
        :param SQL windows: query of company_id, plan_id (NULL for all), period, date_from,
            date_to and is_current; ``period`` tells apart what is measured apart. It may
            look at the plan ``p`` and the rule ``r``.
        """
        self.env.cr.execute(
            SQL(
                "CREATE TEMPORARY TABLE commission_scope ON COMMIT DROP AS %s",
                self._scope_query(plans, windows),
            )
        )

    @api.model
    def _scope_query(self, plans, windows):
        """:return: ``SQL`` of the rows of the table; see :meth:`_create_table`"""
        return SQL(
            """
            SELECT p.id AS plan_id, p.company_id, c.currency_id AS company_currency_id,
                   p.rule_mode, p.payee_scope,
                   GREATEST(p.date_from, r.date_from) AS valid_from,
                   COALESCE(LEAST(p.date_to, r.date_to), 'infinity') AS valid_to,
                   w.period, w.date_from, w.date_to,
                   w.is_current
                       AND p.date_from <= w.date_to
                       AND COALESCE(p.date_to, 'infinity') >= w.date_from AS is_current,
                   r.id AS rule_id, r.sequence, r.role,
                   CASE WHEN r.role = 'leader' THEN r.leader_level END AS leader_level,
                   r.own_sales,
                   CASE WHEN r.role = 'payee' THEN r.payee_id END AS named_payee_id,
                   r.event, r.base, r.rate_type, %(conditions)s,
                   %(paths)s, r.discount_from, NULLIF(r.discount_to, 0) AS discount_to,
                   r.customer_kind, r.new_days,
                   (SELECT array_agg(t.res_partner_category_id ORDER BY 1)
                      FROM res_partner_category_sales_commission_rule_rel t
                     WHERE t.sales_commission_rule_id = r.id) AS tag_ids
              FROM sales_commission_plan p
              JOIN res_company c ON c.id = p.company_id
              JOIN sales_commission_rule r ON r.plan_id = p.id
              JOIN LATERAL (%(windows)s) w
                ON w.company_id = p.company_id
               AND (w.plan_id IS NULL OR w.plan_id = p.id)
              %(joins)s
             WHERE %(plans)s
            """,
            conditions=SQL(", ").join(SQL.identifier("r", name) for name in RULE_DIMENSIONS),
            paths=SQL(", ").join(
                SQL(
                    "%s AS %s",
                    SQL.identifier(f"tree_{name}", "parent_path"),
                    SQL.identifier(f"{name}_path"),
                )
                for name in RULE_TREES
            ),
            joins=SQL(" ").join(
                SQL(
                    "LEFT JOIN %s %s ON %s = %s",
                    SQL.identifier(self._tree_table(name)),
                    SQL.identifier(f"tree_{name}"),
                    SQL.identifier(f"tree_{name}", "id"),
                    SQL.identifier("r", name),
                )
                for name in RULE_TREES
            ),
            windows=windows,
            plans=plans,
        )

    @api.model
    def _plans_of_run(self, run):
        """A plan that ended before the run is there too: a lock may have moved a sale of its
        time into the run's days.

        :return: ``SQL`` condition on the plan ``p``
        """
        return SQL(
            "p.company_id = %s AND p.state IN ('approved', 'closed') AND %s",
            run.company_id.id,
            SQL("p.id = %s", run.plan_id.id) if run.plan_id else SQL("TRUE"),
        )

    @api.model
    def _windows_of_run(self, run):
        """The run's own days, and those of earlier settled runs, where sales may have been
        posted too late for these.

        Days of earlier runs go to the first open run only: when two months are open at once,
        one of them gets the late sales, and it is the same one whichever is calculated first.
        Nothing comes late into days that were locked when their run was calculated.

        :return: ``SQL``; see :meth:`_create_table`
        """
        return SQL(
            """
            SELECT w.company_id, w.plan_id, %(run)s AS period, w.date_from, w.date_to,
                   w.id = %(run)s AS is_current
              FROM sales_commission_run w
             WHERE w.id = %(run)s
                OR (w.company_id = %(company)s
                    AND w.state IN ('approved', 'paid', 'closed')
                    AND w.is_locked IS NOT TRUE
                    AND w.date_to < %(date_from)s
                    AND NOT EXISTS (
                        SELECT FROM sales_commission_run o
                         WHERE o.company_id = w.company_id
                           AND (o.plan_id IS NULL OR o.plan_id = p.id)
                           AND o.state IN ('draft', 'calculated', 'review')
                           AND o.date_from < %(date_from)s))
            """,
            run=run.id,
            company=run.company_id.id,
            date_from=run.date_from,
        )

    @api.model
    def _tree_table(self, dimension):
        field = self.env["sales.commission.rule"]._fields[dimension]
        return self.env[field.comodel_name]._table
