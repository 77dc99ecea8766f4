from odoo import api, fields, models
from odoo.exceptions import UserError

# Beside all models of these addons.
LOGGED_MODELS = {"sale.order", "sale.order.line", "res.partner", "crm.lead"}


class SalesExportLog(models.Model):
    """Export log: who took which records out of the system, and how many."""

    _name = "sales.export.log"
    _description = "Export Log"
    _order = "id desc"
    _rec_name = "model_id"
    _log_access = False

    date = fields.Datetime(required=True, readonly=True, default=fields.Datetime.now, index=True)
    user_id = fields.Many2one(
        comodel_name="res.users", required=True, readonly=True, index=True, ondelete="restrict"
    )
    company_id = fields.Many2one(comodel_name="res.company", required=True, readonly=True)
    model = fields.Char(string="Technical Name", required=True, readonly=True)
    model_id = fields.Many2one(
        comodel_name="ir.model", string="Exported", readonly=True, ondelete="set null"
    )
    record_count = fields.Integer(string="Records", readonly=True)
    field_names = fields.Text(string="Fields", readonly=True)

    # === CRUD METHODS === #
    # Evidence is not changed, so there is nothing for super to do.
    # pylint: disable=method-required-super,no-raise-unlink
    def write(self, vals):
        raise self._kept_error()

    def unlink(self):
        raise self._kept_error()

    def _kept_error(self):
        return UserError(
            self.env._("The export log is evidence: its lines are neither changed nor deleted.")
        )

    # === BUSINESS METHODS === #
    @api.model
    def _log(self, records, field_names):
        self.sudo().create(
            {
                "user_id": self.env.uid,
                "company_id": self.env.company.id,
                "model": records._name,
                "model_id": self.env["ir.model"]._get_id(records._name),
                "record_count": len(records),
                "field_names": ", ".join(field_names),
            }
        )


class Base(models.AbstractModel):
    _inherit = "base"

    def export_data(self, fields_to_export):
        result = super().export_data(fields_to_export)
        if self._name in LOGGED_MODELS or self._name.startswith("sales."):
            self.env["sales.export.log"]._log(self, fields_to_export)
        return result
