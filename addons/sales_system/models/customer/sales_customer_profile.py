from odoo import fields, models

LIFECYCLE = [
    ("prospect", "Prospect"),
    ("engaged", "Engaged"),
    ("customer", "Customer"),
    ("repeat", "Repeat Customer"),
    ("dormant", "Dormant"),
    ("lost", "Lost"),
]


class SalesCustomerProfile(models.Model):
    """What one company knows of one customer, counted every night from the sales ledger.

    A customer that companies share has a profile in each of them.
    """

    _name = "sales.customer.profile"
    _description = "Customer Profile"
    _rec_name = "partner_id"

    partner_id = fields.Many2one(
        "res.partner", string="Customer", required=True, readonly=True, ondelete="cascade"
    )
    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, index=True, ondelete="cascade"
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    lifecycle = fields.Selection(LIFECYCLE, required=True, readonly=True, default="prospect")
    level_id = fields.Many2one("sales.customer.level", index="btree_not_null", ondelete="restrict")
    level_pinned = fields.Boolean(help="The level was chosen by hand and no rule changes it.")

    _partner_company_unique = models.UniqueIndex(
        "(partner_id, company_id)", "This customer has a profile in this company already."
    )
