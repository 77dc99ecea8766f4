from odoo import api, models


class SalesIdentityMixin(models.AbstractModel):
    """A record whose identity keys follow it.

    How to use: name the columns that the keys come from, and read them by SQL in
    :meth:`_get_identity_keys`. Values that are computed count as those that somebody writes.
    """

    _name = "sales.identity.mixin"
    _description = "Record with Identity Keys"

    # === CRUD METHODS === #
    @api.model_create_multi
    def create(self, vals_list):
        records = super().create(vals_list)
        self.env["sales.identity.key"]._touch(self._name, records.ids)
        return records

    def _write_multi(self, vals_list):
        super()._write_multi(vals_list)
        columns = self._identity_columns()
        touched = [
            record_id
            for record_id, vals in zip(self._ids, vals_list, strict=True)
            if not columns.isdisjoint(vals)
        ]
        if touched:
            self.env["sales.identity.key"]._touch(self._name, touched)

    # === HOOKS === #
    @api.model
    def _identity_columns(self):
        """:return: set of the columns that the keys come from"""
        raise NotImplementedError

    @api.model
    def _get_identity_keys(self, ids):
        """Read the records by SQL, in one statement.

        :return: list of (id, kind, key)
        """
        raise NotImplementedError
