from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.fields import Command


class SalesTerritoryRecompute(models.TransientModel):
    """Recompute territories: shows what the rules would change, then does it."""

    _name = "sales.territory.recompute"
    _description = "Recompute Territories"

    line_ids = fields.One2many(
        comodel_name="sales.territory.recompute.line",
        inverse_name="wizard_id",
        string="Changes",
        readonly=True,
        default=lambda self: self._default_line_ids(),
    )
    customer_count = fields.Integer(compute="_compute_counts", string="Customers to Change")
    pinned_count = fields.Integer(compute="_compute_counts", string="Pinned Customers")

    @api.model
    def _default_line_ids(self):
        self._check_may_recompute()
        return [
            Command.create({"before_id": before, "after_id": after, "customer_count": count})
            for before, after, count in self.env["sales.territory.rule"]._get_changes()
        ]

    @api.depends("line_ids")
    def _compute_counts(self):
        pinned = self.env["res.partner"].search_count(
            [
                ("territory_pinned", "=", True),
                ("company_id", "in", [False, *self.env.companies.ids]),
                "|",
                ("is_company", "=", True),
                ("parent_id", "=", False),
            ]
        )
        for wizard in self:
            wizard.pinned_count = pinned
            wizard.customer_count = sum(wizard.line_ids.mapped("customer_count"))

    def action_recompute(self):
        """Place all customers that are not pinned, as the rules stand now."""
        self._check_may_recompute()
        count = self.env["sales.territory.rule"]._assign()
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success",
                "message": self.env._("Customers that changed territory: %(count)s.", count=count),
                "next": {"type": "ir.actions.act_window_close"},
            },
        }

    def _check_may_recompute(self):
        if not self.env.user.has_group("sales_team.group_sale_manager"):
            raise AccessError(
                self.env._("Only an administrator of Sales recomputes the territories.")
            )


class SalesTerritoryRecomputeLine(models.TransientModel):
    """One move between two territories."""

    _name = "sales.territory.recompute.line"
    _description = "Change of Territory"

    wizard_id = fields.Many2one(
        comodel_name="sales.territory.recompute", required=True, ondelete="cascade"
    )
    before_id = fields.Many2one(comodel_name="sales.territory", readonly=True)
    after_id = fields.Many2one(comodel_name="sales.territory", readonly=True)
    before = fields.Char(compute="_compute_names", string="From")
    after = fields.Char(compute="_compute_names", string="To")
    customer_count = fields.Integer(string="Customers", readonly=True)

    @api.depends("before_id", "after_id")
    def _compute_names(self):
        for line in self:
            line.before = line.before_id.display_name or self.env._("None")
            line.after = line.after_id.display_name or self.env._("None: no rule fits")
