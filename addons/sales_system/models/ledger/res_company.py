from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date


class ResCompany(models.Model):
    _inherit = "res.company"

    sales_lock_date = fields.Date(
        string="Sales Ledger Lock Date",
        help="Sales ledger entries up to this day never change any more. What is corrected "
        "later is posted on the first open day and marked with the day it belongs to.",
    )

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            self._check_sales_lock_date(fields.Date.to_date(vals.get("sales_lock_date")))
        return super().create(vals_list)

    def write(self, vals):
        if "sales_lock_date" in vals:
            self._check_sales_lock_date(fields.Date.to_date(vals["sales_lock_date"]))
        return super().write(vals)

    def _check_sales_lock_date(self, lock_date):
        """:raises UserError: the date would open a closed period or close an open day"""
        today = fields.Date.context_today(self)
        if lock_date and lock_date >= today:
            raise UserError(
                self.env._(
                    "The sales lock date %(date)s is not over yet: choose a day before %(today)s.",
                    date=format_date(self.env, lock_date),
                    today=format_date(self.env, today),
                )
            )
        for company in self:
            if company.sales_lock_date and (not lock_date or lock_date <= company.sales_lock_date):
                raise UserError(
                    self.env._(
                        "The sales of %(company)s are locked up to %(before)s: figures of a "
                        "locked period are final, so choose a later day.",
                        company=company.name,
                        before=format_date(self.env, company.sales_lock_date),
                    )
                )
