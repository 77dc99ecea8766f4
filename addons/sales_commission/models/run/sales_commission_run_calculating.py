from datetime import timedelta

from psycopg2 import IntegrityError

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL, format_datetime

from .sales_commission_run import OPEN, SETTLED

# A run over so many ledger entries takes a few seconds; a larger one is left to the server.
BACKGROUND_ENTRIES = 100_000
# When to look again at a run that somebody else holds.
RETRY_AFTER = timedelta(minutes=1)
# Set while the server calculates by itself: only then is progress reported.
IN_BACKGROUND = "commission_in_background"


class SalesCommissionRun(models.Model):
    """Calculating: at once where the period is small, else by the server in the background.

    A calculation is one transaction. Whatever ends it early, the run is then as it was before,
    and what waits for the server still waits.
    """

    _inherit = "sales.commission.run"

    calculation_count = fields.Integer(
        readonly=True,
        copy=False,
        aggregator=None,
        export_string_translation=False,
        help="How often the run has been calculated since it was a draft.",
    )
    queued_at = fields.Datetime(string="Calculating Since", readonly=True, copy=False)
    queued_by_id = fields.Many2one(
        "res.users", string="Calculated For", readonly=True, copy=False, ondelete="restrict"
    )
    failure = fields.Char(readonly=True, copy=False)
    progress = fields.Float(compute="_compute_progress", export_string_translation=False)

    # === COMPUTE METHODS === #
    @api.depends("queued_at")
    def _compute_progress(self):
        reported = self.env["sales.progress"]._get(self)
        for run in self:
            run.progress = reported.get(run.id, 0.0) if run.queued_at else 0.0

    # === ACTION METHODS === #
    def action_calculate(self):
        """Work out who earned what; a calculated run is worked out anew."""
        self.check_access("write")
        for run in self:
            run._check_calculable()
            run._lock()
            if run._is_large():
                run._queue()
            else:
                run._calculate()
        return True

    def action_cancel_calculation(self):
        """Take a run that waits for the server out of the queue; its result stays as it is."""
        self.check_access("write")
        self._lock()
        self.write({"queued_at": False, "queued_by_id": False})
        return True

    def action_reset(self):
        """Throw the result of a calculated run away."""
        self._check_state("calculated", "review")
        self.env["sales.commission.calculation"]._clear(self)
        self.env["sales.commission.checking"]._clear(self)
        self._update_state(
            ("calculated", "review"),
            "draft",
            calculated_at=False,
            calculation_count=0,
            last_entry_id=0,
            entry_count=0,
            empty_reason=False,
            failure=False,
            queued_at=False,
            queued_by_id=False,
        )
        self.sudo()._cancel_approval(self.env._("The run was set back to draft."))
        return True

    # === BUSINESS METHODS === #
    def _calculate(self):
        self.ensure_one()
        self._check_state(*OPEN)
        before = self._get_result_digest()
        calculation = self.env["sales.commission.calculation"]
        earnings = calculation._calculate(self)
        self.env["sales.commission.checking"]._check(self)
        self._update_state(
            OPEN,
            "calculated",
            empty_reason=not earnings and calculation._find_empty_reason(self),
            **self._prepare_calculated_values(),
        )
        if before != self._get_result_digest():
            self.sudo()._cancel_approval(
                self.env._("The run was calculated again, with another result.")
            )

    def _prepare_calculated_values(self):
        return {
            "calculated_at": fields.Datetime.now(),
            "calculation_count": self.calculation_count + 1,
            "queued_at": False,
            "queued_by_id": False,
            "failure": False,
        }

    def _entries_query(self, limit=None):
        """:return: ``SQL`` of the ledger entries of the run's days"""
        self.ensure_one()
        return SQL(
            "SELECT id FROM sales_ledger_entry"
            " WHERE company_id = %s AND date BETWEEN %s AND %s LIMIT %s",
            self.company_id.id,
            self.date_from,
            self.date_to,
            limit,
        )

    def _check_calculable(self):
        """:raises UserError: the statements stand, or the server is at it already"""
        for run in self:
            if run.state in SETTLED:
                raise UserError(
                    self.env._(
                        "Run %(run)s is approved, and its statements stand. Sales that were "
                        "corrected since are taken by the next run.",
                        run=run.name,
                    )
                )
        self._check_not_queued()

    def _check_not_queued(self):
        """:raises UserError: the server calculates a run at this moment, or is going to"""
        for run in self:
            if run.queued_at:
                raise UserError(
                    self.env._(
                        "Run %(run)s is being calculated since %(time)s for %(user)s. Wait until "
                        "it is done, or stop the calculation.",
                        run=run.name,
                        time=format_datetime(self.env, run.queued_at),
                        user=run.queued_by_id.name,
                    )
                )

    # === IN THE BACKGROUND === #
    def _is_large(self):
        """:return: whether the run is left to the server"""
        self.ensure_one()
        self.env["sales.ledger.posting"]._post_pending()
        [(count,)] = self.env.execute_query(
            SQL("SELECT COUNT(*) FROM (%s) entry", self._entries_query(BACKGROUND_ENTRIES + 1))
        )
        return count > BACKGROUND_ENTRIES

    def _queue(self):
        """Let the server calculate the run for the user."""
        self.write(
            {
                "queued_at": fields.Datetime.now(),
                "queued_by_id": self.env.user.id,
                "failure": False,
            }
        )
        self._get_cron()._trigger()

    @api.model
    def _get_cron(self):
        return self.env.ref("sales_commission.ir_cron_sales_commission_calculate").sudo()

    @api.model
    def _cron_calculate(self):
        """Calculate what waits, one run per transaction."""
        queued = self.search([("queued_at", "!=", False)], order="queued_at, id")
        self.env["ir.cron"]._commit_progress(remaining=len(queued))
        for run in queued:
            if run.try_lock_for_update(allow_referencing=True):
                run._calculate_queued()
            else:
                # Somebody is still at it, or a server that was killed has not let go yet.
                self._get_cron()._trigger(fields.Datetime.now() + RETRY_AFTER)
            if not self.env["ir.cron"]._commit_progress(1):
                break

    def _calculate_queued(self):
        """Calculate the run as whoever asked for it, and tell them how it went."""
        self.ensure_one()
        user = self.queued_by_id
        if not user:
            # Stopped in the meantime.
            return
        run = (
            self.with_user(user)
            .with_company(self.company_id)
            .with_context(lang=user.lang, tz=user.tz, **{IN_BACKGROUND: True})
        )
        try:
            with self.env.cr.savepoint():
                run._calculate()
        except (UserError, IntegrityError) as error:
            failure = run._get_failure(error)
            run.sudo().write({"queued_at": False, "queued_by_id": False, "failure": failure})
            run._tell(user, failure, "danger")
        else:
            run._tell(
                user,
                run.empty_message or run._get_done_message(),
                "warning" if run.empty_message else "success",
            )
        run._report_progress(0)

    def _get_failure(self, error):
        if isinstance(error, IntegrityError):
            return self.env["sales.commission.earning"]._sql_error_to_message(error)
        return str(error)

    def _get_done_message(self):
        self.ensure_one()
        return self.env._(
            "Calculated: %(amount)s (payees: %(payees)s)",
            payees=self.payee_count,
            amount=self.currency_id.format(self.sudo().amount),
        )

    def _tell(self, user, message, kind):
        """Show a user a notification, wherever in the program they are."""
        user.sudo()._bus_send(
            "simple_notification",
            {
                "type": kind,
                "title": self.env._("Commission run %(run)s", run=self.name),
                "message": message,
                "sticky": True,
            },
        )

    def _report_progress(self, percentage):
        if self.env.context.get(IN_BACKGROUND):
            self.env["sales.progress"]._report(self, percentage, 100)


class SalesCommissionCalculation(models.AbstractModel):
    """Says how far it has come."""

    _inherit = "sales.commission.calculation"

    @api.model
    def _create_tables(self, run, *args, **kwargs):
        run._report_progress(10)
        result = super()._create_tables(run, *args, **kwargs)
        run._report_progress(45)
        return result

    @api.model
    def _sum_up(self, run):
        run._report_progress(75)
        return super()._sum_up(run)
