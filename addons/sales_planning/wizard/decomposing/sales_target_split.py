from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ...fields import OptionalMonetary
from ...models.sales_target import SEGMENT, TARGET_DIMENSIONS

# More parts than this are chosen by hand: nobody sets a target for each of 5,000 customers.
MOST_PROPOSED = 100


class SalesTargetSplit(models.TransientModel):
    """Splitting a target: by what, into which parts, and in which shares."""

    _name = "sales.target.split"
    _description = "Split a Target"

    target_id = fields.Many2one("sales.target", required=True, readonly=True, ondelete="cascade")
    plan_id = fields.Many2one(related="target_id.plan_id")
    currency_id = fields.Many2one(related="target_id.currency_id")
    asks_total = fields.Boolean(compute="_compute_asks_total", export_string_translation=False)
    total = OptionalMonetary(
        help="What the target is to reach in all periods together. They share it in the same "
        "way as the parts. Leave it empty to enter the numbers later."
    )
    dimension = fields.Selection(
        selection="_selection_dimension",
        string="Split By",
        required=True,
        compute="_compute_dimension",
        store=True,
        readonly=False,
    )
    method = fields.Selection(
        selection="_selection_method",
        string="Shares",
        required=True,
        default="last_year",
        help="What the parts get of the target. Each period is shared out by itself.",
    )
    percent = fields.Float("Growth (%)", digits=(16, 2))
    profile_id = fields.Many2one("sales.season.profile")
    line_ids = fields.One2many(
        "sales.target.split.line",
        "split_id",
        string="Parts",
        compute="_compute_line_ids",
        store=True,
        readonly=False,
    )

    # === COMPUTE METHODS === #
    def _selection_dimension(self):
        return self.env["sales.target.level"]._selection_dimension()

    def _selection_method(self):
        plan = self.env["sales.target"].browse(self.env.context.get("default_target_id")).plan_id
        methods = self.env["sales.target"]._get_split_methods(plan)
        return [method for method in methods if method[0] != "current"]

    @api.depends("target_id")
    def _compute_asks_total(self):
        """Only where the target has no number yet, of those who may set one."""
        for split in self:
            target = split.target_id
            split.asks_total = target.can_assign and target.assigned is False

    @api.depends("target_id")
    def _compute_dimension(self):
        """The first level of the plan that neither this target nor one above it is split by."""
        for split in self:
            used = set(split.target_id._named_dimensions()) if split.target_id else set()
            levels = split.plan_id.level_ids.mapped("dimension")
            split.dimension = next((name for name in levels if name not in used), "user_id")

    @api.depends("dimension", "target_id")
    def _compute_line_ids(self):
        for split in self:
            records = split.target_id and split.dimension and split._get_proposed_records()
            split.line_ids = [fields.Command.clear()] + [
                fields.Command.create(
                    {
                        "record_ref": f"{record._name},{record.id}",
                        "last_year": amount,
                        "weight": 1,
                    }
                )
                for record, amount in records or ()
            ]

    # === ACTION METHODS === #
    def action_split(self):
        """Create the parts that are missing, and share the target's numbers among all of them."""
        self.ensure_one()
        target = self.target_id
        target._check_can_split()
        target.plan_id._check_draft()
        if not self.line_ids:
            raise UserError(
                self.env._(
                    "%(target)s would have no part. Add at least one line.",
                    target=target.display_name,
                )
            )
        self._create_parts()
        options = {"percent": self.percent, "profile": self.profile_id}
        if self.total is not False:
            target.action_set_total(self.total, self.method, **options)
        if target.assigned is not False:
            target.action_balance(self.method, **options)
        return target.action_open_matrix()

    # === BUSINESS METHODS === #
    def _create_parts(self):
        target = self.target_id
        for line in self.line_ids.filtered(lambda line: line.weight < 0):
            raise UserError(
                self.env._(
                    "%(part)s: the weight %(weight)s is negative. Enter 0 or more.",
                    part=line.record_ref.display_name,
                    weight=f"{line.weight:g}",
                )
            )
        given = {name: target[name].id for name in target._named_dimensions()}
        existing = {part[self.dimension]: part for part in target.child_ids}
        for line in self.line_ids.filtered(lambda line: line.record_ref in existing):
            existing[line.record_ref].sudo().weight = line.weight
        # Owners have no right to create targets elsewhere; that these are theirs was checked.
        target.sudo().create(
            [
                {
                    **given,
                    "plan_id": target.plan_id.id,
                    "parent_id": target.id,
                    self.dimension: line.record_ref.id,
                    "weight": line.weight,
                }
                for line in self.line_ids
                if line.record_ref not in existing
            ]
        )

    def _get_proposed_records(self):
        """Whom to split among: the parts there are, what lies inside the target's own record,
        the members of its team, the segments that are in use, and whoever sold in it last year,
        the largest first.

        :return: list of (record, amount sold last year)
        """
        self.ensure_one()
        sold = self._get_sold()
        field = self.target_id._fields[self.dimension]
        records = self.target_id.child_ids[self.dimension] | self._get_inside()
        if self.dimension != SEGMENT:
            records |= self.env[field.comodel_name].browse(list(sold)[:MOST_PROPOSED])
        own = self.target_id[self.dimension]
        return [
            (record, sold.get(record.id, 0))
            for record in sorted(records - own, key=lambda one: -sold.get(one.id, 0))
        ]

    def _get_inside(self):
        target = self.target_id
        record = target[self.dimension]
        if record and target._is_tree(self.dimension):
            return record.search([("parent_id", "=", record.id)])
        if self.dimension == SEGMENT:
            companies = self.plan_id._get_companies()
            return record.search([("company_id", "in", companies.ids)])
        if self.dimension == "user_id" and target.team_id:
            return target.team_id.member_ids
        return record.browse()

    def _get_sold(self):
        """:return: dict of record id → what the year before the plan brought, largest first"""
        target, plan = self.target_id, self.plan_id
        before = plan._get_years_before(plan._get_span())
        # A target that is valid in a part of the year only is compared with that whole year.
        domain = plan._get_ledger_domain(before.first, before.last) + target._get_dimension_domain()
        # Whoever splits a target sees what it was, also where he sees few of the sales.
        entries = self.env["sales.ledger.entry"].sudo()._search(domain)
        join, record = self.env["sales.target.matching"]._get_entry_column(self.dimension)
        rows = self.env.execute_query(
            SQL(
                """
                SELECT %(record)s, SUM(entry.value)
                  FROM (%(values)s) AS entry %(join)s
                 WHERE entry.id IN %(ids)s AND %(record)s IS NOT NULL
                 GROUP BY 1 HAVING SUM(entry.value) > 0 ORDER BY 2 DESC, 1
                """,
                record=record,
                values=self.env["sales.target.metric"]._entries_sql(
                    plan, before.first, before.last
                ),
                join=join,
                ids=entries.subselect(),
            )
        )
        return {record_id: float(amount) for record_id, amount in rows}


class SalesTargetSplitLine(models.TransientModel):
    """Part to be: a record, and its share where shares are set by hand."""

    _name = "sales.target.split.line"
    _description = "Part of a Split Target"

    split_id = fields.Many2one("sales.target.split", required=True, ondelete="cascade")
    currency_id = fields.Many2one(related="split_id.currency_id")
    record_ref = fields.Reference(selection="_selection_model", string="Part", required=True)
    last_year = fields.Monetary(readonly=True)
    weight = fields.Float(default=1, digits=(16, 4))

    # === COMPUTE METHODS === #
    def _selection_model(self):
        targets = self.env["sales.target"]
        names = {targets._fields[name].comodel_name for name in TARGET_DIMENSIONS}
        return [
            (model.model, model.name)
            for model in self.env["ir.model"].sudo().search([("model", "in", sorted(names))])
        ]
