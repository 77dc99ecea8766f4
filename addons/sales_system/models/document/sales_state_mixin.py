from odoo import api, models
from odoo.exceptions import LockError, UserError
from odoo.fields import Domain

# As many as a cron works on before it commits.
BATCH = 200


class SalesStateMixin(models.AbstractModel):
    """A document whose ``state`` moves through one gate and by no other way.

    How to use: inherit the model before ``mail.thread``, and move the state by
    :meth:`_update_state`. The gate writes through ``super()``, and so the change still
    reaches the chatter.
    """

    _name = "sales.state.mixin"
    _description = "Document State"
    # What a new document starts in.
    _initial_state = "draft"

    # === CRUD METHODS === #
    @api.model_create_multi
    def create(self, vals_list):
        records = super().create(vals_list)
        if records.filtered(lambda record: record.state != self._initial_state):
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
    def _update_state(self, allowed, target, **values):
        """Move the records to another state, all of them or none.

        :param tuple allowed: the states they may come from
        :param str target: the state they go to
        :param values: further values to write with it
        :raises UserError: a record is in none of the allowed states
        """
        self._check_state(*allowed)
        # Past this class's own write, which refuses the state.
        super().write({**values, "state": target})  # pylint: disable=super-method-mismatch

    def _check_state(self, *allowed):
        """Keep the records for this transaction, provided that they are in one of the states.

        :raises UserError: a record is in another state, or somebody else works on it
        """
        self.check_access("write")
        self._lock()
        labels = dict(self._fields["state"]._description_selection(self.env))
        for record in self:
            if record.state not in allowed:
                raise UserError(
                    self.env._(
                        "%(name)s is in state “%(state)s”; this step needs “%(wanted)s”.",
                        name=record.display_name,
                        state=labels[record.state],
                        wanted="” / “".join(labels[state] for state in allowed),
                    )
                )

    def _lock(self):
        """Keep others from moving the records until the transaction ends."""
        try:
            self.lock_for_update(allow_referencing=True)
        except LockError as error:
            raise UserError(
                self.env._(
                    "Somebody else is working on %(names)s at this moment. Try again shortly.",
                    names=", ".join(self.mapped("display_name")),
                )
            ) from error

    @api.model
    def _work_through(self, domain, method):
        """Call a method on the records of a domain; those that somebody works on wait.

        :return: whether there was time for all of them
        """
        last = 0
        while batch := self.search(domain & Domain("id", ">", last), order="id", limit=BATCH):
            last = batch[-1].id
            if free := batch.try_lock_for_update(allow_referencing=True):
                getattr(free, method)()
            remaining = self.search_count(domain & Domain("id", ">", last))
            if not self.env["ir.cron"]._commit_progress(len(batch), remaining=remaining):
                return False
        return True
