from odoo import api, fields, models

from ...fields import OptionalMonetary


class SalesTargetDifference(models.TransientModel):
    """Difference: one number of a comparison, as it was and as it is."""

    _name = "sales.target.difference"
    _description = "Difference of Target Plans"
    _order = "target_id, date_from, id"
    _rec_name = "target_id"

    compare_id = fields.Many2one("sales.target.compare", readonly=True, index=True)
    currency_id = fields.Many2one("res.currency", readonly=True)
    target_id = fields.Many2one("sales.target", string="Target of", readonly=True)
    date_from = fields.Date("Period", readonly=True)
    period_name = fields.Char(compute="_compute_period_name")
    cell_before_id = fields.Many2one("sales.target.cell", readonly=True)
    cell_after_id = fields.Many2one("sales.target.cell", readonly=True)
    before = OptionalMonetary(readonly=True)
    after = OptionalMonetary(readonly=True)
    difference = fields.Monetary(
        readonly=True, help="After less before; a missing number is taken as 0."
    )
    is_changed = fields.Boolean("Changed", readonly=True)
    is_lowest = fields.Boolean("Lowest Level", readonly=True)
    is_top = fields.Boolean("Top Level", readonly=True)

    user_id = fields.Many2one("res.users", string="Salesperson", readonly=True)
    team_id = fields.Many2one("crm.team", string="Sales Team", readonly=True)
    territory_id = fields.Many2one("sales.territory", readonly=True)
    partner_id = fields.Many2one("res.partner", string="Customer", readonly=True)
    channel_partner_id = fields.Many2one("res.partner", readonly=True)
    product_id = fields.Many2one("product.product", readonly=True)
    categ_id = fields.Many2one("product.category", string="Product Category", readonly=True)
    campaign_id = fields.Many2one("utm.campaign", readonly=True)
    contract_id = fields.Many2one("sales.contract", readonly=True)
    segment_id = fields.Many2one("sales.market.segment", string="Market Segment", readonly=True)

    # === COMPUTE METHODS === #
    @api.depends("cell_before_id", "cell_after_id")
    @api.depends_context("lang")
    def _compute_period_name(self):
        for line in self:
            line.period_name = (line.cell_after_id or line.cell_before_id).sudo().period_name

    # === ACTION METHODS === #
    def action_open_changes(self):
        """Who moved the number, in either plan."""
        self.ensure_one()
        return {
            **self.env["ir.actions.act_window"]._for_xml_id(
                "sales_planning.sales_target_change_action"
            ),
            "name": self.env._("Changes of %(target)s", target=self.target_id.name),
            "domain": [("cell_id", "in", (self.cell_before_id | self.cell_after_id).ids)],
        }
