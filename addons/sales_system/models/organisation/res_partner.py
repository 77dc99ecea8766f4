from odoo import api, fields, models
from odoo.tools import SQL
from odoo.tools.sql import column_exists, create_column

from .sales_territory_rule import RULE_FIELDS


class ResPartner(models.Model):
    _inherit = "res.partner"

    territory_id = fields.Many2one(
        comodel_name="sales.territory",
        index="btree_not_null",
        ondelete="restrict",
        check_company=True,
        help="The sales territory that new orders of this customer are counted in. Found from "
        "the address by the territory rules, unless it is pinned.",
    )
    territory_pinned = fields.Boolean(
        help="The territory was chosen by hand and no rule changes it. Take the pin out to have "
        "it found from the address again.",
    )

    def _auto_init(self):
        # Whatever territory a customer had before there were rules, somebody chose it.
        if not column_exists(self.env.cr, "res_partner", "territory_pinned"):
            create_column(self.env.cr, "res_partner", "territory_pinned", "boolean")
            if column_exists(self.env.cr, "res_partner", "territory_id"):
                self.env.cr.execute(
                    SQL(
                        "UPDATE res_partner SET territory_pinned = TRUE"
                        " WHERE territory_id IS NOT NULL"
                    )
                )
        return super()._auto_init()

    # === ONCHANGE METHODS === #
    @api.onchange("territory_id")
    def _onchange_territory_id(self):
        self.territory_pinned = bool(self.territory_id)

    # === CRUD METHODS === #
    @api.model_create_multi
    def create(self, vals_list):
        partners = super().create(vals_list)
        given = self.browse(
            partner.id
            for partner, vals in zip(partners, vals_list, strict=True)
            if partner.territory_id and "territory_pinned" not in vals
        )
        given.filtered(lambda partner: not partner.territory_pinned).territory_pinned = True
        (partners - given)._find_territories()
        return partners

    def write(self, vals):
        if "territory_id" in vals and "territory_pinned" not in vals:
            vals = {**vals, "territory_pinned": bool(vals["territory_id"])}
        searched = not vals.keys().isdisjoint(RULE_FIELDS)
        if "company_id" in vals and "territory_id" not in vals:
            self._leave_territories_of_other_companies(vals["company_id"])
        result = super().write(vals)
        if searched:
            self._find_territories()
        return result

    # === BUSINESS METHODS === #
    def _commercial_fields(self):
        return [*super()._commercial_fields(), "territory_id", "territory_pinned"]

    def _get_commercial_values(self):
        values = super()._get_commercial_values()
        if "territory_id" in values:
            values["territory_pinned"] = self.territory_pinned
        return values

    def _find_territories(self):
        """Have the rules place the customers among these that are not pinned."""
        customers = self.filtered(
            lambda partner: (
                partner.commercial_partner_id == partner and not partner.territory_pinned
            )
        )
        if customers:
            self.env["sales.territory.rule"]._assign(customers)

    def _leave_territories_of_other_companies(self, company_id):
        """Before a customer moves to another company: its new place is found there."""
        leaving = self.filtered(
            lambda partner: (
                not partner.territory_pinned
                and partner.territory_id.company_id
                and partner.territory_id.company_id.id != company_id
            )
        )
        if leaving:
            super(ResPartner, leaving).write(  # pylint: disable=super-method-mismatch
                {"territory_id": False}
            )
