from odoo import api, models
from odoo.tools import format_date


class SalesCommissionExplaining(models.AbstractModel):
    _inherit = "sales.commission.explaining"

    @api.model
    def _explain_one(self, earning, original):
        adjustment = earning.adjustment_id
        if not adjustment:
            return super()._explain_one(earning, original)
        values = {
            "adjustment": adjustment.name,
            "date": format_date(self.env, adjustment.date),
            "reason": adjustment.reason.strip().rstrip(".。"),
            "amount": self._money(earning, earning.amount),
        }
        if corrected := adjustment.earning_id:
            return self.env._(
                "Adjustment %(adjustment)s of %(date)s to %(document)s in run %(run)s: "
                "%(reason)s = %(amount)s.",
                document=corrected.reference or corrected.adjustment_id.name or "",
                run=corrected.run_id.name,
                **values,
            )
        return self.env._(
            "Adjustment %(adjustment)s of %(date)s: %(reason)s = %(amount)s.", **values
        )
