from odoo import api, models
from odoo.exceptions import UserError


class SalesMarketingPartMixin(models.AbstractModel):
    """A part of a marketing plan, such as an activity: it stands once the plan is approved."""

    _name = "sales.marketing.part.mixin"
    _description = "Part of a Marketing Plan"

    # Name of the field that leads to what it is a part of.
    _whole = "plan_id"

    # === CRUD METHODS === #
    @api.model_create_multi
    def create(self, vals_list):
        parts = super().create(vals_list)
        parts._get_plans()._check_may_change()
        return parts

    def write(self, vals):
        self.check_access("write")
        if moved := self._whole in vals and self.filtered(
            lambda part: part[self._whole].id != vals[self._whole]
        ):
            raise UserError(
                self.env._(
                    "%(part)s belongs to %(whole)s and stays there. Make a new one instead.",
                    part=moved[0].display_name,
                    whole=moved[0].sudo()[self._whole].display_name,
                )
            )
        if not self._get_fixed_fields().isdisjoint(vals):
            self._get_plans()._check_may_change()
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_approved(self):
        self._get_plans()._check_may_change()

    # === HOOKS === #
    @api.model
    def _get_fixed_fields(self):
        """:return: set of the fields that the approval of the plan is about"""
        return set()

    def _get_plans(self):
        return self.sudo().plan_id
