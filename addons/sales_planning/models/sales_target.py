from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import SQL

from odoo.addons.sales_system.models.ledger.sales_ledger_entry import LEDGER_DIMENSIONS

from ..fields import OptionalMonetary
from .sales_target_figures import TARGET_VALUES

# What a target can be set for. A node counts the entries that agree with it in every
# dimension that it names, and all of them where it names none.
# All but the last stand in the entry itself; what segments its customer was in on its day, the
# members of the segment say.
SEGMENT = "segment_id"
TARGET_DIMENSIONS = (*LEDGER_DIMENSIONS, SEGMENT)
# The figures that a node sums up from its cells.
TOTALS = (*TARGET_VALUES, "unassigned", "actual", "late", "gap")


class SalesTarget(models.Model):
    """Target: a node of a plan, saying who or what is to reach something.

    Nodes form a tree and may overlap: the sales of a salesperson also count for the region
    above. A total is therefore taken over nodes of one level, never over the tree.
    """

    _name = "sales.target"
    _description = "Sales Target"
    _inherit = ["sales.target.figures"]
    _parent_store = True
    _order = "plan_id, parent_path, id"
    _rec_names_search = [
        "user_id.name",
        "team_id.name",
        "territory_id.complete_name",
        "partner_id.name",
        "product_id.name",
        "categ_id.complete_name",
        "segment_id.name",
    ]
    _check_company_auto = True

    # === FIELDS === #
    name = fields.Char(compute="_compute_name")
    tree_name = fields.Char(
        "Target of",
        compute="_compute_tree_name",
        help="The name, indented by its level in the tree.",
    )
    plan_id = fields.Many2one("sales.target.plan", required=True, index=True, ondelete="cascade")
    plan_state = fields.Selection(related="plan_id.state", string="Plan State")
    company_id = fields.Many2one(related="plan_id.company_id", store=True)
    parent_id = fields.Many2one(
        "sales.target",
        string="Part Of",
        index=True,
        ondelete="restrict",
        domain="[('plan_id', '=', plan_id), ('id', '!=', id)]",
        help="The target that this one helps to reach. Totals of the plan count top targets only.",
    )
    parent_path = fields.Char(index=True)
    child_ids = fields.One2many("sales.target", "parent_id", string="Parts")
    import_id = fields.Many2one(
        "sales.import",
        string="Created by Import",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="set null",
    )

    # Dimensions
    user_id = fields.Many2one("res.users", string="Salesperson", index=True, check_company=True)
    team_id = fields.Many2one("crm.team", string="Sales Team", check_company=True)
    territory_id = fields.Many2one(
        "sales.territory", check_company=True, help="With all territories inside it."
    )
    partner_id = fields.Many2one(
        "res.partner",
        string="Customer",
        check_company=True,
        domain="[('parent_id', '=', False)]",
    )
    channel_partner_id = fields.Many2one("res.partner", check_company=True)
    product_id = fields.Many2one("product.product", check_company=True)
    categ_id = fields.Many2one(
        "product.category",
        string="Product Category",
        help="With all categories inside it.",
    )
    campaign_id = fields.Many2one("utm.campaign")
    contract_id = fields.Many2one(
        "sales.contract",
        check_company=True,
        domain="[('version', '=', 1)]",
        help="With all its versions.",
    )
    # Of any company that the plan counts, so that Odoo's own check of companies is too narrow.
    segment_id = fields.Many2one(
        "sales.market.segment",
        string="Market Segment",
        index="btree_not_null",
        ondelete="restrict",
        domain="[('company_id', 'in', plan_company_ids)]",
        help="Counts sales to customers who were in the segment on the day of the sale, also those "
        "who have left it since. A customer may be in several segments: then targets of "
        "segments side by side add up to more than the target above.",
    )
    plan_company_ids = fields.Many2many(
        "res.company",
        compute="_compute_plan_company_ids",
        export_string_translation=False,
    )

    responsible_id = fields.Many2one(
        "res.users",
        string="Owner",
        compute="_compute_responsible_id",
        store=True,
        readonly=False,
        index="btree_not_null",
        check_company=True,
        help="Who proposes the numbers of this target and splits it further. "
        "The salesperson or the team's leader where nobody else is chosen.",
    )
    date_start = fields.Date(
        "Valid From", help="Sales before this day do not count. Empty: from the plan's first day."
    )
    date_end = fields.Date(
        "Valid Until", help="Sales after this day do not count. Empty: to the plan's last day."
    )
    weight = fields.Float(
        digits=(16, 4),
        default=1,
        help="Share when the target above is split by hand-set weights: 2 gets twice as much as 1.",
    )

    # Figures: the sums of the cells
    cell_ids = fields.One2many("sales.target.cell", "target_id", string="Periods")
    assigned = OptionalMonetary(compute="_compute_totals", store=True)
    stretch = OptionalMonetary(compute="_compute_totals", store=True)
    challenge = OptionalMonetary(compute="_compute_totals", store=True)
    proposed = OptionalMonetary(compute="_compute_totals", store=True)
    unassigned = OptionalMonetary(compute="_compute_totals", store=True)
    actual = fields.Monetary(compute="_compute_totals", store=True)
    late = fields.Monetary(compute="_compute_totals", store=True)
    gap = OptionalMonetary(compute="_compute_totals", store=True)

    # === CONSTRAINTS AND INDEXES === #
    _dimensions_unique = models.UniqueIndex(
        "(plan_id, {})".format(", ".join(f"COALESCE({name}, 0)" for name in TARGET_DIMENSIONS)),
        "The plan already has a target for exactly this. Change that one instead.",
    )

    _valid_range = models.Constraint(
        "CHECK (date_end >= date_start)", "A target cannot end before it starts."
    )
    _weight_not_negative = models.Constraint(
        "CHECK (weight >= 0)", "A weight cannot be negative. Enter 0 or a positive number."
    )

    # === COMPUTE METHODS === #
    @api.depends("user_id", "team_id.user_id")
    def _compute_responsible_id(self):
        for target in self:
            target.responsible_id = target.user_id or target.team_id.user_id

    @api.depends("plan_id.company_id", "plan_id.further_company_ids.company_id")
    def _compute_plan_company_ids(self):
        for target in self:
            target.plan_company_ids = target.plan_id._get_companies()

    @api.depends(*TARGET_DIMENSIONS)
    @api.depends_context("lang")
    def _compute_name(self):
        for target in self:
            # Whoever sees the target may read whom it is for.
            named = [target.sudo()[name].display_name for name in target._named_dimensions()]
            target.name = " · ".join(named) or self.env._("Whole company")

    @api.depends("name", "parent_path")
    @api.depends_context("lang")
    def _compute_tree_name(self):
        for target in self:
            level = (target.parent_path or "/").count("/") - 1
            target.tree_name = "\N{EM SPACE}" * 2 * level + target.name

    @api.depends("name")
    @api.depends_context("lang")
    def _compute_display_name(self):
        for target in self:
            target.display_name = target.name

    @api.depends(*(f"cell_ids.{name}" for name in TOTALS))
    def _compute_totals(self):
        """For targets that are being edited; SalesTargetActual counts whole plans in SQL."""
        for target in self:
            for name in TOTALS:
                numbers = [cell[name] for cell in target.cell_ids if cell[name] is not False]
                target[name] = sum(numbers) if numbers else False

    # === CONSTRAINT METHODS === #
    @api.constrains("parent_id", "plan_id")
    def _check_parent(self):
        for target in self:
            if target.parent_id and target.parent_id.plan_id != target.plan_id:
                raise ValidationError(
                    self.env._(
                        "%(target)s belongs to %(plan)s, and the target above it to "
                        "%(other)s. Choose one of the same plan.",
                        target=target.name,
                        plan=target.plan_id.name,
                        other=target.parent_id.plan_id.name,
                    )
                )

    @api.constrains("partner_id")
    def _check_partner(self):
        for target in self:
            company = target.partner_id.commercial_partner_id
            if target.partner_id != company:
                raise ValidationError(
                    self.env._(
                        "%(contact)s is a contact of %(company)s, and sales are counted for the "
                        "company. Choose %(company)s.",
                        contact=target.partner_id.display_name,
                        company=company.display_name,
                    )
                )

    @api.constrains("segment_id", "plan_id")
    def _check_segment(self):
        self._check_segment_companies()
        for target in self.filtered(lambda one: not one.sudo().segment_id.active):
            segment = target.sudo().segment_id
            if segment and not target._is_segment_used():
                raise ValidationError(
                    self.env._(
                        "Segment %(segment)s is archived. Choose another one for %(plan)s, or "
                        "take it out of the archive.",
                        segment=segment.name,
                        plan=target.plan_id.name,
                    )
                )

    # === ONCHANGE METHODS === #
    @api.onchange("segment_id")
    def _onchange_segment_id(self):
        segment = self.segment_id
        if segment and not segment.snapshot_on:
            return {
                "warning": {
                    "title": self.env._("No customer yet"),
                    "message": segment._get_no_snapshot_message(),
                }
            }
        return None

    @api.onchange("plan_id")
    def _onchange_plan_id(self):
        # A new node shows its empty periods before it is saved. Computing them would create
        # them one by one also for the thousands of nodes of an import.
        if not self._origin and self.plan_id:
            self.cell_ids = [
                fields.Command.clear(),
                *(
                    fields.Command.create({"date_from": period.first, "date_to": period.last})
                    for period in self.plan_id._get_periods()
                ),
            ]

    # === CRUD METHODS === #
    @api.model_create_multi
    def create(self, vals_list):
        targets = super().create(vals_list)
        # The context alone opens nothing: anybody can send one.
        if self.env.su and self.env.context.get("adds_to_approved_plan"):
            targets.plan_id._check_open(reason="no number changes")
        else:
            targets.plan_id._check_draft()
        targets._create_cells()
        targets.filtered("parent_id").plan_id._roll_up()
        return targets

    def write(self, vals):
        fixed = not {"plan_id", "parent_id", "cell_ids", *TARGET_DIMENSIONS}.isdisjoint(vals)
        if fixed:
            self.plan_id._check_draft()
        self._check_not_part_of_itself(self.browse(vals.get("parent_id") or []))
        result = super().write(vals)
        if fixed:
            self.plan_id._check_draft()
        if "parent_id" in vals:
            self.plan_id._roll_up()
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_fixed(self):
        self.plan_id._check_draft()

    def unlink(self):
        plans = self.plan_id
        result = super().unlink()
        plans._roll_up()
        return result

    # === ACTION METHODS === #
    def action_open_ledger(self):
        """The ledger entries that make up the actual figure."""
        self.ensure_one()
        plan = self.plan_id
        return self._prepare_ledger_action(
            self.name, self._get_ledger_domain(plan.date_from, plan.date_to)
        )

    def action_open_cells(self):
        self.ensure_one()
        return {
            **self.plan_id._prepare_action("sales.target.cell", self.name),
            "domain": [("target_id", "child_of", self.id)],
        }

    # === BUSINESS METHODS === #
    @api.model
    def _get_counted_fields(self):
        return super()._get_counted_fields() | {"assigned", "company_id"}

    def _check_not_part_of_itself(self, parent):
        """Before Odoo's own check of trees, which answers with a bare “Recursion Detected.”

        :param parent: the node that these are going to be parts of, or none
        """
        path = (parent.parent_path or "").split("/")
        for target in self:
            if str(target.id) in path:
                raise ValidationError(
                    self.env._(
                        "%(target)s cannot be a part of itself. Choose another target above it "
                        "than %(parent)s.",
                        target=target.name,
                        parent=parent.name,
                    )
                )

    def _check_segment_companies(self):
        """:raises ValidationError: a segment is of a company that the plan does not count"""
        for target in self.sudo().filtered("segment_id"):
            companies = target.plan_id._get_companies()
            if target.segment_id.company_id not in companies:
                raise ValidationError(
                    self.env._(
                        "Segment %(segment)s is one of %(company)s, and %(plan)s counts the sales "
                        "of %(companies)s. Choose a segment of these, or add the company to the "
                        "plan.",
                        segment=target.segment_id.name,
                        company=target.segment_id.company_id.name,
                        plan=target.plan_id.name,
                        companies=", ".join(companies.mapped("name")),
                    )
                )

    def _is_segment_used(self):
        """:return: whether the plan had a target for the segment before: what belongs to it, a
        part or a successor's, can still be added
        """
        self.ensure_one()
        return bool(
            self.sudo().search_count(
                [
                    ("plan_id", "=", self.plan_id.id),
                    ("segment_id", "=", self.segment_id.id),
                    ("id", "!=", self.id),
                ],
                limit=1,
            )
        )

    def _named_dimensions(self):
        """:return: list of the dimensions that the node is restricted to"""
        self.ensure_one()
        return [name for name in TARGET_DIMENSIONS if self[name]]

    def _get_ledger_domain(self, date_from, date_to):
        """:return: list domain of the entries that the node counts between two days"""
        self.ensure_one()
        date_from = max(date_from, self.date_start or date_from)
        date_to = min(date_to, self.date_end or date_to)
        return self.plan_id._get_ledger_domain(date_from, date_to) + self._get_dimension_domain()

    def _get_dimension_domain(self):
        """:return: list domain of the ledger entries that agree with the node, of any day"""
        self.ensure_one()
        return [
            (
                "market_segment_ids" if name == SEGMENT else name,
                "child_of" if self._is_tree(name) else "=",
                self.sudo()[name].id,
            )
            for name in self._named_dimensions()
        ]

    @api.model
    def _is_tree(self, dimension):
        """:return: whether a node of this dimension also counts what lies below its record"""
        return self.env[self._fields[dimension].comodel_name]._parent_store

    @api.model
    def _prepare_ledger_action(self, name, domain):
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Sales of %(target)s", target=name),
            "res_model": "sales.ledger.entry",
            "view_mode": "list,kanban,pivot,graph,form",
            "domain": domain,
        }

    def _create_cells(self):
        """Give the nodes a cell, without a number yet, for each period that has none."""
        self.flush_recordset()
        self.env["sales.target.cell"].flush_model()
        for plan, targets in self.grouped("plan_id").items():
            self.env.cr.execute(
                SQL(
                    """
                    INSERT INTO sales_target_cell (
                        target_id, date_from, date_to, actual,
                        create_uid, write_uid, create_date, write_date
                    )
                    SELECT target.id, period.date_from, period.date_to, 0,
                           %(uid)s, %(uid)s, %(now)s, %(now)s
                      FROM sales_target target CROSS JOIN %(periods)s
                     WHERE target.id = ANY(%(ids)s)
                        ON CONFLICT (target_id, date_from) DO NOTHING
                    """,
                    periods=plan._table_sql_of_periods(),
                    ids=targets.ids,
                    uid=self.env.uid,
                    now=fields.Datetime.now(),
                )
            )
        self.invalidate_recordset(["cell_ids"])
