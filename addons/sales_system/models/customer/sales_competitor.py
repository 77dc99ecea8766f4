from odoo import api, fields, models


class SalesCompetitor(models.Model):
    """Competitor: who else offers to our customers, with products, prices and events."""

    _name = "sales.competitor"
    _description = "Competitor"
    _inherit = ["mail.thread"]
    _order = "name, id"
    _check_company_auto = True

    # === FIELDS === #
    name = fields.Char(required=True, index="trigram", tracking=True)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        "res.company", index="btree_not_null", help="Empty: a competitor of all companies."
    )
    partner_id = fields.Many2one(
        "res.partner",
        string="Contact",
        index="btree_not_null",
        ondelete="restrict",
        check_company=True,
        help="The competitor's own record, where you also deal with it otherwise.",
    )
    website = fields.Char()
    strengths = fields.Text()
    weaknesses = fields.Text()
    product_ids = fields.One2many("sales.competitor.product", "competitor_id")
    price_ids = fields.One2many("sales.competitor.price", "competitor_id")
    event_ids = fields.One2many("sales.competitor.event", "competitor_id")
    open_count = fields.Integer(string="Open Against", compute="_compute_opportunity_counts")
    won_count = fields.Integer(string="Won Against", compute="_compute_opportunity_counts")
    lost_count = fields.Integer(string="Lost Against", compute="_compute_opportunity_counts")

    # === CONSTRAINTS AND INDEXES === #
    _name_company_unique = models.UniqueIndex(
        "(lower(name), company_id) NULLS NOT DISTINCT",
        "There is a competitor of this name already. Use that one, or take it out of the archive.",
    )

    # === COMPUTE METHODS === #
    @api.depends_context("uid", "allowed_company_ids")
    def _compute_opportunity_counts(self):
        """Count the opportunities that the user may see."""
        counts = {
            competitor.id: figures
            for competitor, *figures in self.env["sales.competitor.report"]._read_group(
                [("competitor_id", "in", self.ids)],
                ["competitor_id"],
                ["open_count:sum", "won_count:sum", "lost_count:sum"],
            )
        }
        for competitor in self:
            figures = counts.get(competitor._origin.id, (0, 0, 0))
            competitor.open_count, competitor.won_count, competitor.lost_count = figures

    # === ACTION METHODS === #
    def action_open_opportunities(self):
        """Open the opportunities against this competitor that came out as the context says."""
        self.ensure_one()
        domain = [("competitor_ids", "in", self.ids)]
        if outcome := self.env.context.get("competitor_outcome"):
            domain.append(("won_status", "=", outcome))
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Opportunities against %(competitor)s", competitor=self.name),
            "res_model": "crm.lead",
            "view_mode": "list,kanban,form,pivot,graph",
            "domain": domain,
            # Lost opportunities are archived.
            "context": {"active_test": False, "create": False},
        }
