from odoo import fields, models

from .sales_contract import OPEN_STATES


class SalesContract(models.Model):
    """The files of a contract: annexes, scans of what was signed on paper, and others."""

    _inherit = "sales.contract"

    file_ids = fields.One2many(
        "ir.attachment",
        "res_id",
        string="Files",
        domain=[("res_model", "=", "sales.contract"), ("res_field", "=", False)],
        bypass_search_access=True,
        copy=False,
    )

    def _has_open_terms(self):
        self.ensure_one()
        return self.state in OPEN_STATES

    def _get_annexes(self):
        """:return: files that are part of the contract, in the order they were added"""
        self.ensure_one()
        return (
            self.sudo()
            .file_ids.filtered(lambda file: file.sales_contract_kind == "annex")
            .sorted("id")
        )
