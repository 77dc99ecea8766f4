from odoo import api, models


class AccountPartialReconcile(models.Model):
    _inherit = "account.partial.reconcile"

    @api.model_create_multi
    def create(self, vals_list):
        partials = super().create(vals_list)
        partials._get_ledger_moves()._touch_ledger()
        return partials

    def unlink(self):
        # Accounting calls this on nothing dozens of times per invoice.
        if self:
            self._get_ledger_moves()._touch_ledger()
        return super().unlink()

    def _get_ledger_moves(self):
        """:return: the journal entries on both sides; the invoices among them are settled"""
        return (self.debit_move_id + self.credit_move_id).move_id
