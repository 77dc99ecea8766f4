from odoo import models
from odoo.exceptions import UserError


class SalesMarketingActivity(models.Model):
    """The steps of an activity; it starts once its plan is approved."""

    _inherit = "sales.marketing.activity"

    # === ACTION METHODS === #
    def action_start(self):
        self._check_state("planned")
        for activity in self:
            if error := activity._start_error_message():
                raise UserError(error)
        self._update_state(("planned",), "running")
        return True

    def action_done(self):
        self._update_state(("running",), "done")
        return True

    def action_cancel(self):
        self._update_state(("planned", "running"), "cancelled")
        return True

    def action_reset(self):
        """One step back: what was done is running again, the others are planned again."""
        done = self.filtered(lambda activity: activity.state == "done")
        (self - done)._update_state(("running", "cancelled"), "planned")
        done._update_state(("done",), "running")
        return True

    def action_create_campaign(self):
        """Make the campaign that leads of the activity are to be marked with."""
        self.ensure_one()
        self.check_access("write")
        if not self.campaign_id:
            self.campaign_id = self.env["utm.campaign"].create(
                {"title": self.name, "user_id": self.user_id.id or self.env.uid}
            )
        return True

    def action_open_campaign(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": "utm.campaign",
            "res_id": self.campaign_id.id,
            "view_mode": "form",
        }

    def action_open_budgets(self):
        self.ensure_one()
        return {
            **self.env["ir.actions.act_window"]._for_xml_id(
                "sales_planning.sales_budget_line_action_marketing"
            ),
            "name": self.env._("Budgets of %(activity)s", activity=self.display_name),
            "domain": [("activity_id", "=", self.id)],
            "context": {
                "default_marketing_plan_id": self.plan_id.id,
                "default_activity_id": self.id,
                "default_method": "typed",
                "of_marketing": True,
            },
        }

    # === BUSINESS METHODS === #
    def _check_state(self, *allowed):
        """:raises UserError: also where the plan is closed"""
        super()._check_state(*allowed)
        self._check_plan_not_closed()

    def _check_plan_not_closed(self):
        for activity in self.sudo():
            if activity.plan_state == "closed":
                raise UserError(
                    self.env._(
                        "%(plan)s is closed, so %(activity)s stays as it is. Open the plan again "
                        "first.",
                        plan=activity.plan_id.display_name,
                        activity=activity.display_name,
                    )
                )

    def _start_error_message(self):
        """:return: why the activity cannot start yet, or None"""
        self.ensure_one()
        if self.plan_state != "approved":
            return self.env._(
                "%(plan)s is not approved yet. Start %(activity)s once it is.",
                plan=self.sudo().plan_id.display_name,
                activity=self.display_name,
            )
        waiting = self.sudo().predecessor_ids.filtered(
            lambda earlier: earlier.state in ("planned", "running")
        )
        if waiting:
            return self.env._(
                "%(activity)s comes after %(earlier)s, which is not done yet. Finish or cancel "
                "that one first.",
                activity=self.display_name,
                earlier=waiting[0].display_name,
            )
        return None
