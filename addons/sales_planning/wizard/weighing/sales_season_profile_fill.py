from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL, format_date


class SalesSeasonProfileFill(models.TransientModel):
    """Fill a season profile with the months of past years, as the sales ledger has them."""

    _name = "sales.season.profile.fill"
    _description = "Fill Season Profile"

    # === FIELDS === #
    profile_id = fields.Many2one("sales.season.profile", required=True, ondelete="cascade")
    company_id = fields.Many2one(
        "res.company",
        required=True,
        compute="_compute_company_id",
        store=True,
        readonly=False,
        precompute=True,
    )
    metric = fields.Selection(
        selection="_selection_metric", string="Figures", required=True, default="booked"
    )
    years = fields.Integer(
        "Full Years", required=True, default=3, help="How many years before the current one."
    )
    territory_id = fields.Many2one("sales.territory", help="With all territories inside it.")
    categ_id = fields.Many2one(
        "product.category", string="Product Category", help="With all categories inside it."
    )

    # === CONSTRAINTS AND INDEXES === #
    _years_possible = models.Constraint(
        "CHECK (years BETWEEN 1 AND 20)", "Choose from 1 to 20 full years."
    )

    # === COMPUTE METHODS === #
    def _selection_metric(self):
        return self.env["sales.target.metric"]._get_selection()

    @api.depends("profile_id")
    def _compute_company_id(self):
        for fill in self:
            fill.company_id = fill.profile_id.company_id or self.env.company

    # === ACTION METHODS === #
    def action_fill(self):
        """Set the months to their percentages of an average year."""
        self.ensure_one()
        self.profile_id.check_access("write")
        self.env["sales.ledger.posting"]._post_pending()
        percentages = dict(self.env.execute_query(self._percentages_sql()))
        if not percentages:
            first, last = self._get_span()
            raise UserError(
                self.env._(
                    "The ledger of %(company)s has nothing of this kind from %(first)s to "
                    "%(last)s. Choose more years, other figures, or no territory and category.",
                    company=self.company_id.name,
                    first=format_date(self.env, first),
                    last=format_date(self.env, last),
                )
            )
        lines = {line.month: line for line in self.profile_id.line_ids}
        self.profile_id.line_ids = [
            fields.Command.update(lines[month].id, {"weight": percentage})
            if month in lines
            else fields.Command.create({"month": month, "weight": percentage})
            for month, percentage in percentages.items()
        ]
        return {"type": "ir.actions.act_window_close"}

    # === BUSINESS METHODS === #
    def _get_span(self):
        """:return: first and last day of the full years"""
        today = fields.Date.context_today(self)
        first = today + relativedelta(years=-self.years, month=1, day=1)
        return first, today + relativedelta(years=-1, month=12, day=31)

    def _percentages_sql(self):
        """A month from before the company's first sale was no month without sales: it is left
        out of the average. Percentages add up to 100.

        :return: ``SQL`` of month and percentage; no rows without sales
        """
        first, last = self._get_span()
        return SQL(
            """
            WITH entry AS (%(entries)s), average AS (
                SELECT EXTRACT(MONTH FROM month.first)::integer AS source_id,
                       GREATEST(SUM(COALESCE(sold.value, 0)) / COUNT(*), 0) AS value
                  FROM generate_series(
                           GREATEST(%(first)s::date, date_trunc('month', (
                               SELECT MIN(date) FROM sales_ledger_entry
                                WHERE company_id = %(company)s AND event = %(event)s
                           ))), %(last)s::date, '1 month') AS month(first)
                  LEFT JOIN (
                        SELECT date_trunc('month', date) AS first, SUM(value) AS value
                          FROM entry GROUP BY 1
                       ) AS sold ON sold.first = month.first
                 GROUP BY 1
            ), share AS (
                SELECT source_id, 100 * value / SUM(value) OVER () AS share, 0.01 AS rounding
                  FROM average WHERE (SELECT SUM(value) FROM average) > 0
            )
            SELECT LPAD(calendar.month::text, 2, '0'), COALESCE(rounded.percentage, 0)
              FROM generate_series(1, 12) AS calendar(month)
              LEFT JOIN (SELECT source_id, %(rounded)s AS percentage FROM share) AS rounded
                ON rounded.source_id = calendar.month
             WHERE EXISTS (SELECT FROM share)
             ORDER BY 1
            """,
            entries=self._entries_sql(first, last),
            company=self.company_id.id,
            event=self._get_plan()._get_metric().event,
            first=first,
            last=last,
            rounded=self.env["sales.ledger.posting"]._largest_remainder("share", "rounding"),
        )

    def _entries_sql(self, first, last):
        """:return: ``SQL`` of the chosen figures of the ledger"""
        conditions = [SQL("TRUE")]
        for name in ("territory_id", "categ_id"):
            if self[name]:
                inside = self[name].sudo().with_context(active_test=False)
                ids = inside.search([("id", "child_of", inside.id)]).ids
                conditions.append(SQL("%s = ANY(%s)", SQL.identifier("entry", name), ids))
        return SQL(
            "SELECT entry.date, entry.value FROM (%s) AS entry WHERE %s",
            self.env["sales.target.metric"]._entries_sql(self._get_plan(), first, last),
            SQL(" AND ").join(conditions),
        )

    def _get_plan(self):
        """:return: a plan that is not saved, as metrics count for plans"""
        return self.env["sales.target.plan"].new(
            {"metric": self.metric, "company_id": self.company_id.id}
        )
