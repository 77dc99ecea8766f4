from odoo import api, fields, models
from odoo.exceptions import UserError

CONTRACT_FILE_KIND = [
    ("annex", "Annex"),
    ("scan", "Signed Scan"),
    ("other", "Other"),
]
# What an annex says, and which contract it belongs to.
CONTENT_FIELDS = {
    "name",
    "datas",
    "raw",
    "db_datas",
    "store_fname",
    "url",
    "type",
    "res_model",
    "res_id",
    "sales_contract_kind",
}


class IrAttachment(models.Model):
    """A file of a contract: an annex that is part of it, a scan of the paper, or anything else.

    Any attachment of a contract may have a kind, so that one dropped in the chatter and one
    added on the form are the same thing.
    """

    _inherit = "ir.attachment"

    sales_contract_kind = fields.Selection(CONTRACT_FILE_KIND, string="Kind of File")

    # === CRUD METHODS === #
    @api.model_create_multi
    def create(self, vals_list):
        attachments = super().create(vals_list)
        attachments._check_annexes_open()
        return attachments

    def write(self, vals):
        concerned = not CONTENT_FIELDS.isdisjoint(vals)
        if concerned:
            self._check_annexes_open()
        result = super().write(vals)
        if concerned:
            self._check_annexes_open()
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_annex(self):
        self._check_annexes_open()

    # === BUSINESS METHODS === #
    def _check_annexes_open(self):
        """:raises UserError: an annex of a contract that has been approved"""
        annexes = self.sudo().filtered(
            lambda file: file.sales_contract_kind == "annex" and file.res_model == "sales.contract"
        )
        contracts = self.env["sales.contract"].browse(annexes.mapped("res_id")).exists()
        if fixed := contracts.sudo().filtered(lambda contract: not contract._has_open_terms()):
            raise UserError(
                self.env._(
                    "The annexes of %(contracts)s are part of what has been approved and are not "
                    "changed any more. Take the contract back to draft, or add the file as "
                    "another kind.",
                    contracts=", ".join(fixed.mapped("display_name")),
                )
            )
