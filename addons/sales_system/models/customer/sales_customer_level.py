from odoo import fields, models


class SalesCustomerLevel(models.Model):
    """How much a customer is worth to a company: A to D, or what the company calls it."""

    _name = "sales.customer.level"
    _description = "Customer Level"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10, help="The best level comes first.")
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        "res.company", index="btree_not_null", help="Empty: a level of all companies."
    )
    color = fields.Integer()
