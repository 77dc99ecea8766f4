from odoo import fields, models
from odoo.exceptions import UserError

from ..fields import OptionalMonetary
from .sales_target_figures import TARGET_VALUE

TARGET_OPERATION = [
    ("typed", "Typed"),
    ("balanced", "Balanced"),
    ("split", "Split"),
    ("transferred", "Transferred"),
    ("imported", "Imported"),
    ("proposed", "Proposed"),
    ("accepted", "Proposal Accepted"),
    ("revised", "Revised"),
]


class SalesTargetChange(models.Model):
    """Target change: who moved which number of a cell, how and why. Only ever added to."""

    _name = "sales.target.change"
    _description = "Target Change"
    _inherit = ["sales.append.only.mixin"]
    _order = "id desc"
    _rec_name = "cell_id"

    cell_id = fields.Many2one(
        "sales.target.cell",
        string="Period",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
    )
    target_id = fields.Many2one(related="cell_id.target_id")
    currency_id = fields.Many2one(related="cell_id.currency_id")
    value = fields.Selection(TARGET_VALUE, string="Number", required=True, readonly=True)
    amount_before = OptionalMonetary("Before", readonly=True)
    amount_after = OptionalMonetary("After", readonly=True)
    operation = fields.Selection(TARGET_OPERATION, string="How", required=True, readonly=True)
    reason = fields.Text(readonly=True)
    revision_id = fields.Many2one(
        "sales.target.revision", readonly=True, index="btree_not_null", ondelete="restrict"
    )
    import_id = fields.Many2one(
        "sales.import", readonly=True, index="btree_not_null", ondelete="set null"
    )

    def init(self):
        """Let the database refuse to rewrite the trail, whoever asks.

        A change goes away only with the draft that it belongs to.
        """
        super().init()
        self.env.cr.execute(
            """
            CREATE OR REPLACE FUNCTION sales_target_trail_refuse_change() RETURNS trigger AS $$
            BEGIN
                RAISE EXCEPTION 'The trail of target changes is append-only.'
                    USING ERRCODE = 'restrict_violation';
            END $$ LANGUAGE plpgsql;
            CREATE OR REPLACE TRIGGER sales_target_change_no_update
                BEFORE UPDATE OF cell_id, value, amount_before, amount_after, operation, reason,
                    revision_id, create_date
                ON sales_target_change
                FOR EACH STATEMENT EXECUTE FUNCTION sales_target_trail_refuse_change();
            CREATE OR REPLACE TRIGGER sales_target_change_no_delete
                BEFORE DELETE ON sales_target_change
                FOR EACH ROW WHEN (OLD.revision_id IS NOT NULL)
                EXECUTE FUNCTION sales_target_trail_refuse_change();
            """
        )

    # === BUSINESS METHODS === #
    def _append_only_error(self):
        return UserError(
            self.env._(
                "Who changed which target is kept as it was. Change the target again instead: "
                "that is recorded too."
            )
        )
