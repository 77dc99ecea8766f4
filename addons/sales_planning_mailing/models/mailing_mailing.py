from odoo import api, fields, models
from odoo.fields import Domain


class MailingMailing(models.Model):
    """Mailing of a marketing activity, which it knows by the campaign they share."""

    _inherit = "mailing.mailing"

    # === FIELDS === #
    marketing_activity_id = fields.Many2one(
        "sales.marketing.activity",
        compute="_compute_marketing_activity_id",
        search="_search_marketing_activity_id",
        groups="sales_team.group_sale_salesman",
        help="The one whose campaign this mailing has.",
    )

    # === COMPUTE METHODS === #
    @api.depends("campaign_id.marketing_activity_ids")
    @api.depends_context("uid", "allowed_company_ids")
    def _compute_marketing_activity_id(self):
        for mailing in self:
            mailing.marketing_activity_id = mailing.campaign_id.marketing_activity_ids

    def _search_marketing_activity_id(self, operator, value):
        if operator in Domain.NEGATIVE_OPERATORS:
            return NotImplemented
        path = "campaign_id.marketing_activity_ids"
        if operator == "in" and False in value:
            # Also a mailing without a campaign, which leads nowhere.
            return ~Domain(path, "!=", False) | Domain(path, "in", set(value) - {False})
        return Domain(path, operator, value)

    def _compute_total(self):
        """Who is in a segment is for Sales; how many the mailing reaches, for whoever writes it."""
        to_audience = self.filtered(lambda mailing: mailing._is_to_audience())
        super(MailingMailing, self - to_audience)._compute_total()
        super(MailingMailing, to_audience.sudo())._compute_total()

    # === BUSINESS METHODS === #
    def _is_to_audience(self):
        """:return: whether it goes to the audience of its activity, and to nobody else"""
        self.ensure_one()
        activity = self.sudo().marketing_activity_id
        return (
            bool(activity)
            and self.mailing_model_real == "res.partner"
            and self._parse_mailing_domain() == activity._get_audience_domain()
        )
