from odoo import api, fields, models

VERIFICATION_STATE = [
    ("waiting", "Waiting"),
    ("identical", "Identical"),
    ("different", "Different"),
]


class SalesCommissionVerification(models.Model):
    """Commission verification: a settled run, worked out again and compared with what was paid.

    The answer of a run that stands is “identical”. Sales that were posted after the run was
    calculated are listed apart: they are the business of later runs.
    """

    _name = "sales.commission.verification"
    _description = "Commission Verification"
    _order = "date desc, id desc"
    _rec_name = "date"

    run_id = fields.Many2one(
        "sales.commission.run", required=True, readonly=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="run_id.company_id")
    date = fields.Datetime(required=True, readonly=True, default=fields.Datetime.now)
    user_id = fields.Many2one(
        "res.users", string="Verified By", readonly=True, default=lambda self: self.env.user
    )
    state = fields.Selection(
        VERIFICATION_STATE, string="Result", required=True, readonly=True, default="waiting"
    )
    earning_count = fields.Integer(string="Earnings Compared", readonly=True)
    difference_count = fields.Integer(string="Differences", readonly=True)
    later_count = fields.Integer(
        string="Posted Since",
        readonly=True,
        help="Ledger entries of the run's days that were posted after it was calculated.",
    )
    line_ids = fields.One2many(
        "sales.commission.verification.line",
        "verification_id",
        string="Listed Differences",
        readonly=True,
    )
    difference_ids = fields.One2many(
        "sales.commission.verification.line",
        "verification_id",
        string="What Differs",
        domain=[("is_difference", "=", True)],
        readonly=True,
    )
    later_ids = fields.One2many(
        "sales.commission.verification.line",
        "verification_id",
        string="What Was Posted Since",
        domain=[("is_difference", "=", False)],
        readonly=True,
    )

    # === BUSINESS METHODS === #
    def _verify(self):
        """Work the run out again, read-only, and keep the answer."""
        for verification in self.sudo():
            counts = self.env["sales.commission.verifying"]._compare(verification)
            verification.write(
                {
                    **counts,
                    "date": fields.Datetime.now(),
                    "state": "different" if counts["difference_count"] else "identical",
                }
            )

    @api.model
    def _cron_verify(self):
        """Verify what waits, one run per transaction."""
        waiting = self.search([("state", "=", "waiting")], order="id")
        self.env["ir.cron"]._commit_progress(remaining=len(waiting))
        for verification in waiting:
            verification._verify()
            verification._tell()
            if not self.env["ir.cron"]._commit_progress(1):
                break

    def _tell(self):
        self.ensure_one()
        user = self.user_id
        run = self.run_id.with_context(lang=user.lang)
        answer = dict(self._fields["state"]._description_selection(run.env))[self.state]
        run._tell(
            user,
            run.env._("Verified: %(answer)s", answer=answer),
            "success" if self.state == "identical" else "warning",
        )
