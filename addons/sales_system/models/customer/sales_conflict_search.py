from odoo import api, fields, models

KEPT_DAYS = 90
KEPT_CHARACTERS = 200


class SalesConflictSearch(models.Model):
    """Conflict search: who looked for whom, so that fishing shows."""

    _name = "sales.conflict.search"
    _description = "Conflict Search"
    _order = "id desc"
    _rec_name = "text"
    _log_access = False

    date = fields.Datetime(required=True, readonly=True, default=fields.Datetime.now, index=True)
    user_id = fields.Many2one(
        "res.users", required=True, readonly=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one("res.company", required=True, readonly=True, ondelete="cascade")
    text = fields.Char(string="Searched For", required=True, readonly=True)
    hit_count = fields.Integer(string="Found", readonly=True)
    hidden_count = fields.Integer(
        string="Not Readable", readonly=True, help="Found, but for others to read."
    )

    # === BUSINESS METHODS === #
    @api.model
    def _log(self, text, hits):
        self.sudo().create(
            {
                "user_id": self.env.uid,
                "company_id": self.env.company.id,
                "text": text[:KEPT_CHARACTERS],
                "hit_count": len(hits),
                "hidden_count": sum(not hit.is_readable for hit in hits),
            }
        )

    @api.autovacuum
    def _gc_searches(self):
        limit = fields.Datetime.subtract(fields.Datetime.now(), days=KEPT_DAYS)
        self.search([("date", "<", limit)]).unlink()
