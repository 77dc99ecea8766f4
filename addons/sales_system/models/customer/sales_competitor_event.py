from odoo import fields, models

EVENT_KIND = [
    ("launch", "Product Launch"),
    ("price_cut", "Price Cut"),
    ("campaign", "Campaign"),
    ("other", "Other"),
]


class SalesCompetitorEvent(models.Model):
    """What a competitor did on a day: a launch, a price cut, a campaign."""

    _name = "sales.competitor.event"
    _description = "Competitor Event"
    _order = "date desc, id desc"
    _check_company_auto = True

    name = fields.Char(string="What Happened", required=True)
    competitor_id = fields.Many2one(
        "sales.competitor", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="competitor_id.company_id", store=True, index=True)
    date = fields.Date(required=True, default=fields.Date.context_today, index=True)
    kind = fields.Selection(EVENT_KIND, required=True, default="other")
    product_id = fields.Many2one(
        "sales.competitor.product",
        string="Competitor Product",
        index="btree_not_null",
        ondelete="set null",
        domain="[('competitor_id', '=', competitor_id)]",
    )
    territory_id = fields.Many2one(
        "sales.territory", index="btree_not_null", ondelete="restrict", check_company=True
    )
    note = fields.Text()
    source_url = fields.Char(string="Source", help="Link to where it was read.")
