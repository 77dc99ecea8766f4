from odoo import api, models


class SalesAppendOnlyMixin(models.AbstractModel):
    """A fact that SQL inserts and nobody changes: every other way in is refused.

    How to use: say in :meth:`_append_only_error` how the fact is corrected, and let a trigger
    guard the table against statements that do not pass through here.
    """

    _name = "sales.append.only.mixin"
    _description = "Append-Only Fact"

    # They only refuse, so there is no super to call.
    # pylint: disable=method-required-super,no-raise-unlink
    @api.model_create_multi
    def create(self, vals_list):
        raise self._append_only_error()

    def write(self, vals):
        raise self._append_only_error()

    def unlink(self):
        raise self._append_only_error()

    def copy(self, default=None):
        raise self._append_only_error()

    def _append_only_error(self):
        """:return: UserError that says what to do instead"""
        raise NotImplementedError
