from odoo import api, fields, models
from odoo.exceptions import UserError


class SalesChannelApplicationCheck(models.Model):
    """Line of an application's checklist: done, or waived with a reason."""

    _name = "sales.channel.application.check"
    _description = "Channel Application Checklist"
    _order = "application_id, sequence, id"

    # === FIELDS === #
    application_id = fields.Many2one(
        "sales.channel.application", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="application_id.company_id")
    sequence = fields.Integer(default=10)
    name = fields.Char(required=True)
    is_required = fields.Boolean(string="Required")
    is_done = fields.Boolean(string="Done")
    done_by_id = fields.Many2one(
        "res.users", compute="_compute_done", store=True, string="Done by", ondelete="set null"
    )
    done_on = fields.Date(compute="_compute_done", store=True)
    waive_reason = fields.Char(
        string="Waived Because", help="Why a required check is not needed here."
    )
    is_open = fields.Boolean(compute="_compute_is_open")

    # === COMPUTE METHODS === #
    @api.depends("is_done")
    def _compute_done(self):
        for check in self:
            check.done_by_id = check.is_done and (check.done_by_id or self.env.user)
            check.done_on = check.is_done and (check.done_on or fields.Date.context_today(check))

    @api.depends("is_required", "is_done", "waive_reason")
    def _compute_is_open(self):
        for check in self:
            waived = (check.waive_reason or "").strip()
            check.is_open = check.is_required and not check.is_done and not waived

    # === CRUD METHODS === #
    @api.model_create_multi
    def create(self, vals_list):
        checks = super().create(vals_list)
        checks._check_application_is_open()
        return checks

    def write(self, vals):
        self._check_application_is_open()
        self._check_not_weakened(vals)
        result = super().write(vals)
        self._check_application_is_open()
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_decided(self):
        self._check_application_is_open()
        if self.filtered("is_required"):
            self._check_not_weakened({"is_required": False})

    def _check_not_weakened(self, vals):
        """:raises UserError: somebody goes past a check instead of doing or waiving it"""
        if self.env.su:
            return
        if "done_by_id" in vals or "done_on" in vals:
            raise UserError(
                self.env._(
                    "Who did a check, and when, is written by itself. Tick the check instead."
                )
            )
        if "is_required" in vals and not self.env.user.has_group("sales_team.group_sale_manager"):
            raise UserError(
                self.env._(
                    "Only sales administrators take a required check out. Do it, or enter why it "
                    "is not needed here."
                )
            )

    def _check_application_is_open(self):
        for application in self.application_id:
            if application.state in ("accepted", "rejected"):
                raise UserError(
                    self.env._(
                        "%(application)s is decided, and its checklist stays as it was.",
                        application=application.display_name,
                    )
                )
