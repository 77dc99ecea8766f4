from odoo import fields, models

from ...engine.identity import KINDS
from .extensions import create_btree_gist


class SalesDealRegistrationKey(models.Model):
    """Key of a registered customer, and the days on which it is one partner's alone.

    The days are set while the registration is protected. Only the registration itself writes
    keys, and nobody reads them: they tell what others have registered.
    """

    _name = "sales.deal.registration.key"
    _description = "Deal Registration Key"
    _order = "kind, key"

    registration_id = fields.Many2one(
        "sales.deal.registration", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one("res.company", required=True, ondelete="cascade")
    partner_id = fields.Many2one("res.partner", required=True, index=True, ondelete="restrict")
    kind = fields.Char(required=True)
    key = fields.Char(required=True)
    date_from = fields.Date()
    date_to = fields.Date()

    _known_kind = models.Constraint(
        f"CHECK (kind IN {KINDS})",
        "A key is a tax ID, a phone number, a mail domain or a name.",
    )
    _one_partner = models.Constraint(
        """EXCLUDE USING gist (
            key WITH =, kind WITH =, company_id WITH =, partner_id WITH <>,
            daterange(date_from, date_to, '[]') WITH &&)
           WHERE (date_from IS NOT NULL AND date_to IS NOT NULL)""",
        "The customer is protected for another channel partner already.",
    )
    _key_idx = models.Index("(key, kind, company_id)")

    def _auto_init(self):
        create_btree_gist(self.env.cr)
        return super()._auto_init()
