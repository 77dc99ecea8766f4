from odoo import api, models
from odoo.exceptions import UserError


class SalesProtectedFieldsMixin(models.AbstractModel):
    """A record with fields that only its actions write, as superuser, and never a person.

    How to use: name them in :meth:`_get_protected_fields`, say in :meth:`_protected_message` what
    they follow from, and call :meth:`_check_not_protected` first in ``create`` and ``write``.
    """

    _name = "sales.protected.fields.mixin"
    _description = "Protected Fields"

    # === CRUD METHODS === #
    @api.model
    def default_get(self, fields):
        # Nor does the context bring what only the actions set.
        protected = self._get_protected_fields()
        context = {
            key: value
            for key, value in self.env.context.items()
            if key.removeprefix("default_") not in protected
        }
        return super(
            SalesProtectedFieldsMixin, self.with_env(self.env(context=context))
        ).default_get(fields)

    # === HOOKS === #
    @api.model
    def _get_protected_fields(self):
        """:return: set of names of fields"""
        return set()

    @api.model
    def _protected_message(self, labels):
        """:param str labels: of the fields that were given, separated by commas
        :return: what they follow from, as a sentence
        """
        raise NotImplementedError

    # === BUSINESS METHODS === #
    @api.model
    def _check_not_protected(self, vals):
        """:raises UserError: a person sets what only the actions may"""
        protected = self._get_protected_fields().intersection(vals)
        if protected and not self.env.su:
            labels = (
                self._fields[name]._description_string(self.env) for name in sorted(protected)
            )
            raise UserError(self._protected_message(", ".join(labels)))
