from odoo import models

from ..organisation.sales_handover_moving import QUIETLY
from .sales_pool_mixin import NO_WARNING, WARNING_ACTIVITY


class SalesPoolMixin(models.AbstractModel):
    """What a contact, or ticking it off, does to a warning."""

    _inherit = "sales.pool.mixin"

    def _is_contact(self, message):
        # Ticking a warning off is no contact with a customer.
        warning = self.env.ref(WARNING_ACTIVITY, raise_if_not_found=False)
        if warning and message.sudo().mail_activity_type_id == warning:
            return False
        return super()._is_contact(message)

    def _touch_contact(self, moment):
        result = super()._touch_contact(moment)
        warned = self.sudo()._get_contacted()
        warned.filtered(lambda record: record.pool_warning == "contact")._withdraw_pool_warning()
        return result

    def _withdraw_pool_warning(self):
        """Let owners know by nothing: what they were told of is gone from their activities."""
        if self:
            self._unlink_pool_warnings()
            self.sudo().with_context(**QUIETLY).write(NO_WARNING)
