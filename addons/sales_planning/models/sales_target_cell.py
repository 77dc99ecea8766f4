from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import format_date

from ..engine import periods
from .sales_target_figures import TARGET_VALUES


class SalesTargetCell(models.Model):
    """Target cell: the number that a node is to reach in one period, and what it reached.

    A cell without a number is not a cell with the number 0: the first waits to be planned,
    and an import may fill it. In neither is there an attainment.
    """

    _name = "sales.target.cell"
    _description = "Target of a Period"
    _inherit = ["sales.target.figures"]
    _order = "date_from, target_id, id"

    # === FIELDS === #
    target_id = fields.Many2one(
        "sales.target", string="Target of", required=True, ondelete="cascade"
    )
    date_from = fields.Date("From", required=True, index=True)
    date_to = fields.Date("To", required=True)
    period_name = fields.Char("Period", compute="_compute_period_name")
    change_ids = fields.One2many("sales.target.change", "cell_id", string="Changes")

    plan_id = fields.Many2one(related="target_id.plan_id")
    plan_state = fields.Selection(related="plan_id.state", string="Plan State")
    company_id = fields.Many2one(related="target_id.company_id")
    parent_id = fields.Many2one(related="target_id.parent_id")
    is_pinned = fields.Boolean(
        "Pinned", help="The number stays when the other periods or targets are balanced."
    )
    user_id = fields.Many2one(related="target_id.user_id")
    team_id = fields.Many2one(related="target_id.team_id")
    territory_id = fields.Many2one(related="target_id.territory_id")
    partner_id = fields.Many2one(related="target_id.partner_id")
    product_id = fields.Many2one(related="target_id.product_id")
    categ_id = fields.Many2one(related="target_id.categ_id")
    segment_id = fields.Many2one(related="target_id.segment_id")

    # === CONSTRAINTS AND INDEXES === #
    _period_unique = models.UniqueIndex(
        "(target_id, date_from)",
        "This target already has a number for this period. Change that one instead.",
    )
    _numbers_not_negative = models.Constraint(
        "CHECK (assigned >= 0 AND stretch >= 0 AND challenge >= 0 AND proposed >= 0)",
        "A target cannot be negative. Enter 0 or a positive number.",
    )

    def init(self):
        """Let the database refuse to change an approved number, whoever asks.

        :meth:`SalesTargetNumbers._set` names the revision that it changes numbers by. Counting
        writes other columns, so it never comes here.
        """
        super().init()
        self.env.cr.execute(
            """
            CREATE OR REPLACE FUNCTION sales_target_cell_guard() RETURNS trigger AS $$
            DECLARE
                of_target integer;
                of_plan integer;
                plan_state varchar;
            BEGIN
                IF TG_OP = 'DELETE' THEN
                    of_target := OLD.target_id;
                ELSE
                    of_target := NEW.target_id;
                END IF;
                SELECT plan.id, plan.state INTO of_plan, plan_state
                  FROM sales_target target JOIN sales_target_plan plan ON plan.id = target.plan_id
                 WHERE target.id = of_target;
                IF plan_state = 'closed' OR plan_state = 'approved' AND NOT EXISTS (
                    SELECT FROM sales_target_revision revision
                     WHERE revision.plan_id = of_plan AND revision.id = NULLIF(
                               current_setting('sales_planning.revision', true), ''
                           )::integer
                ) THEN
                    RAISE EXCEPTION 'Numbers of an approved target plan change by a revision only.'
                        USING ERRCODE = 'restrict_violation';
                END IF;
                IF TG_OP = 'DELETE' THEN
                    RETURN OLD;
                END IF;
                RETURN NEW;
            END $$ LANGUAGE plpgsql;
            CREATE OR REPLACE TRIGGER sales_target_cell_guard_update
                BEFORE UPDATE OF assigned, stretch, challenge, target_id, date_from
                ON sales_target_cell
                FOR EACH ROW WHEN (
                    (OLD.assigned, OLD.stretch, OLD.challenge, OLD.target_id, OLD.date_from)
                    IS DISTINCT FROM
                    (NEW.assigned, NEW.stretch, NEW.challenge, NEW.target_id, NEW.date_from)
                ) EXECUTE FUNCTION sales_target_cell_guard();
            CREATE OR REPLACE TRIGGER sales_target_cell_guard_insert
                BEFORE INSERT ON sales_target_cell
                FOR EACH ROW WHEN (
                    COALESCE(NEW.assigned, NEW.stretch, NEW.challenge) IS NOT NULL
                ) EXECUTE FUNCTION sales_target_cell_guard();
            CREATE OR REPLACE TRIGGER sales_target_cell_guard_delete
                BEFORE DELETE ON sales_target_cell
                FOR EACH ROW WHEN (
                    COALESCE(OLD.assigned, OLD.stretch, OLD.challenge) IS NOT NULL
                ) EXECUTE FUNCTION sales_target_cell_guard();
            """
        )

    # === COMPUTE METHODS === #
    @api.depends("date_from", "plan_id.period")
    @api.depends_context("lang")
    def _compute_period_name(self):
        for cell in self:
            plan, first = cell.plan_id, cell.date_from
            cell.period_name = plan.period and first and plan._get_period_name(first)

    @api.depends("target_id.name", "period_name")
    @api.depends_context("lang")
    def _compute_display_name(self):
        for cell in self:
            cell.display_name = f"{cell.target_id.name} · {cell.period_name}"

    # === CONSTRAINT METHODS === #
    @api.constrains("target_id", "date_from", "date_to")
    def _check_period(self):
        for cell in self.filtered(lambda cell: not cell._is_plan_period()):
            plan = cell.plan_id
            if cell.date_from < plan.date_from or cell.date_to > plan.date_to:
                reason = self.env._(
                    "The target from %(first)s to %(last)s lies outside of %(plan)s, which runs "
                    "from %(plan_first)s to %(plan_last)s.",
                    first=format_date(self.env, cell.date_from),
                    last=format_date(self.env, cell.date_to),
                    plan=plan.name,
                    plan_first=format_date(self.env, plan.date_from),
                    plan_last=format_date(self.env, plan.date_to),
                )
            else:
                reason = self.env._(
                    "The target from %(first)s to %(last)s overlaps others: %(plan)s has one "
                    "number per %(period)s.",
                    first=format_date(self.env, cell.date_from),
                    last=format_date(self.env, cell.date_to),
                    plan=plan.name,
                    period=dict(plan._fields["period"]._description_selection(self.env))[
                        plan.period
                    ].lower(),
                )
            raise ValidationError(reason)

    # === CRUD METHODS === #
    @api.model_create_multi
    def create(self, vals_list):
        rest = [
            {name: given for name, given in vals.items() if name not in TARGET_VALUES}
            for vals in vals_list
        ]
        cells = super().create(rest)
        cells.plan_id._check_draft()
        cells._type(vals_list)
        return cells

    def write(self, vals):
        rest = {name: given for name, given in vals.items() if name not in TARGET_VALUES}
        if rest:
            self.plan_id._check_draft()
        result = super().write(rest)
        if rest:
            # Nor may it have moved into a plan that stands.
            self.plan_id._check_draft()
        self._type([vals] * len(self))
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_fixed(self):
        self.plan_id._check_draft()

    # === ACTION METHODS === #
    @api.model
    def action_open_attainment(self):
        """Count the open plans anew and show how far everybody is."""
        plans = self.env["sales.target.plan"]
        plans._refresh_open()
        today = fields.Date.context_today(self)
        running = plans.search([("date_from", "<=", today), ("date_to", ">=", today)])
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "sales_planning.sales_target_cell_action"
        )
        return {
            **action,
            "context": {
                **(running or plans.search([]))._attainment_context(),
                "search_default_running": bool(running),
            },
        }

    @api.model
    def action_open_mine(self):
        """Count the open plans anew and show the user's own figures."""
        self.env["sales.target.plan"]._refresh_open()
        return self.env["ir.actions.act_window"]._for_xml_id(
            "sales_planning.sales_target_cell_action_mine"
        )

    def action_open_ledger(self):
        """The ledger entries that make up the actual figure."""
        self.ensure_one()
        return self.target_id._prepare_ledger_action(
            self.display_name, self.target_id._get_ledger_domain(self.date_from, self.date_to)
        )

    # === BUSINESS METHODS === #
    def _is_plan_period(self):
        """:return: whether the cell's days are exactly a sub-period of its plan"""
        self.ensure_one()
        return periods.Period(self.date_from, self.date_to) in self.plan_id._get_periods()

    def _type(self, vals_list):
        """Set the numbers that somebody typed.

        :param list vals_list: per cell a dict, of which only numbers matter
        """
        numbers = self.env["sales.target.numbers"]
        typed = dict(zip(self, vals_list, strict=True))
        for plan, cells in self.grouped("plan_id").items():
            for value in TARGET_VALUES:
                amounts = {
                    cell.id: numbers._to_decimal(typed[cell][value])
                    for cell in cells
                    if value in typed[cell]
                }
                if amounts:
                    numbers._set(plan, value, amounts, "typed")
