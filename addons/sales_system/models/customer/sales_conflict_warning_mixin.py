from odoo import fields, models

# Kinds by which somebody is the same; many share a mail domain.
WARNED_KINDS = {"tax_id", "phone", "email", "name"}
WARNINGS = 3


class SalesConflictWarningMixin(models.AbstractModel):
    """A form that says, while somebody types, who is known by that already.

    How to use: compute ``conflict_warning`` from :meth:`_get_conflict_warning` with the keys
    of the record, depending on what they come from.
    """

    _name = "sales.conflict.warning.mixin"
    _description = "Warning of Conflicts"

    # Not customers on the portal.
    conflict_warning = fields.Text(compute="_compute_conflict_warning", groups="base.group_user")

    # === BUSINESS METHODS === #
    def _get_conflict_warning(self, keys):
        """:param keys: list of (kind, key) of the record as it stands in the form
        :return: sentences, one for each record found; none outside of a form
        """
        keys = [(kind, key) for kind, key in keys if kind in WARNED_KINDS]
        # A record that is only read costs nothing.
        if self.id or not keys:
            return False
        radar = self.env["sales.conflict.radar"]
        hits = radar._describe(radar._find(keys, excluded=self._origin)[:WARNINGS])
        return "\n".join(self._describe_conflict(radar, hit) for hit in hits)

    def _describe_conflict(self, radar, hit):
        fields_of_line = self.env["sales.conflict.check.line"]._fields
        types, kinds = (
            dict(fields_of_line[name]._description_selection(self.env))
            for name in ("record_type", "matched_by")
        )
        return self.env._(
            "%(record_type)s of the same %(kind)s: %(name)s (looked after by: %(owner)s)",
            record_type=types[hit.record_type],
            kind=kinds[hit.matched_by],
            name=hit.name,
            owner=radar._describe_owner(hit),
        )
