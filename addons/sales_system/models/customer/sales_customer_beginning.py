from odoo import api, models
from odoo.tools import SQL

from .sales_customer_counting import PROFILE_FIELDS


class SalesCustomerProfile(models.Model):
    """A new customer has a lifecycle at once; the night counts all the rest."""

    _inherit = "sales.customer.profile"

    # === BUSINESS METHODS === #
    @api.model
    def _begin(self, lifecycle, met):
        """Let customers begin as a prospect, or as engaged with us, in one statement.

        Who is further than that stays there: what has become of orders is for the night to say.

        :param lifecycle: prospect or engaged
        :param met: pairs of id of partner, id of the company that has met the partner
        """
        if not met:
            return
        partner_ids, company_ids = zip(*met, strict=True)
        self.env["res.partner"].flush_model(
            ["active", "commercial_partner_id", "company_id", "partner_share"]
        )
        self.flush_model(["lifecycle"])
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO sales_customer_profile AS profile
                       (partner_id, company_id, lifecycle, level_pinned, order_count, order_days,
                        frequency, monetary, margin)
                SELECT DISTINCT customer.id, company.id, %(lifecycle)s, FALSE, 0, 0, 0, 0, 0
                  FROM unnest(%(partners)s, %(companies)s) AS met (partner_id, company_id)
                  JOIN res_partner partner ON partner.id = met.partner_id
                  JOIN res_partner customer ON customer.id = partner.commercial_partner_id
                  JOIN res_company company ON company.id = met.company_id
                 WHERE customer.active AND customer.partner_share
                   -- a branch works with the customers of the companies above it
                   AND (customer.company_id IS NULL OR customer.company_id
                        = ANY(string_to_array(rtrim(company.parent_path, '/'), '/')::integer[]))
                 ORDER BY 1, 2
                    ON CONFLICT (partner_id, company_id) DO UPDATE SET lifecycle = 'engaged'
                 WHERE profile.lifecycle = 'prospect' AND EXCLUDED.lifecycle = 'engaged'
                """,
                lifecycle=lifecycle,
                partners=list(partner_ids),
                companies=list(company_ids),
            )
        )
        self._forget_beginnings(self.env.cr.rowcount)

    @api.model
    def _engage(self, partners):
        """Somebody of us was in touch: who was a prospect is engaged in every company."""
        self.flush_model(["lifecycle"])
        self.env.cr.execute(
            SQL(
                "UPDATE sales_customer_profile SET lifecycle = 'engaged'"
                " WHERE lifecycle = 'prospect' AND partner_id = ANY(%s)",
                partners.commercial_partner_id.ids,
            )
        )
        self._forget_beginnings(self.env.cr.rowcount)

    @api.model
    def _forget_beginnings(self, count):
        if count:
            self.invalidate_model()
            self.env["res.partner"].invalidate_model(PROFILE_FIELDS)
