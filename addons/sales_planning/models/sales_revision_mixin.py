from odoo import api, fields, models
from odoo.exceptions import UserError


class SalesRevisionMixin(models.AbstractModel):
    """A revision of a plan: its number and why. The plan has it made, and nobody changes it.

    How to use: add ``plan_id``, and make it with :meth:`_record` once the plan is locked.
    """

    _name = "sales.revision.mixin"
    _description = "Revision"
    _order = "plan_id, number desc"
    _rec_name = "reason"

    number = fields.Integer("No.", required=True, readonly=True)
    reason = fields.Text(required=True, readonly=True)

    # === CONSTRAINTS AND INDEXES === #
    _number_unique = models.UniqueIndex(
        "(plan_id, number)", "The plan was revised by somebody else at the same moment. Try again."
    )

    # === CRUD METHODS === #
    # pylint: disable=method-required-super,no-raise-unlink
    @api.model_create_multi
    def create(self, vals_list):
        self.check_access("create")
        raise self._append_only_error()

    def write(self, vals):
        self.check_access("write")
        raise self._append_only_error()

    def unlink(self):
        self.check_access("unlink")
        raise self._append_only_error()

    def _append_only_error(self):
        return UserError(
            self.env._(
                "Revisions are kept as they were made. Choose Revise on the plan to make "
                "another one."
            )
        )

    # === BUSINESS METHODS === #
    @api.model
    def _record(self, plan, number, reason, **values):
        """:return: a new revision of the plan, which the caller has locked"""
        # Past this class's own create, which refuses everybody else.
        return super().create(  # pylint: disable=super-method-mismatch
            [{"plan_id": plan.id, "number": number, "reason": reason, **values}]
        )
