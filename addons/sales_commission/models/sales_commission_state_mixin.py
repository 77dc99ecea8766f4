from odoo import api, models
from odoo.exceptions import UserError


class SalesCommissionStateMixin(models.AbstractModel):
    """A document whose ``state`` moves through one gate and by no other way.

    Inherit it before ``mail.thread``: the gate writes through ``super()``, and so the change
    still reaches the chatter.
    """

    _name = "sales.commission.state.mixin"
    _description = "Commission Document State"

    # === CRUD METHODS === #
    @api.model_create_multi
    def create(self, vals_list):
        records = super().create(vals_list)
        if records.filtered(lambda record: record.state != "draft"):
            raise UserError(self.env._("A new document starts as a draft. Leave its state out."))
        return records

    def write(self, vals):
        if "state" in vals:
            raise UserError(
                self.env._(
                    "The state of %(names)s cannot be set by hand. "
                    "Use the buttons of the document: they check what has to be checked.",
                    names=", ".join(self.mapped("display_name")),
                )
            )
        return super().write(vals)

    # === BUSINESS METHODS === #
    def _update_state(self, allowed, target):
        """Move the records to another state.

        :param tuple allowed: the states they may come from
        :param str target: the state they go to
        :raises UserError: a record is in none of the allowed states
        """
        labels = dict(self._fields["state"]._description_selection(self.env))
        for record in self:
            if record.state not in allowed:
                raise UserError(
                    self.env._(
                        "%(name)s is in state “%(state)s” and cannot go to “%(target)s”: "
                        "that takes the state %(allowed)s.",
                        name=record.display_name,
                        state=labels[record.state],
                        target=labels[target],
                        allowed=", ".join(f"“{labels[state]}”" for state in allowed),
                    )
                )
        # Past this class's own write, which refuses the state.
        super().write({"state": target})  # pylint: disable=super-method-mismatch
