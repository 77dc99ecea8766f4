from odoo import api, fields, models
from odoo.exceptions import UserError

# What the addon finds out; nobody writes it by hand.
FOUND_FIELDS = {"user_id", "size", "snapshot_on", "snapshot_error", "queued"}


class SalesMarketSegment(models.Model):
    """Market segment: the customers that a rule finds, how good they are for us and we for them.

    Who is in it is taken down day by day as :class:`SalesMarketSegmentMember`, so that sales are
    counted for those who were in it on their day, whatever became of them since.
    """

    _name = "sales.market.segment"
    _description = "Market Segment"
    _inherit = ["sales.protected.fields.mixin", "mail.thread"]
    _order = "is_target desc, score desc, name, id"
    _check_company_auto = True

    # === FIELDS === #
    name = fields.Char(required=True, index="trigram", tracking=True)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.company
    )
    description = fields.Text()

    # === WHO IS IN IT === #
    domain = fields.Char(
        string="Rule",
        default="[]",
        tracking=True,
        help="Customers of the company, and shared ones, that this holds for. They are looked "
        "for with the rights of whoever wrote the rule, in this company only.",
    )
    user_id = fields.Many2one(
        "res.users",
        string="Rule Written By",
        required=True,
        readonly=True,
        copy=False,
        ondelete="restrict",
        help="Whose rights the customers are looked for with.",
    )
    date_from = fields.Date(
        string="Counts From",
        required=True,
        default=lambda self: self.env.company._get_sales_today(),
        copy=False,
        help="The first snapshot takes its customers for members from this day on, so that "
        "their earlier sales are analysed too. All later snapshots count from their own day.",
    )
    member_ids = fields.One2many("sales.market.segment.member", "segment_id")
    size = fields.Integer(
        string="Customers",
        readonly=True,
        copy=False,
        help="At the last snapshot, those among them whom you may not see.",
    )
    snapshot_on = fields.Datetime(string="Last Snapshot", readonly=True, copy=False)
    snapshot_error = fields.Char(readonly=True, copy=False)
    queued = fields.Boolean(
        string="Waiting", readonly=True, copy=False, help="Somebody asked for a snapshot."
    )

    # === JUDGEMENT === #
    attractiveness = fields.Integer(
        default=5,
        required=True,
        aggregator="avg",
        tracking=True,
        help="From 1 to 10: how large it is, how fast it grows, what is earned there.",
    )
    competitiveness = fields.Integer(
        default=5,
        required=True,
        aggregator="avg",
        tracking=True,
        help="From 1 to 10: how well we do there against others.",
    )
    score = fields.Integer(
        compute="_compute_score",
        store=True,
        aggregator="avg",
        help="Attractiveness times competitiveness, from 1 to 100.",
    )
    is_target = fields.Boolean(string="Target Segment", tracking=True)
    positioning = fields.Text(
        tracking=True, help="What we want to be to these customers, in one or two sentences."
    )

    # === CONSTRAINTS AND INDEXES === #
    _attractiveness_range = models.Constraint(
        "CHECK (attractiveness BETWEEN 1 AND 10)", "Attractiveness is a number from 1 to 10."
    )
    _competitiveness_range = models.Constraint(
        "CHECK (competitiveness BETWEEN 1 AND 10)", "Competitiveness is a number from 1 to 10."
    )
    _name_company_unique = models.UniqueIndex(
        "(lower(name), company_id)",
        "There is a segment of this name already. Use that one, or take it out of the archive.",
    )

    # === COMPUTE METHODS === #
    @api.depends("attractiveness", "competitiveness")
    def _compute_score(self):
        for segment in self:
            segment.score = segment.attractiveness * segment.competitiveness

    # === CRUD METHODS === #
    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            self._check_not_protected(vals)
        return super().create([{"user_id": self.env.uid, **vals} for vals in vals_list])

    def write(self, vals):
        self._check_not_protected(vals)
        self._check_history(vals)
        if "domain" in vals and not self.env.su:
            # Whoever changes a rule sees what it finds: it works with their rights from now on.
            vals = {**vals, "user_id": self.env.uid}
        return super().write(vals)

    def copy_data(self, default=None):
        return [
            {**vals, "name": self.env._("%(name)s (copy)", name=segment.name)}
            if not (default or {}).get("name")
            else vals
            for segment, vals in zip(self, super().copy_data(default), strict=True)
        ]

    @api.ondelete(at_uninstall=False)
    def _unlink_except_with_history(self):
        for segment in self:
            if segment.snapshot_on:
                raise UserError(
                    self.env._(
                        "Segment %(segment)s has a history of customers, which plans and reports "
                        "count with. Archive it instead.",
                        segment=segment.name,
                    )
                )

    @api.model
    def _get_protected_fields(self):
        return super()._get_protected_fields() | FOUND_FIELDS

    @api.model
    def _protected_message(self, labels):
        return self.env._(
            "%(fields)s: these come of writing the rule and of taking snapshots. Leave them out.",
            fields=labels,
        )

    def _check_history(self, vals):
        """What the members were taken down by stays: their history would be of something else."""
        for segment in self.filtered("snapshot_on"):
            for name in ("company_id", "date_from"):
                if name in vals and segment._fields[name].convert_to_cache(
                    vals[name], segment
                ) != segment._fields[name].convert_to_cache(segment[name], segment):
                    raise UserError(
                        self.env._(
                            "%(field)s of segment %(segment)s cannot change after its first "
                            "snapshot. Make a copy of the segment and archive this one.",
                            field=segment._fields[name]._description_string(self.env),
                            segment=segment.name,
                        )
                    )

    # === ACTION METHODS === #
    def action_open_members(self):
        """Open the customers that are in the segment now, as far as the user may see them."""
        self.ensure_one()
        self.check_access("read")
        return self._get_window(
            self.env._("Customers of %(segment)s", segment=self.name),
            "res.partner",
            "list,kanban,form",
            [
                (
                    "market_segment_member_ids",
                    "any",
                    [("segment_id", "in", self.ids), ("date_to", "=", False)],
                )
            ],
        )

    def action_open_history(self):
        """Open how large the segment was day by day."""
        return self._get_window(
            self.env._("Size of %(segment)s", segment=self.name),
            "sales.market.segment.size",
            "graph,pivot,list",
            [("segment_id", "in", self.ids)],
        )

    def action_open_memberships(self):
        """Open who came into the segment and left it, and when."""
        return self._get_window(
            self.env._("Members of %(segment)s", segment=self.name),
            "sales.market.segment.member",
            "list,graph,pivot",
            [("segment_id", "in", self.ids)],
        )

    def action_open_sales(self):
        """Open the sales of those who were in the segment on their day."""
        return self._get_window(
            self.env._("Sales of %(segment)s", segment=self.name),
            "sales.market.segment.report",
            "pivot,graph,list",
            [("segment_id", "in", self.ids)],
        )

    # === BUSINESS METHODS === #
    @api.model
    def _get_window(self, name, model, view_mode, domain):
        return {
            "type": "ir.actions.act_window",
            "name": name,
            "res_model": model,
            "view_mode": view_mode,
            "views": [(False, mode) for mode in view_mode.split(",")],
            "domain": domain,
            "context": {"create": False},
        }

    def _get_audience_domain(self):
        """:return: domain of partners, contacts among them, that are in the segments now"""
        return [("market_segment_ids", "in", self.ids)]
