from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.tools import SQL

# Of a count that somebody waits for: asked for, begun, counted.
STEPS = 3


class SalesCustomerCount(models.Model):
    """How far the customers of a company are counted: one row for each company.

    Apart from the company itself, whose row every posting to the ledger holds.
    """

    _name = "sales.customer.count"
    _description = "Count of Customers"
    _rec_name = "company_id"
    _log_access = False

    # === FIELDS === #
    company_id = fields.Many2one("res.company", required=True, readonly=True, ondelete="cascade")
    counted_on = fields.Datetime(string="Last Counted", readonly=True)
    reviewed_on = fields.Date(
        string="Levels Reviewed",
        readonly=True,
        help="When the rules last could move customers from one level to another.",
    )
    profile_count = fields.Integer(string="Profiles Changed", readonly=True)
    level_count = fields.Integer(string="Levels Changed", readonly=True)
    queued = fields.Boolean(readonly=True, help="Somebody asked for a new count.")
    review_queued = fields.Boolean(readonly=True)
    progress = fields.Float(compute="_compute_progress")

    _company_unique = models.UniqueIndex(
        "(company_id)", "The customers of this company are being counted already."
    )

    # === COMPUTE METHODS === #
    @api.depends("queued")
    def _compute_progress(self):
        reported = self.env["sales.progress"]._get(self)
        for record in self:
            record.progress = reported.get(record.id, 0.0) if record.queued else 0.0

    # === ACTION METHODS === #
    @api.model
    def action_open(self):
        """Show when the customers of the current company were counted, and count them again."""
        self._check_may_count()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Count of Customers"),
            "res_model": self._name,
            "res_id": self._of(self.env.company).id,
            "view_mode": "form",
            "views": [(False, "form")],
            "target": "new",
        }

    def action_count(self):
        """Count again as soon as the server can, levels as they are due."""
        return self._queue()

    def action_count_with_levels(self):
        """Count again, and let the rules move customers though their review is not due."""
        return self._queue(review_queued=True)

    # === BUSINESS METHODS === #
    def _check_may_count(self):
        if not self.env.user.has_group("sales_team.group_sale_manager"):
            raise AccessError(
                self.env._(
                    "Counting customers again is for administrators of Sales. The night does it "
                    "anyway."
                )
            )

    def _queue(self, **values):
        self.ensure_one()
        self._check_may_count()
        self.check_access("read")
        self.sudo().write({"queued": True, **values})
        self._report(0)
        self.env.ref("sales_system.ir_cron_sales_customer_count").sudo()._trigger()
        # The dialog stays open and shows the progress.
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Count of Customers"),
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "views": [(False, "form")],
            "target": "new",
        }

    @api.model
    def _of(self, company):
        """:return: the row of a company, as superuser; made where there is none yet"""
        self.env.cr.execute(
            SQL(
                "INSERT INTO sales_customer_count (company_id) VALUES (%s)"
                " ON CONFLICT (company_id) DO NOTHING",
                company.id,
            )
        )
        return self.sudo().search([("company_id", "=", company.id)])

    def _is_due(self):
        """:return: whether somebody asked for it, or a new day has begun in the company"""
        self.ensure_one()
        if self.queued or not self.counted_on:
            return True
        in_company = self.with_context(tz=self.company_id._get_sales_zone())
        counted = fields.Datetime.context_timestamp(in_company, self.counted_on)
        return counted.date() < self.company_id._get_sales_today()

    def _is_review_due(self, day):
        """:return: whether the rules may move customers from one level to another today"""
        self.ensure_one()
        last = self.reviewed_on
        if self.review_queued or not last:
            return True
        return {
            "nightly": True,
            "monthly": (last.year, last.month) != (day.year, day.month),
            "quarterly": (last.year, (last.month - 1) // 3) != (day.year, (day.month - 1) // 3),
        }[self.company_id.sales_level_review]

    def _run(self):
        """Count all customers of the company and write down that it was done."""
        self.ensure_one()
        day = self.company_id._get_sales_today()
        review = self._is_review_due(day)
        self._report(1)
        profile_count, level_count = self._count(self.company_id, review=review)
        self._report(2)
        self.write(
            {
                "counted_on": fields.Datetime.now(),
                "profile_count": profile_count,
                "level_count": level_count,
                "queued": False,
                "review_queued": False,
                **({"reviewed_on": day} if review else {}),
            }
        )

    def _report(self, step):
        """Tell whoever waits for the count, if somebody does, how far it is."""
        if self.queued:
            self.env["sales.progress"]._report(self, step, STEPS)

    # === CRON === #
    @api.model
    def _cron_count(self):
        """Count the companies that are due, those first that somebody waits for.

        Each is a transaction of its own. While documents older than the ledger are still being
        posted, figures would be of half a history.
        """
        if self.env["sales.ledger.backfill"].search_count([], limit=1):
            return
        for company in self.env["res.company"].search([]):
            self._of(company)
        counts = self.search([("company_id.active", "=", True)])
        due = counts.filtered(lambda count: count._is_due())
        due = due.sorted(lambda count: (not count.queued, count.company_id.id))
        self.env["ir.cron"]._commit_progress(remaining=len(due))
        for count in due:
            count._run()
            if not self.env["ir.cron"]._commit_progress(1):
                return
