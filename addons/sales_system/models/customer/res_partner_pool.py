from odoo import api, models

from ..organisation.sales_handover_moving import QUIETLY
from .sales_pool_mixin import POOL_FIELDS

# In the context of a merge. An object of its own: no program that calls the server can send it.
MERGING = object()


class ResPartner(models.Model):
    """Customers lie in public pools while they have no salesperson, their contacts with them."""

    _name = "res.partner"
    _inherit = ["sales.pool.mixin", "res.partner"]

    # === CRUD METHODS === #
    def write(self, vals):
        # Where merged customers lie, or since when somebody has them, is for the one that remains.
        if self.env.context.get("sales_partner_merge") is MERGING:
            kept = POOL_FIELDS | self._get_protected_fields()
            vals = {name: value for name, value in vals.items() if name not in kept}
        return super().write(vals)

    # === BUSINESS METHODS === #
    @api.model
    def _get_masked_name(self, record_id):
        return self.env._("Customer %(number)s", number=record_id)

    def _get_pooled(self):
        return self.commercial_partner_id

    def _set_pool_owner(self, user, values, note):
        contacts = self._get_contacts_of_owner()
        result = super()._set_pool_owner(user, values, note)
        if contacts:
            contacts.with_context(**QUIETLY)._write_past_pool({"user_id": user.id})
        return result

    def _get_contacts_of_owner(self):
        """:return: contacts of these customers who are with the same salesperson as they"""
        contacts = self.with_context(active_test=False).search(
            [("commercial_partner_id", "in", self.ids), ("id", "not in", self.ids)]
        )
        return contacts.filtered(
            lambda contact: contact.user_id == contact.commercial_partner_id.user_id
        )
