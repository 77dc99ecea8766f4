from odoo import api, fields, models
from odoo.exceptions import UserError

PROPOSAL_STATE = [
    ("open", "Open"),
    ("submitted", "Submitted"),
    ("accepted", "Accepted"),
    ("returned", "Returned"),
]


class SalesTargetProposalMove(models.Model):
    """Proposal move: who handed in, accepted or returned a proposal, and why. Only added to."""

    _name = "sales.target.proposal.move"
    _description = "Move of a Target Proposal"
    _order = "id desc"
    _rec_name = "target_id"

    target_id = fields.Many2one(
        "sales.target", required=True, readonly=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="target_id.company_id")
    state = fields.Selection(PROPOSAL_STATE, string="Became", required=True, readonly=True)
    reason = fields.Text(readonly=True)
    last_change = fields.Integer(
        readonly=True,
        aggregator=None,
        export_string_translation=False,
        help="The id of the last change of a number before this move.",
    )

    # === CRUD METHODS === #
    @api.model_create_multi
    def create(self, vals_list):
        self.check_access("create")
        if not self.env.su:
            raise self._append_only_error()
        return super().create(vals_list)

    # pylint: disable=method-required-super,no-raise-unlink
    def write(self, vals):
        self.check_access("write")
        raise self._append_only_error()

    def unlink(self):
        self.check_access("unlink")
        raise self._append_only_error()

    def _append_only_error(self):
        return UserError(
            self.env._(
                "How a proposal came about is kept as it was. Submit, accept or return it: that "
                "is recorded by itself."
            )
        )
