from odoo import api, fields, models
from odoo.fields import Domain

from .sales_customer_profile import LIFECYCLE

SALES = "sales_team.group_sale_salesman"


class ResPartner(models.Model):
    """What the current company knows of a customer, and who looked after them."""

    _name = "res.partner"
    _inherit = ["sales.contact.mixin", "res.partner"]

    customer_profile_ids = fields.One2many("sales.customer.profile", "partner_id", groups=SALES)
    customer_owner_ids = fields.One2many("sales.customer.owner", "partner_id", groups=SALES)
    customer_level_change_ids = fields.One2many(
        "sales.customer.level.change", "partner_id", groups=SALES
    )
    customer_level_id = fields.Many2one(
        "sales.customer.level",
        compute="_compute_customer_profile",
        search="_search_customer_level_id",
        groups=SALES,
    )
    lifecycle = fields.Selection(
        LIFECYCLE,
        compute="_compute_customer_profile",
        search="_search_lifecycle",
        groups=SALES,
    )

    customer_rfm = fields.Char(string="R-F-M", compute="_compute_customer_profile", groups=SALES)
    customer_purchase_cycle = fields.Float(
        string="Purchase Cycle (Days)",
        digits=(16, 1),
        compute="_compute_customer_profile",
        groups=SALES,
    )
    customer_expected_on = fields.Date(
        string="Next Order Expected", compute="_compute_customer_profile", groups=SALES
    )

    # === COMPUTE METHODS === #
    @api.depends(
        "commercial_partner_id.customer_profile_ids.level_id",
        "commercial_partner_id.customer_profile_ids.lifecycle",
        "commercial_partner_id.customer_profile_ids.rfm",
        "commercial_partner_id.customer_profile_ids.purchase_cycle",
        "commercial_partner_id.customer_profile_ids.expected_on",
    )
    @api.depends_context("company", "uid")
    def _compute_customer_profile(self):
        profiles = self._get_customer_profiles()
        none = self.env["sales.customer.profile"]
        for partner in self:
            profile = profiles.get(partner.commercial_partner_id.id, none)
            partner.customer_level_id = profile.level_id
            partner.lifecycle = profile.lifecycle
            partner.customer_rfm = profile.rfm
            partner.customer_purchase_cycle = profile.purchase_cycle
            partner.customer_expected_on = profile.expected_on

    def _search_customer_level_id(self, operator, value):
        return self._search_customer_profile("level_id", operator, value)

    def _search_lifecycle(self, operator, value):
        return self._search_customer_profile("lifecycle", operator, value)

    # === CRUD METHODS === #
    @api.model_create_multi
    def create(self, vals_list):
        partners = super().create(vals_list)
        owned = partners.filtered("user_id")
        if owned:
            self.env["sales.customer.owner"]._follow(owned)
        return partners

    def write(self, vals):
        result = super().write(vals)
        # A contact that becomes a customer of its own brings its salesperson along.
        if not vals.keys().isdisjoint({"user_id", "parent_id", "is_company"}):
            self.env["sales.customer.owner"]._follow(self)
        return result

    # === BUSINESS METHODS === #
    def _get_contacted(self):
        return self | self.commercial_partner_id

    def _get_customer_profiles(self):
        """:return: dict of id of customer → what the current company knows and the user may see"""
        profiles = self.env["sales.customer.profile"].search_fetch(
            [
                ("company_id", "=", self.env.company.id),
                ("partner_id", "in", self.commercial_partner_id.ids),
            ]
        )
        return {profile.partner_id.id: profile for profile in profiles}

    @api.model
    def _search_customer_profile(self, field, operator, value):
        """Find customers, and their contacts, by what the current company knows."""
        if operator in Domain.NEGATIVE_OPERATORS:
            return NotImplemented
        known = Domain("company_id", "=", self.env.company.id)
        found = self._with_profile(known & Domain(field, operator, value))
        if operator == "in" and False in value:
            found |= ~self._with_profile(known & Domain(field, "!=", False))
        return found

    @api.model
    def _with_profile(self, domain):
        return Domain("commercial_partner_id.customer_profile_ids", "any", domain)
