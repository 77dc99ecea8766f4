from odoo import api, fields, models


class SalesTerritory(models.Model):
    """Sales territory: a node of the geographical tree that sales are counted in."""

    _name = "sales.territory"
    _inherit = ["sales.tree.mixin"]
    _description = "Sales Territory"
    _parent_name = "parent_id"
    _parent_store = True
    _order = "complete_name, id"
    _rec_name = "complete_name"
    _rec_names_search = ["complete_name", "code"]
    _check_company_auto = True

    name = fields.Char(required=True, translate=True)
    complete_name = fields.Char(
        compute="_compute_complete_name",
        recursive=True,
        store=True,
        string="Territory",
    )
    code = fields.Char(
        help="The short key that your other systems know this territory by. "
        "Imports find the territory by it.",
    )
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        comodel_name="res.company",
        index=True,
        help="Leave empty to share the territory with all companies.",
    )
    parent_id = fields.Many2one(
        comodel_name="sales.territory",
        string="Parent Territory",
        index=True,
        ondelete="restrict",
        check_company=True,
    )
    parent_path = fields.Char(index=True)
    child_ids = fields.One2many(
        comodel_name="sales.territory",
        inverse_name="parent_id",
        string="Sub-territories",
    )
    rule_ids = fields.One2many(
        comodel_name="sales.territory.rule", inverse_name="territory_id", string="Rules"
    )
    partner_count = fields.Integer(compute="_compute_partner_count", string="Customers")

    _code_unique = models.UniqueIndex(
        "(code, COALESCE(company_id, 0)) WHERE code IS NOT NULL",
        "Another territory already has this code.",
    )

    @api.depends("name", "parent_id.complete_name")
    def _compute_complete_name(self):
        for territory in self:
            parent = territory.parent_id.complete_name
            territory.complete_name = f"{parent} / {territory.name}" if parent else territory.name

    def _compute_partner_count(self):
        counts = dict(
            self.env["res.partner"]._read_group(
                self._customer_domain(), ["territory_id"], ["__count"]
            )
        )
        for territory in self:
            territory.partner_count = sum(
                count
                for other, count in counts.items()
                if (other.parent_path or "").startswith(territory.parent_path or "-")
            )

    def _customer_domain(self):
        """:return: domain of the customers in these territories, not their contacts"""
        return [
            ("territory_id", "child_of", self.ids),
            "|",
            ("is_company", "=", True),
            ("parent_id", "=", False),
        ]

    # === ACTION METHODS === #
    def action_open_partners(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Customers of %(territory)s", territory=self.display_name),
            "res_model": "res.partner",
            "view_mode": "list,kanban,form",
            "domain": self._customer_domain(),
            "context": {"default_territory_id": self.id},
        }
