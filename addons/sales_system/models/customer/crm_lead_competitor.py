from odoo import api, fields, models


class CrmLead(models.Model):
    """Who else the customer talks to about an opportunity."""

    _inherit = "crm.lead"

    competitor_ids = fields.Many2many(
        "sales.competitor",
        relation="crm_lead_sales_competitor_rel",
        column1="lead_id",
        column2="competitor_id",
        string="Competitors",
        check_company=True,
        tracking=True,
    )
    main_competitor_id = fields.Many2one(
        "sales.competitor",
        string="Main Rival",
        compute="_compute_main_competitor_id",
        store=True,
        readonly=False,
        index="btree_not_null",
        ondelete="restrict",
        check_company=True,
        tracking=True,
        domain="[('company_id', 'in', (False, company_id))]",
    )

    @api.depends("competitor_ids")
    def _compute_main_competitor_id(self):
        for lead in self:
            competitors = lead.competitor_ids._origin
            if lead.main_competitor_id not in competitors:
                lead.main_competitor_id = competitors if len(competitors) == 1 else False

    @api.model_create_multi
    def create(self, vals_list):
        leads = super().create(vals_list)
        leads._add_main_competitor()
        return leads

    def write(self, vals):
        result = super().write(vals)
        if "main_competitor_id" in vals:
            self._add_main_competitor()
        return result

    def _add_main_competitor(self):
        """The main rival is one of the competitors, also where only the rival was chosen."""
        for lead in self:
            if lead.main_competitor_id not in lead.competitor_ids:
                lead.competitor_ids |= lead.main_competitor_id
