from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import format_date


class SalesLedgerLock(models.TransientModel):
    """Lock of a sales period: from then on its figures are final."""

    _name = "sales.ledger.lock"
    _description = "Lock Sales Period"

    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, default=lambda self: self.env.company
    )
    current_lock_date = fields.Date(related="company_id.sales_lock_date", string="Locked Up To")
    lock_date = fields.Date(
        "Lock Up To", required=True, default=lambda self: self._default_lock_date()
    )

    @api.model
    def _default_lock_date(self):
        return fields.Date.context_today(self) + relativedelta(day=1, days=-1)

    def action_lock(self):
        """Lock the period, provided that the ledger says what its documents say."""
        self.ensure_one()
        if not self.env.user.has_group("sales_team.group_sale_manager"):
            raise AccessError(self.env._("Only an administrator of Sales locks a period."))
        self.company_id._check_sales_lock_date(self.lock_date)
        differences = self.env["sales.ledger.posting"]._get_differences(
            self.company_id, up_to=self.lock_date
        )
        if differences:
            raise UserError(
                self.env._(
                    "The ledger differs from its documents in %(count)s places up to %(date)s, "
                    "the first is %(document)s. Verify and repair it, then lock the period.",
                    count=len(differences),
                    date=format_date(self.env, self.lock_date),
                    document=differences[0]["reference"],
                )
            )
        self.company_id.sudo().sales_lock_date = self.lock_date
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success",
                "message": self.env._(
                    "The sales of %(company)s are locked up to %(date)s.",
                    company=self.company_id.name,
                    date=format_date(self.env, self.lock_date),
                ),
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }
