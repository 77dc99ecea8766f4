from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_amount, format_date


class SalesMarketingPlan(models.Model):
    """The steps of a marketing plan: approved, revised, closed."""

    _inherit = "sales.marketing.plan"

    can_release = fields.Boolean(
        compute="_compute_can_release",
        export_string_translation=False,
        help="Whether the user approves the plan, or a rule that limits it lets anybody do so.",
    )

    # === COMPUTE METHODS === #
    @api.depends("team_id", "user_id", "company_id", "budget_line_ids.planned")
    @api.depends_context("uid")
    def _compute_can_release(self):
        for plan in self:
            plan.can_release = not plan._without_limit_error_message()

    # === ACTION METHODS === #
    def action_release(self):
        """Approve plans that keep within all limits, or whose approval is there."""
        for plan in self:
            plan._check_state("draft")
            if error := plan._release_error_message():
                raise UserError(error)
        self._release()
        return True

    def action_close(self):
        """End plans: what they cost and brought stays as it is."""
        for plan in self:
            if running := plan.activity_line_ids.filtered(
                lambda activity: activity.state in ("planned", "running")
            ):
                raise UserError(
                    self.env._(
                        "%(activity)s of %(plan)s is not done yet. Mark it as done or cancel it, "
                        "then close the plan.",
                        activity=running[0].display_name,
                        plan=plan.display_name,
                    )
                )
        self._update_state(("approved",), "closed")
        return True

    def action_reopen(self):
        self._update_state(("closed",), "approved")
        return True

    def action_open_revise(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Revise"),
            "res_model": "sales.marketing.revise",
            "view_mode": "form",
            "target": "new",
            "context": {"default_plan_id": self.id},
        }

    # === BUSINESS METHODS === #
    def _release(self):
        self._update_state(("draft",), "approved", approved_on=fields.Date.context_today(self))
        for plan in self.filtered("revision"):
            plan._log_revision()

    def _release_error_message(self):
        """:return: why the plan cannot be approved now, or None"""
        self.ensure_one()
        return (
            self._incomplete_error_message()
            or self._get_approval_error()
            or self._without_limit_error_message()
        )

    def _incomplete_error_message(self):
        """:return: what is missing or does not fit together, or None"""
        self.ensure_one()
        if self.sudo().strategy_id.state == "draft":
            return self.env._(
                "%(strategy)s, which %(plan)s puts into practice, is not approved yet. Have it "
                "approved first, or choose another “Strategy”.",
                strategy=self.strategy_id.display_name,
                plan=self.display_name,
            )
        activities = self.activity_line_ids.filtered(lambda act: act.state != "cancelled")
        if not activities:
            return self.env._(
                "%(plan)s has no activity yet. Add what is to be done.", plan=self.display_name
            )
        for activity in activities:
            for earlier in activity.predecessor_ids:
                if earlier.state != "cancelled" and activity.date_from <= earlier.date_to:
                    return self.env._(
                        "%(activity)s starts on %(start)s and comes after %(earlier)s, which "
                        "ends on %(end)s. Move one of them.",
                        activity=activity.display_name,
                        start=format_date(self.env, activity.date_from),
                        earlier=earlier.display_name,
                        end=format_date(self.env, earlier.date_to),
                    )
        return self.sudo().budget_line_ids._get_excess_message()

    def _without_limit_error_message(self):
        """:return: why the user does not approve the plan where no rule limits it, or None"""
        self.ensure_one()
        rules = self.sudo()._get_approval_values()[self]
        if any(rule.basis == "plan_budget" for rule in rules) or self._is_led():
            return None
        return self.env._(
            "%(plan)s is approved by a leader of its team or a sales manager. Ask one of them.",
            plan=self.display_name,
        )

    def _is_led(self):
        """:return: whether the user leads whoever the plan belongs to, or all of sales"""
        user = self.env.user
        plan = self.sudo()
        return (
            self.env.su
            or user.has_group("sales_team.group_sale_manager")
            or user in plan.team_id.manager_ids | plan.user_id.sales_leader_ids
        )

    # === REVISIONS === #
    def _revise(self, reason):
        """Open an approved plan again, and keep what was approved, by whom and why."""
        self.ensure_one()
        self._check_state("approved")
        terms = self.sudo()._get_terms()
        self._update_state(("approved",), "draft", revision=self.revision + 1)
        self.env["sales.marketing.revision"].sudo()._start(self, reason, terms)
        self.message_post(
            body=self.env._("Revision %(number)s: %(reason)s", number=self.revision, reason=reason)
        )

    def _log_revision(self):
        """Say in the history what the revision has changed."""
        revision = self.revision_ids.sorted("number")[-1:]
        before, after = revision.terms, self.sudo()._get_terms()
        lines = [
            f"{name}: {before.get(name, '–')} → {after.get(name, '–')}"
            for name in dict.fromkeys((*before, *after))
            if before.get(name) != after.get(name)
        ]
        self.message_post(
            body=self.env._(
                "Revision %(number)s approved. %(changes)s",
                number=revision.number,
                changes="; ".join(lines) or self.env._("Nothing has changed."),
            )
        )

    def _get_terms(self):
        """:return: dict of what the plan says, in words, for people to compare"""
        self.ensure_one()
        return {
            self.env._("Plan"): self._format_span(self),
            **{
                activity.display_name: self._format_span(activity)
                for activity in self.activity_line_ids
            },
            **{line.name: line._format(line.planned) for line in self.budget_line_ids},
            self.env._("Expected Revenue"): format_amount(
                self.env, self.expected_revenue, self.currency_id
            ),
        }

    def _format_span(self, record):
        return self.env._(
            "%(first)s to %(last)s",
            first=format_date(self.env, record.date_from),
            last=format_date(self.env, record.date_to),
        )
