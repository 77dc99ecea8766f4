from odoo import api, models
from odoo.tools import SQL

# More categories than a database will ever hold; plan and category make one number.
CATEGORIES = 1 << 22


class SalesMarketingRollup(models.Model):
    """How budgets of targets and of marketing plans meet: in company, category, days and place."""

    _inherit = "sales.marketing.rollup"

    # === QUERIES === #
    @property
    def _table_query(self):
        return self._get_query()

    @api.model
    def _get_query(self, lines=None):
        """:param lines: budgets whose commitments and costs matter; None for all
        :return: ``SQL`` of the rows; whoever sees no budget of a plan is not told that it has none
        """
        return SQL(
            """
            %(tables)s, figures AS MATERIALIZED (%(figures)s)
            SELECT plan.id::bigint * %(categories)s + sums.category_id AS id,
                   plan.id AS plan_id, sums.category_id, plan.company_id,
                   company.currency_id, plan.state, plan.date_from, plan.date_to,
                   sums.target_planned, sums.planned, sums.other_planned,
                   sums.planned + sums.other_planned AS all_planned,
                   sums.target_planned - sums.planned - sums.other_planned AS difference,
                   sums.committed, sums.actual
              FROM sales_marketing_plan plan
              JOIN area ON area.plan_id = plan.id
              JOIN res_company company ON company.id = plan.company_id
              JOIN res_currency currency ON currency.id = company.currency_id
             CROSS JOIN LATERAL (
                    SELECT part.category_id,
                           %(target_planned)s AS target_planned,
                           COALESCE(%(planned)s, 0) AS planned,
                           COALESCE(%(other_planned)s, 0) AS other_planned,
                           COALESCE(SUM(figures.committed) FILTER (WHERE part.is_own), 0)
                               AS committed,
                           COALESCE(SUM(figures.actual) FILTER (WHERE part.is_own), 0) AS actual
                      FROM (%(targets)s UNION ALL %(plans)s) part
                      LEFT JOIN figures ON figures.line_id = part.line_id
                     GROUP BY part.category_id
                   ) sums
             WHERE plan.id IN %(visible)s
               AND (
                       plan.id IN (SELECT marketing_plan_id FROM seen)
                       OR plan.id NOT IN (
                           SELECT marketing_plan_id FROM sales_budget_line
                            WHERE marketing_plan_id IS NOT NULL
                       )
                   )
            """,
            tables=self._tables_sql(),
            figures=self.env["sales.budget.line"]._figures_sql(lines),
            categories=CATEGORIES,
            target_planned=self._rounded_sql(SQL("part.of_targets")),
            planned=self._rounded_sql(SQL("part.is_own")),
            other_planned=self._rounded_sql(SQL("NOT part.of_targets AND NOT part.is_own")),
            targets=self._targets_sql(),
            plans=self._plans_sql(),
            visible=self.env["sales.marketing.plan"]
            ._search([], order=None, active_test=False)
            .subselect(),
        )

    @api.model
    def _rounded_sql(self, condition):
        """:return: ``SQL`` of the sum of some parts, rounded once"""
        return SQL(
            "ROUND(SUM(part.amount) FILTER (WHERE %s) / currency.rounding::numeric)"
            " * currency.rounding::numeric",
            condition,
        )

    @api.model
    def _tables_sql(self):
        """:return: ``SQL`` of the budgets on both sides that the reader may see, and where the
        marketing plans are at work
        """
        return SQL(
            """
            WITH seen AS MATERIALIZED (%(seen)s), counted AS MATERIALIZED (%(counted)s),
                 area AS MATERIALIZED (%(area)s), derived AS MATERIALIZED (%(derived)s),
                 marketing AS MATERIALIZED (%(marketing)s)
            """,
            seen=self.env["sales.budget.line"]
            ._search([], order=None, active_test=False)
            .select(
                *(
                    SQL.identifier("sales_budget_line", name)
                    for name in (
                        "id",
                        "target_id",
                        "marketing_plan_id",
                        "activity_id",
                        "category_id",
                        "planned",
                    )
                )
            ),
            counted=self._counted_sql(),
            area=self._area_sql(),
            derived=self._derived_sql(),
            marketing=self._marketing_sql(),
        )

    @api.model
    def _counted_sql(self):
        """:return: ``SQL`` of the companies that approved target plans count, with the rate to the
        currency of the target plan
        """
        return SQL(
            """
            SELECT target_plan.id AS target_plan_id, company.company_id, company.rate,
                   target_plan.date_from, target_plan.date_to
              FROM sales_target_plan target_plan
              JOIN (
                    SELECT id AS plan_id, company_id, 1 AS rate FROM sales_target_plan
                     UNION ALL
                    SELECT plan_id, company_id, rate::numeric FROM sales_target_company
                   ) company ON company.plan_id = target_plan.id
             WHERE target_plan.state = 'approved'
            """
        )

    @api.model
    def _area_sql(self):
        """:return: ``SQL`` of the paths of the territories that a marketing plan works in; the
        empty path, which begins every other one, stands for everywhere
        """
        return SQL(
            """
            SELECT plan.id AS plan_id,
                   COALESCE(
                       array_agg(DISTINCT COALESCE(place.parent_path, ''))
                           FILTER (WHERE activity.id IS NOT NULL),
                       ARRAY['']
                   )::text[] AS paths
              FROM sales_marketing_plan plan
              LEFT JOIN sales_marketing_activity activity
                ON activity.plan_id = plan.id AND activity.state <> 'cancelled'
              LEFT JOIN sales_territory place ON place.id = activity.territory_id
             GROUP BY plan.id
            """
        )

    @api.model
    def _derived_sql(self):
        """:return: ``SQL`` of the budgets of approved target plans that have a number, with the
        territory of their target, or of the closest above that names one
        """
        return SQL(
            """
            SELECT seen.id AS line_id, seen.category_id, seen.planned, target.plan_id,
                   target.parent_path AS path,
                   COALESCE((
                       SELECT place.parent_path
                         FROM unnest(
                                  string_to_array(trim(TRAILING '/' FROM target.parent_path), '/')
                                      ::integer[]
                              ) WITH ORDINALITY AS step(target_id, depth)
                         JOIN sales_target upper ON upper.id = step.target_id
                         JOIN sales_territory place ON place.id = upper.territory_id
                        ORDER BY step.depth DESC LIMIT 1
                   ), '') AS place
              FROM seen
              JOIN sales_target target ON target.id = seen.target_id
              JOIN sales_target_plan target_plan ON target_plan.id = target.plan_id
             WHERE target_plan.state = 'approved' AND seen.planned IS NOT NULL
            """
        )

    @api.model
    def _marketing_sql(self):
        """:return: ``SQL`` of the budgets of marketing plans, without those of activities that a
        budget of the whole plan includes
        """
        return SQL(
            """
            SELECT seen.id AS line_id, seen.category_id, COALESCE(seen.planned, 0) AS planned,
                   owner.id AS plan_id, owner.company_id, owner.date_from, owner.date_to,
                   owner.approved_on,
                   CASE WHEN activity.id IS NULL THEN area.paths
                        ELSE ARRAY[COALESCE(place.parent_path, '')]::text[] END AS paths
              FROM seen
              JOIN sales_marketing_plan owner ON owner.id = seen.marketing_plan_id
              JOIN area ON area.plan_id = owner.id
              LEFT JOIN sales_marketing_activity activity ON activity.id = seen.activity_id
              LEFT JOIN sales_territory place ON place.id = activity.territory_id
             WHERE seen.activity_id IS NULL
                OR NOT EXISTS (
                       SELECT FROM seen whole
                        WHERE whole.marketing_plan_id = seen.marketing_plan_id
                          AND whole.category_id = seen.category_id
                          AND whole.activity_id IS NULL
                   )
            """
        )

    @api.model
    def _targets_sql(self):
        """:return: ``SQL`` of the budgets of targets that the marketing plan ``plan``, at work in
        ``area``, meets: of those inside each other the topmost; one around the territories of
        the plan gives way to those below it that are closer to them
        """
        return SQL(
            """
            SELECT kept.line_id, kept.category_id, TRUE AS of_targets, FALSE AS is_own,
                   kept.amount
              FROM (
                    WITH met AS MATERIALIZED (
                        SELECT derived.*,
                               derived.planned / counted.rate * %(days)s AS amount,
                               EXISTS (
                                   SELECT FROM unnest(area.paths) own
                                    WHERE starts_with(derived.place, own)
                               ) AS is_inside
                          FROM derived
                          JOIN counted ON counted.target_plan_id = derived.plan_id
                         WHERE counted.company_id = plan.company_id
                           AND counted.date_from <= plan.date_to
                           AND counted.date_to >= plan.date_from
                           AND EXISTS (
                                   SELECT FROM unnest(area.paths) own
                                    WHERE starts_with(derived.place, own)
                                       OR starts_with(own, derived.place)
                               )
                    ), close AS MATERIALIZED (
                        SELECT met.* FROM met
                         WHERE met.is_inside
                            OR NOT EXISTS (
                                   SELECT FROM met lower
                                    WHERE lower.category_id = met.category_id
                                      AND starts_with(lower.path, met.path)
                                      AND starts_with(lower.place, met.place)
                                      AND lower.place <> met.place
                               )
                    )
                    SELECT close.* FROM close
                     WHERE NOT EXISTS (
                               SELECT FROM close upper
                                WHERE upper.category_id = close.category_id
                                  AND starts_with(close.path, upper.path)
                                  AND close.path <> upper.path
                           )
                   ) kept
            """,
            days=self._days_in_common_sql("counted"),
        )

    @api.model
    def _plans_sql(self):
        """:return: ``SQL`` of the budgets of the marketing plan ``plan``, and of those that share
        its targets with it: approved ones of the same company, or of one that is counted with it
        """
        return SQL(
            """
            SELECT marketing.line_id, marketing.category_id, FALSE AS of_targets, TRUE AS is_own,
                   marketing.planned AS amount
              FROM marketing
             WHERE marketing.plan_id = plan.id
             UNION ALL
            SELECT marketing.line_id, marketing.category_id, FALSE, FALSE,
                   marketing.planned * peer.rate * %(days)s
              FROM marketing
              JOIN (
                    SELECT plan.company_id, 1 AS rate
                     UNION ALL
                    SELECT * FROM (
                        SELECT DISTINCT ON (other.company_id)
                               other.company_id, other.rate / mine.rate
                          FROM counted mine
                          JOIN counted other ON other.target_plan_id = mine.target_plan_id
                         WHERE mine.company_id = plan.company_id
                           AND other.company_id <> plan.company_id
                           AND mine.date_from <= plan.date_to
                           AND mine.date_to >= plan.date_from
                         ORDER BY other.company_id, mine.target_plan_id DESC
                    ) further
                   ) peer ON peer.company_id = marketing.company_id
             WHERE marketing.plan_id <> plan.id
               AND marketing.approved_on IS NOT NULL
               AND marketing.date_from <= plan.date_to
               AND marketing.date_to >= plan.date_from
               AND EXISTS (
                       SELECT FROM unnest(area.paths) own, unnest(marketing.paths) theirs
                        WHERE starts_with(own, theirs) OR starts_with(theirs, own)
                   )
            """,
            days=self._days_in_common_sql("marketing"),
        )

    @api.model
    def _days_in_common_sql(self, alias):
        """:return: ``SQL`` of the part of a span that lies within the days of ``plan``"""
        first, last = SQL.identifier(alias, "date_from"), SQL.identifier(alias, "date_to")
        return SQL(
            "(LEAST(%(last)s, plan.date_to) - GREATEST(%(first)s, plan.date_from) + 1)"
            " / (%(last)s - %(first)s + 1)::numeric",
            first=first,
            last=last,
        )
