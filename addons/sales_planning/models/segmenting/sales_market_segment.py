from odoo import api, models
from odoo.exceptions import UserError


class SalesMarketSegment(models.Model):
    """A segment that targets are set for."""

    _inherit = "sales.market.segment"

    # === CRUD METHODS === #
    @api.ondelete(at_uninstall=False)
    def _unlink_except_with_targets(self):
        targets = self.env["sales.target"].sudo().search([("segment_id", "in", self.ids)], limit=1)
        for target in targets:
            raise UserError(
                self.env._(
                    "Segment %(segment)s has targets in %(plan)s. Archive it instead, or delete "
                    "these first.",
                    segment=target.segment_id.name,
                    plan=target.plan_id.name,
                )
            )

    # === BUSINESS METHODS === #
    def _get_no_snapshot_message(self):
        """:return: what to do about segments whose customers nobody has taken down yet"""
        return self.env._(
            "%(segments)s: no snapshot has been taken yet, so no sale counts. Take one under "
            "Market ‣ Segments.",
            segments=", ".join(self.mapped("name")),
        )
