from odoo import fields, models

from .sales_contract import CONTRACT_TYPE


class SalesContractTemplate(models.Model):
    """Contract template: the clauses that a kind of contract starts from, in every language."""

    _name = "sales.contract.template"
    _description = "Contract Template"
    _order = "sequence, id"
    _check_company_auto = True

    # === FIELDS === #
    name = fields.Char(required=True, translate=True)
    title = fields.Char(
        required=True, translate=True, help="What stands at the head of the document."
    )
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one("res.company", index="btree_not_null")
    contract_type = fields.Selection(
        CONTRACT_TYPE, string="Type", help="Empty: for contracts of every type."
    )
    clause_ids = fields.One2many(
        "sales.contract.clause", "template_id", string="Clauses", copy=True
    )
    placeholder_help = fields.Html(
        string="Placeholders", compute="_compute_placeholder_help", sanitize=False
    )

    # === COMPUTE METHODS === #
    def _compute_placeholder_help(self):
        self.placeholder_help = self.env["sales.contract"]._get_placeholder_help()

    # === CRUD METHODS === #
    def copy_data(self, default=None):
        return [
            {**vals, "name": self.env._("%(name)s (copy)", name=template.name)}
            for template, vals in zip(self, super().copy_data(default), strict=True)
        ]
