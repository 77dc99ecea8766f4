from odoo import api, fields, models
from odoo.fields import Domain

SALES = "sales_team.group_sale_salesman"


class ResPartner(models.Model):
    """Which segments a customer is in, and was."""

    _inherit = "res.partner"

    market_segment_member_ids = fields.One2many(
        "sales.market.segment.member", "partner_id", string="Market Segments", groups=SALES
    )
    market_segment_ids = fields.Many2many(
        "sales.market.segment",
        string="In Market Segments",
        compute="_compute_market_segment_ids",
        search="_search_market_segment_ids",
        groups=SALES,
        help="Those of the companies you work in, at their last snapshot.",
    )

    # === COMPUTE METHODS === #
    @api.depends(
        "commercial_partner_id.market_segment_member_ids.date_to",
        "commercial_partner_id.market_segment_member_ids.segment_id",
    )
    @api.depends_context("allowed_company_ids", "uid")
    def _compute_market_segment_ids(self):
        members = self.env["sales.market.segment.member"]._read_group(
            [
                ("partner_id", "in", self.commercial_partner_id.ids),
                ("date_to", "=", False),
                ("segment_id.active", "=", True),
            ],
            ["partner_id"],
            ["segment_id:recordset"],
        )
        segments = {partner.id: found for partner, found in members}
        for partner in self:
            partner.market_segment_ids = segments.get(partner.commercial_partner_id.id)

    def _search_market_segment_ids(self, operator, value):
        if operator in Domain.NEGATIVE_OPERATORS:
            return NotImplemented
        now = Domain("date_to", "=", False)
        found = self._with_segment_member(now & Domain("segment_id", operator, value))
        if operator == "in" and False in value:
            found |= ~self._with_segment_member(now)
        return found

    # === BUSINESS METHODS === #
    @api.model
    def _with_segment_member(self, domain):
        return Domain("commercial_partner_id.market_segment_member_ids", "any", domain)
