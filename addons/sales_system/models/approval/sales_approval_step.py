from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

STEP_KIND = [
    ("leader", "Team leader"),
    ("leader_above", "Leader of the team above"),
    ("user", "User"),
    ("group", "Group"),
]
STEP_MODE = [("any", "One of them"), ("all", "All of them")]


class SalesApprovalStep(models.Model):
    """Approval step: who decides, and until when."""

    _name = "sales.approval.step"
    _description = "Approval Step"
    _order = "sequence, id"

    rule_id = fields.Many2one(
        comodel_name="sales.approval.rule", required=True, ondelete="cascade", index=True
    )
    company_id = fields.Many2one(related="rule_id.company_id", store=True)
    sequence = fields.Integer(
        default=10, help="Steps of several rules on one document are joined in this order."
    )
    kind = fields.Selection(STEP_KIND, string="Approver", required=True, default="leader")
    user_id = fields.Many2one(comodel_name="res.users", domain=[("share", "=", False)])
    group_id = fields.Many2one(comodel_name="res.groups")
    mode = fields.Selection(STEP_MODE, string="Needed", required=True, default="any")
    hours = fields.Float(
        default=24.0,
        help="After these hours the step is overdue and goes to the next leader up the team "
        "tree. 0 means that it never does.",
    )

    _user_set = models.Constraint(
        "CHECK (kind != 'user' OR user_id IS NOT NULL)",
        "A step that a user approves needs that user.",
    )
    _group_set = models.Constraint(
        "CHECK (kind != 'group' OR group_id IS NOT NULL)",
        "A step that a group approves needs that group.",
    )
    _hours_positive = models.Constraint(
        "CHECK (hours >= 0)", "The hours of a step cannot be negative."
    )

    # === COMPUTE METHODS === #
    @api.depends("kind", "user_id", "group_id")
    @api.depends_context("lang")
    def _compute_display_name(self):
        kinds = dict(self._fields["kind"]._description_selection(self.env))
        for step in self:
            name = step.user_id.name if step.kind == "user" else step.group_id.display_name
            step.display_name = (
                name if step.kind in ("user", "group") and name else kinds.get(step.kind, "")
            )

    # === CRUD METHODS === #
    def write(self, vals):
        result = super().write(vals)
        if not {"kind", "user_id", "group_id", "mode"}.isdisjoint(vals):
            self.env["sales.approval.request"]._refresh_pending([("step_id", "in", self.ids)])
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_pending(self):
        domain = [("state", "=", "pending"), ("step_ids", "in", self.ids)]
        requests = self.env["sales.approval.request"].sudo().search(domain)
        for step in requests.step_ids & self:
            raise UserError(
                self.env._(
                    "Step “%(step)s” of rule %(rule)s cannot be removed while %(documents)s wait "
                    "for approval. Have these decided first, or name another approver.",
                    step=step.display_name,
                    rule=step.rule_id.name,
                    documents=", ".join(requests[:5].mapped("document_name")),
                )
            )

    # === BUSINESS METHODS === #
    def _get_key(self):
        """:return: what makes two steps of different rules one and the same"""
        self.ensure_one()
        return self.sequence, self.kind, self.user_id, self.group_id, self.mode

    def _get_approvers(self, document, excluded):
        """:return: users who may decide this step for a document, whoever asks excluded"""
        self.ensure_one()
        if self.kind == "user":
            candidates = self.user_id
        elif self.kind == "group":
            candidates = self.group_id.sudo().all_user_ids
        else:
            leaders = document._approval_leaders()
            leaders = leaders[1:] if self.kind == "leader_above" else leaders
            candidates = leaders._can_approve(document.company_id, excluded)[:1]
        return candidates._can_approve(document.company_id, excluded)

    def _get_problem(self):
        """:return: sentence about a step that nobody could decide, or False"""
        self.ensure_one()
        if self.kind == "user" and not self.user_id.active:
            return self.env._(
                "%(user)s is archived and cannot approve. Choose another user.",
                user=self.user_id.name or "",
            )
        if self.kind == "group" and not self.group_id.sudo().all_user_ids.filtered("active"):
            return self.env._(
                "Group %(group)s has no active user who could approve.",
                group=self.group_id.display_name or "",
            )
        if self.kind in ("leader", "leader_above"):
            return self._get_leader_problem()
        return False

    def _get_team_domain(self):
        """:return: domain of the teams that the condition of the rule leaves"""
        self.ensure_one()

        def to_team(condition):
            if condition.field_expr == "team_id":
                return Domain("id", condition.operator, condition.value)
            if condition.field_expr.startswith("team_id."):
                path = condition.field_expr.removeprefix("team_id.")
                return Domain(path, condition.operator, condition.value)
            return Domain.TRUE

        return self.rule_id._get_usable_domain().map_conditions(to_team)

    def _get_leader_problem(self):
        needed = 1 if self.kind == "leader" else 2
        teams = self.env["crm.team"].sudo().search(self._get_team_domain())
        headless = teams.filtered(lambda team: len(team._get_leaders_up()) < needed)
        if self.company_id:
            headless = headless.filtered(lambda t: t.company_id.id in (False, self.company_id.id))
        if not headless:
            return False
        values = {"step": self.display_name, "teams": ", ".join(headless[:5].mapped("name"))}
        if len(headless) > 5:
            values["more"] = len(headless) - 5
            return self.env._(
                "“%(step)s” finds nobody for %(teams)s and %(more)s more teams.", **values
            )
        return self.env._("“%(step)s” finds nobody for %(teams)s.", **values)
