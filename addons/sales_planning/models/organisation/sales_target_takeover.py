from odoo import api, fields, models


class SalesTargetTakeover(models.Model):
    """Takeover: a target whose open remainder went on to another one by a handover.

    What moved are the changes that name the handover. Only ever added to; undoing the handover
    marks it as returned.
    """

    _name = "sales.target.takeover"
    _description = "Takeover of a Target"
    _order = "id desc"
    _rec_name = "target_id"

    # === FIELDS === #
    handover_id = fields.Many2one(
        "sales.handover", required=True, readonly=True, index=True, ondelete="cascade"
    )
    target_id = fields.Many2one(
        "sales.target", string="From", required=True, readonly=True, index=True, ondelete="cascade"
    )
    to_target_id = fields.Many2one(
        "sales.target", string="To", required=True, readonly=True, index=True, ondelete="cascade"
    )
    plan_id = fields.Many2one(related="target_id.plan_id")
    date = fields.Date(
        "As Of", required=True, readonly=True, help="The first day of the successor."
    )
    date_end_before = fields.Date(readonly=True)
    is_returned = fields.Boolean("Returned", readonly=True)

    # === CONSTRAINTS AND INDEXES === #
    _once = models.UniqueIndex(
        "(handover_id, target_id)", "The handover has moved this target already."
    )

    # === BUSINESS METHODS === #
    @api.model
    def _get_last_target(self, target):
        """:return: where the open remainder of a target is now, after any number of handovers"""
        last = self.browse()
        # Each later than the one before: work may come back to whom it began with.
        while later := self.search(
            [
                ("target_id", "=", target.id),
                ("is_returned", "=", False),
                ("id", ">", last.id or 0),
            ],
            order="id",
            limit=1,
        ):
            last, target = later, later.to_target_id
        return target
