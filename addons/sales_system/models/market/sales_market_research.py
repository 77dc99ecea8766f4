from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import is_html_empty

RESEARCH_STATE = [
    ("draft", "Planned"),
    ("running", "Running"),
    ("done", "Done"),
    ("cancelled", "Cancelled"),
]
# What strategies cite as evidence: fixed once the research is done or given up.
EVIDENCE_FIELDS = {
    "name",
    "title",
    "objective",
    "method",
    "company_id",
    "date_from",
    "date_to",
    "budget",
    "competitor_ids",
    "segment_ids",
    "findings",
    "conclusion",
}


class SalesMarketResearch(models.Model):
    """Market research: a question about the market, how it is looked into, and the answer."""

    _name = "sales.market.research"
    _description = "Market Research"
    _inherit = [
        "sales.state.mixin",
        "sales.number.mixin",
        "mail.thread",
        "mail.activity.mixin",
    ]
    _order = "date_from desc, id desc"
    _rec_names_search = ("name", "title")
    _mail_post_access = "read"
    _check_company_auto = True

    # === FIELDS === #
    title = fields.Char(required=True, index="trigram", tracking=True)
    state = fields.Selection(
        RESEARCH_STATE,
        required=True,
        readonly=True,
        default="draft",
        copy=False,
        index=True,
        group_expand=True,
        tracking=True,
    )
    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.company
    )
    user_id = fields.Many2one(
        "res.users",
        string="Responsible",
        required=True,
        index=True,
        tracking=True,
        ondelete="restrict",
        check_company=True,
        default=lambda self: self.env.user,
        domain="[('share', '=', False), ('company_ids', '=', company_id)]",
    )
    objective = fields.Text(help="What has to be known, and which decision depends on it.")
    method = fields.Selection(
        [
            ("desk", "Desk Research"),
            ("survey", "Survey"),
            ("interview", "Interviews"),
            ("focus_group", "Focus Group"),
            ("observation", "Observation"),
            ("trial", "Market Trial"),
            ("other", "Other"),
        ],
        required=True,
        default="desk",
    )
    date_from = fields.Date(string="Start", index=True, copy=False, tracking=True)
    date_to = fields.Date(string="End", copy=False, tracking=True)
    is_overdue = fields.Boolean(compute="_compute_is_overdue")
    currency_id = fields.Many2one(related="company_id.currency_id")
    budget = fields.Monetary(tracking=True, help="What the research may cost.")
    competitor_ids = fields.Many2many("sales.competitor", string="Competitors", check_company=True)
    segment_ids = fields.Many2many("sales.market.segment", string="Segments", check_company=True)
    findings = fields.Html(copy=False, help="What came to light.")
    conclusion = fields.Html(copy=False, help="What follows from the findings for our sales.")

    # === CONSTRAINTS AND INDEXES === #
    _date_range = models.Constraint(
        "CHECK (date_to >= date_from)",
        "A research cannot end before it starts. Correct “Start” or “End”.",
    )
    _budget_not_negative = models.Constraint(
        "CHECK (budget >= 0)",
        "The budget of a research cannot be below zero. Enter 0 or more.",
    )

    # === COMPUTE METHODS === #
    @api.depends("name", "title")
    def _compute_display_name(self):
        for research in self:
            research.display_name = " ".join(filter(None, (research.name, research.title)))

    @api.depends("state", "date_to")
    @api.depends_context("tz")
    def _compute_is_overdue(self):
        today = fields.Date.context_today(self)
        for research in self:
            end = research.date_to
            research.is_overdue = research.state == "running" and bool(end) and end < today

    # === CONSTRAINT METHODS === #
    @api.constrains("user_id", "company_id")
    def _check_user_id(self):
        for research in self:
            if research.company_id not in research.user_id.company_ids:
                raise ValidationError(
                    self.env._(
                        "%(user)s does not work for %(company)s. "
                        "Choose another “Responsible” for %(research)s.",
                        user=research.user_id.name,
                        company=research.company_id.name,
                        research=research.display_name,
                    )
                )

    # === CRUD METHODS === #
    def copy_data(self, default=None):
        values_list = super().copy_data(default)
        if default and "title" in default:
            return values_list
        return [
            {**values, "title": self.env._("%(title)s (copy)", title=research.title)}
            for research, values in zip(self, values_list, strict=True)
        ]

    def write(self, vals):
        if not EVIDENCE_FIELDS.isdisjoint(vals):
            self._check_open(vals)
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_used(self):
        for research in self:
            if research.state in ("running", "done"):
                raise UserError(
                    self.env._(
                        "%(research)s is under way or done and stays as evidence. Only planned "
                        "or cancelled ones can be deleted.",
                        research=research.display_name,
                    )
                )

    # === ACTION METHODS === #
    def action_start(self):
        """Begin, today where no other day was planned."""
        self._check_state("draft")
        self.filtered(lambda research: not research.date_from)._start_today()
        self._update_state(("draft",), "running")
        return True

    def action_done(self):
        """Conclude; from now on the research is evidence and does not change."""
        self._check_state("running")
        for research in self:
            if is_html_empty(research.conclusion):
                raise UserError(
                    self.env._(
                        "%(research)s has no conclusion. Write into “Conclusion” what follows "
                        "from the findings, and finish it then.",
                        research=research.display_name,
                    )
                )
        self._update_state(("running",), "done")
        return True

    def action_cancel(self):
        self._update_state(("draft", "running"), "cancelled")
        return True

    def action_reopen(self):
        """Go on with what was done, to correct or complete it."""
        self._update_state(("done",), "running")
        return True

    def action_draft(self):
        self._update_state(("running", "cancelled"), "draft")
        return True

    # === BUSINESS METHODS === #
    def _start_today(self):
        today = fields.Date.context_today(self)
        for research in self:
            if research.date_to and research.date_to < today:
                raise UserError(
                    self.env._(
                        "“End” of %(research)s has passed already. "
                        "Move it, or enter when it started.",
                        research=research.display_name,
                    )
                )
        self.write({"date_from": today})

    def _check_open(self, vals):
        """:raises UserError: the values would change a research that is over"""
        labels = ", ".join(
            self._fields[name]._description_string(self.env)
            for name in sorted(EVIDENCE_FIELDS.intersection(vals))
        )
        for research in self:
            if research.state in ("done", "cancelled"):
                raise UserError(
                    self.env._(
                        "%(research)s is over and %(labels)s cannot be changed. Reopen it first.",
                        research=research.display_name,
                        labels=labels,
                    )
                )
