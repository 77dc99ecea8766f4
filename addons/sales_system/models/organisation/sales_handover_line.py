from odoo import api, fields, models
from odoo.exceptions import UserError

LINE_STATE = [
    ("planned", "Planned"),
    ("moved", "Moved"),
    ("skipped", "Skipped"),
    ("left", "Left Out"),
    ("returned", "Taken Back"),
]
# What people decide in the preview.
CHOICES = {"included", "to_user_id"}


class SalesHandoverLine(models.Model):
    """Line of a handover: one record, to whom it goes, and what became of it."""

    _name = "sales.handover.line"
    _description = "Handover Line"
    _order = "handover_id desc, sequence, id"

    handover_id = fields.Many2one(
        "sales.handover", required=True, readonly=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="handover_id.company_id")
    handover_state = fields.Selection(related="handover_id.state", string="Handover Status")

    # === THE RECORD === #
    sequence = fields.Integer(readonly=True, aggregator=None)
    kind = fields.Selection(selection="_selection_kind", required=True, readonly=True)
    res_model = fields.Char(
        string="Record Model", required=True, readonly=True, export_string_translation=False
    )
    res_id = fields.Many2oneReference(
        string="Record Number", model_field="res_model", required=True, readonly=True
    )
    name = fields.Char(string="Record", readonly=True)
    partner_id = fields.Many2one(
        "res.partner", string="Customer", readonly=True, ondelete="set null", index=True
    )
    team_id = fields.Many2one(
        "crm.team",
        string="Sales Team",
        readonly=True,
        ondelete="set null",
        help="The team that the record was in when the preview was made.",
    )
    territory_id = fields.Many2one("sales.territory", readonly=True, ondelete="set null")
    currency_id = fields.Many2one("res.currency", readonly=True)
    amount = fields.Monetary(
        readonly=True,
        aggregator=None,
        help="Of quotations and orders: untaxed, in their currency. Of opportunities: the "
        "expected revenue. Of customers: what they ordered in the last twelve months.",
    )
    company_currency_id = fields.Many2one(
        related="handover_id.company_id.currency_id", string="Company Currency"
    )
    company_amount = fields.Monetary(
        string="Amount in Company Currency", readonly=True, currency_field="company_currency_id"
    )

    # === WHAT BECOMES OF IT === #
    included = fields.Boolean(string="Move", default=True)
    to_user_id = fields.Many2one(
        "res.users",
        string="Successor",
        required=True,
        index=True,
        ondelete="restrict",
        domain=lambda self: [
            ("all_group_ids", "in", self.env.ref("sales_team.group_sale_salesman").ids),
            ("share", "=", False),
        ],
    )
    state = fields.Selection(
        LINE_STATE, string="Result", required=True, readonly=True, default="planned"
    )
    problem = fields.Selection(
        [
            ("gone", "No longer exists"),
            ("other", "Looked after by somebody else"),
            ("closed", "No longer open"),
        ],
        string="Why Not",
        readonly=True,
    )
    now_with_id = fields.Many2one("res.users", readonly=True, ondelete="set null")

    # === CONSTRAINTS AND INDEXES === #
    _record_unique = models.UniqueIndex(
        "(handover_id, kind, res_id)", "This record is in the handover already."
    )

    # === COMPUTE METHODS === #
    @api.model
    def _selection_kind(self):
        return [(key, kind.label) for key, kind in self.env["sales.handover"]._get_kinds().items()]

    # === CONSTRAINT METHODS === #
    @api.constrains("to_user_id")
    def _check_to_user(self):
        for handover, lines in self.grouped("handover_id").items():
            handover._check_successors(lines.to_user_id)

    # === CRUD METHODS === #
    def write(self, vals):
        if not self.env.su:
            if not vals.keys() <= CHOICES:
                raise UserError(
                    self.env._(
                        "In a handover you choose which records move and to whom; the rest "
                        "follows from the records themselves."
                    )
                )
            self.handover_id._check_draft()
        result = super().write(vals)
        self.env["sales.handover.summary"].invalidate_model()
        return result

    # === ACTION METHODS === #
    def action_open_record(self):
        """Open the record, for those who may see it."""
        self.ensure_one()
        self.check_access("read")
        record = self.env[self.res_model].browse(self.res_id).exists()
        if not record:
            raise UserError(self.env._("%(record)s no longer exists.", record=self.name))
        if self.res_model == "mail.activity" and record.res_model:
            record = self.env[record.res_model].browse(record.res_id)
        record.check_access("read")
        return record.get_formview_action()
