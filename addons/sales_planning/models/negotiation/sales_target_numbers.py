from odoo import api, fields, models
from odoo.tools import SQL


class SalesTargetNumbers(models.AbstractModel):
    _inherit = "sales.target.numbers"

    @api.model
    def _set(self, plan, value, numbers, operation, reason=None, expected=None, origin=None):
        changed = super()._set(
            plan, value, numbers, operation, reason=reason, expected=expected, origin=origin
        )
        self.env["sales.target.proposal"].invalidate_model()
        plan._measure_approval_again()
        return changed

    @api.model
    def _remark(self, cell_ids, value, operation, reason):
        """Keep a reason that came after the number that it is about."""
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO sales_target_change (
                    cell_id, value, amount_before, amount_after, operation, reason,
                    create_uid, write_uid, create_date, write_date
                )
                SELECT id, %(value)s, %(column)s, %(column)s, %(operation)s, %(reason)s,
                       %(uid)s, %(uid)s, %(now)s, %(now)s
                  FROM sales_target_cell WHERE id = ANY(%(ids)s)
                """,
                value=value,
                column=SQL.identifier(value),
                operation=operation,
                reason=reason,
                uid=self.env.uid,
                now=fields.Datetime.now(),
                ids=list(cell_ids),
            )
        )
        self.env["sales.target.change"].invalidate_model()
        self.env["sales.target.proposal"].invalidate_model(["reason"])
