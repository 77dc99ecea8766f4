from odoo import fields, models


class SalesPoolProtection(models.Model):
    """For how long a claimed record of one customer level is protected."""

    _name = "sales.pool.protection"
    _description = "Protection by Level"
    _order = "pool_id, level_id"
    _rec_name = "level_id"

    pool_id = fields.Many2one("sales.pool", required=True, index=True, ondelete="cascade")
    level_id = fields.Many2one("sales.customer.level", required=True, ondelete="cascade")
    days = fields.Integer(string="Protected for (Days)", default=30)

    _pool_level_unique = models.UniqueIndex(
        "(pool_id, level_id)", "The pool says how long this level is protected already."
    )
    _days_not_negative = models.Constraint(
        "CHECK (COALESCE(days, 0) >= 0)", "The days of a protection cannot be negative."
    )
