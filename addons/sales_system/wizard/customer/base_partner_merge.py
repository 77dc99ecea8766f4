from odoo import models
from odoo.tools import SQL

from ...models.customer.res_partner_pool import MERGING


class BasePartnerMergeAutomaticWizard(models.TransientModel):
    """Merged customers have one profile in a company and one salesperson: the remaining one's."""

    _inherit = "base.partner.merge.automatic.wizard"

    def _update_values(self, src_partners, dst_partner):
        """What the sources give to the destination they have no more, from here on."""
        src_partners.sudo().tax_identity = False
        src_partners.flush_recordset(["tax_identity"])
        contacts = (src_partners | dst_partner).sudo().mapped("last_contact_on")
        super()._update_values(src_partners, dst_partner.with_context(sales_partner_merge=MERGING))
        dst_partner.sudo().last_contact_on = max(filter(None, contacts), default=False)
        # The keys of the sources have come along by SQL.
        self.env["sales.identity.key"]._touch("res.partner", dst_partner.ids)

    def _update_foreign_keys(self, src_partners, dst_partner):
        self._end_owners(src_partners)
        self._drop_second_profiles(src_partners, dst_partner)
        return super()._update_foreign_keys(src_partners, dst_partner)

    def _end_owners(self, src_partners):
        self.env.cr.execute(
            SQL(
                """
                UPDATE sales_customer_owner
                   SET date_to = GREATEST(now() AT TIME ZONE 'UTC', date_from)
                 WHERE partner_id = ANY(%s) AND date_to IS NULL
                """,
                src_partners.ids,
            )
        )

    def _drop_second_profiles(self, src_partners, dst_partner):
        self.env.cr.execute(
            SQL(
                """
                DELETE FROM sales_customer_profile WHERE id IN (
                    SELECT id FROM (
                        SELECT id, row_number() OVER (
                                   PARTITION BY company_id
                                   ORDER BY partner_id <> %(remaining)s, level_pinned DESC, id
                               ) AS place
                          FROM sales_customer_profile
                         WHERE partner_id = ANY(%(all)s)
                    ) AS merged
                    WHERE place > 1
                )
                """,
                remaining=dst_partner.id,
                all=(src_partners | dst_partner).ids,
            )
        )
