from odoo import api, models
from odoo.tools import SQL


class BasePartnerMergeAutomaticWizard(models.TransientModel):
    """Merged customers are in a segment while any of them was, and once at a time."""

    _inherit = "base.partner.merge.automatic.wizard"

    @api.model
    def _update_foreign_keys(self, src_partners, dst_partner):
        self._merge_segment_members(src_partners | dst_partner, dst_partner)
        return super()._update_foreign_keys(src_partners, dst_partner)

    @api.model
    def _merge_segment_members(self, partners, kept):
        """Put spans of days that overlap or meet together, and give them to the one that stays."""
        self.env.cr.execute(
            SQL(
                """
                WITH old AS (
                    DELETE FROM sales_market_segment_member
                     WHERE partner_id = ANY(%(partners)s) RETURNING *
                ), marked AS (
                    SELECT *, date_from > MAX(COALESCE(date_to, 'infinity')) OVER (
                                 PARTITION BY segment_id ORDER BY date_from, id
                                 ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS begins
                      FROM old
                ), spans AS (
                    SELECT *, COUNT(*) FILTER (WHERE begins) OVER (
                                 PARTITION BY segment_id ORDER BY date_from, id) AS span
                      FROM marked
                )
                INSERT INTO sales_market_segment_member
                       (segment_id, company_id, partner_id, date_from, date_to)
                SELECT segment_id, company_id, %(kept)s, MIN(date_from),
                       NULLIF(MAX(COALESCE(date_to, 'infinity')), 'infinity')
                  FROM spans
                 GROUP BY segment_id, company_id, span
                """,
                partners=partners.ids,
                kept=kept.id,
            )
        )
        self.env["sales.market.segment.member"].invalidate_model()
