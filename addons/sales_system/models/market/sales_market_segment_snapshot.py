import psycopg2

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ..customer.sales_customer_counting import WORK_MEMORY
from .sales_market_segment_rule import UNREADABLE

# Whatever else may be wrong with a rule by now: a field that is gone, a value that does not fit.
BROKEN = (UserError, KeyError, *UNREADABLE, psycopg2.DataError, psycopg2.ProgrammingError)


class SalesMarketSegment(models.Model):
    """Snapshots: who came into a segment and who left it, one statement for each segment."""

    _inherit = "sales.market.segment"

    # === ACTION METHODS === #
    def action_snapshot(self):
        """Take down who is in the segment now. Several segments wait for the server to do it."""
        self.check_access("write")
        if len(self) > 1:
            self.sudo().queued = True
            self.env.ref("sales_system.ir_cron_sales_market_segment").sudo()._trigger()
            return self._notify(
                self.env._(
                    "%(count)s segments are waiting and are counted one after the other.",
                    count=len(self),
                )
            )
        came, gone, size = self._snapshot()
        return self._notify(
            self.env._(
                "%(size)s customers: %(came)s came and %(gone)s left.",
                size=size,
                came=came,
                gone=gone,
            )
        )

    def action_take_over(self):
        """Search by the rule with the own rights from now on, where its writer has left."""
        self.check_access("write")
        for segment in self:
            segment.domain = segment.domain
        return True

    # === BUSINESS METHODS === #
    @api.model
    def _notify(self, message):
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success",
                "message": message,
                "next": {"type": "ir.actions.act_window_close"},
            },
        }

    def _snapshot(self):
        """Take down who is in the segment today.

        :return: number of customers who came, who left, who are in it
        :raises UserError: the rule cannot be searched by
        """
        self.ensure_one()
        partners = self._get_searched_partners()
        query = partners._search(self._get_rule_domain(partners))
        self.env.flush_all()
        self.env.cr.execute(SQL("SELECT set_config('work_mem', %s, TRUE)", WORK_MEMORY))
        (result,) = self.env.execute_query(self._snapshot_query(query))
        self.invalidate_recordset()
        for model in ("member", "size", "report"):
            self.env[f"sales.market.segment.{model}"].invalidate_model()
        self.env["sales.ledger.entry"].invalidate_model(["market_segment_ids"], flush=False)
        self.env["res.partner"].invalidate_model(
            ["market_segment_member_ids", "market_segment_ids"], flush=False
        )
        return result

    def _snapshot_query(self, query):
        today = self.company_id._get_sales_today()
        return SQL(
            """
            WITH chosen AS MATERIALIZED (%(chosen)s),
            gone AS (
                UPDATE sales_market_segment_member member
                   SET date_to = GREATEST(%(today)s, date_from)
                 WHERE segment_id = %(segment)s AND date_to IS NULL
                   AND NOT EXISTS (SELECT FROM chosen WHERE chosen.id = member.partner_id)
                RETURNING 1
            ),
            came AS (
                INSERT INTO sales_market_segment_member
                       (segment_id, company_id, partner_id, date_from)
                SELECT %(segment)s, %(company)s, id, %(date_from)s
                  FROM (SELECT id FROM chosen
                        EXCEPT
                        SELECT partner_id FROM sales_market_segment_member
                         WHERE segment_id = %(segment)s AND date_to IS NULL) AS newcomer
                RETURNING 1
            ),
            -- Two snapshots of a segment at once meet here, and the second begins again.
            taken AS (
                UPDATE sales_market_segment
                   SET size = (SELECT COUNT(*) FROM chosen), snapshot_on = %(now)s,
                       snapshot_error = NULL, queued = FALSE
                 WHERE id = %(segment)s
                RETURNING size
            )
            SELECT (SELECT COUNT(*) FROM came), (SELECT COUNT(*) FROM gone), size FROM taken
            """,
            chosen=query.select(),
            segment=self.id,
            company=self.company_id.id,
            today=today,
            date_from=today if self.snapshot_on else min(self.date_from, today),
            now=fields.Datetime.now(),
        )

    def _is_due(self):
        """:return: whether somebody asked for it, or a new day has begun in the company"""
        self.ensure_one()
        if self.queued or not self.snapshot_on:
            return True
        in_company = self.with_context(tz=self.company_id._get_sales_zone())
        taken = fields.Datetime.context_timestamp(in_company, self.snapshot_on)
        return taken.date() < self.company_id._get_sales_today()

    # === CRON === #
    @api.model
    def _cron_snapshot(self):
        """Take the snapshots that are due, those first that somebody waits for.

        Each is a transaction of its own. A rule that cannot be used keeps no other waiting: its
        segment stays as it was, and says why.
        """
        due = self.search([]).filtered(lambda segment: segment._is_due())
        due = due.sorted(lambda segment: (not segment.queued, segment.id))
        self.env["ir.cron"]._commit_progress(remaining=len(due))
        for segment in due:
            segment._try_snapshot()
            if not self.env["ir.cron"]._commit_progress(1):
                return

    def _try_snapshot(self):
        try:
            with self.env.cr.savepoint():
                self._snapshot()
        except BROKEN as error:
            self.write({"snapshot_error": str(error).strip().split("\n")[0], "queued": False})
