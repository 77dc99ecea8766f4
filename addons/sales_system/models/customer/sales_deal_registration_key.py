from odoo import models

from .sales_identity_key import trigram_index


class SalesDealRegistrationKey(models.Model):
    """Keys of registrations are found by similar names and by beginnings too."""

    _inherit = "sales.deal.registration.key"

    _name_prefix_idx = models.Index("(key text_pattern_ops) WHERE kind = 'name'")
    _name_trgm_idx = models.Index(trigram_index)
