from odoo import fields, models


class AccountMove(models.Model):
    _inherit = "account.move"

    # Written by the order: computed, every entry of accounting would be looked at.
    follow_up_user_id = fields.Many2one(
        comodel_name="res.users",
        string="Follow-Up By",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="set null",
        help="Who looks after the order of this invoice in the salesperson's place. The sales "
        "figures stay with the salesperson.",
    )
