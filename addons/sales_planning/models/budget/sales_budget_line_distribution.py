from decimal import Decimal

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Domain

from ...engine.allocation import Part, split
from .amounts import get_unit
from .sales_budget_line import OPEN_STATES


class SalesBudgetLine(models.Model):
    """How a budget goes down the tree of targets."""

    _inherit = "sales.budget.line"

    can_distribute = fields.Boolean(compute="_compute_can_distribute", compute_sudo=True)

    # === COMPUTE METHODS === #
    @api.depends("plan_id.state", "target_id.parent_path", "target_id.child_ids")
    @api.depends_context("uid")
    def _compute_can_distribute(self):
        for line in self:
            line.can_distribute = (
                line.plan_state in OPEN_STATES
                and bool(line.target_id.child_ids)
                and line._is_answered_for()
            )

    # === ACTION METHODS === #
    def action_distribute(self):
        """Give the targets right below each its share of the budget, in proportion to their
        numbers and to the cent. Budgets that are distributed further follow.
        """
        self.check_access("read")
        for line in self:
            if not line.sudo()._is_answered_for():
                raise AccessError(
                    self.env._(
                        "%(line)s is distributed by who answers for the target, or by a sales "
                        "manager. Ask %(owner)s.",
                        line=line.name,
                        owner=line.sudo().target_id.responsible_id.name
                        or self.env._("a sales manager"),
                    )
                )
            line.sudo()._distribute()
        return True

    def action_open_parts(self):
        """The budgets right below."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Parts of %(line)s", line=self.name),
            "res_model": "sales.budget.line",
            "view_mode": "list,kanban,pivot,graph,form",
            "domain": list(self._get_parts_domain()),
        }

    # === BUSINESS METHODS === #
    def _is_answered_for(self):
        """:return: whether the user plans, or answers for the target or one above it"""
        self.ensure_one()
        user = self.env.user
        path = [int(id_) for id_ in (self.target_id.parent_path or "").split("/")[:-1]]
        return user.has_group("sales_team.group_sale_manager") or (
            user in self.env["sales.target"].browse(path).responsible_id
        )

    def _distribute(self):
        self.ensure_one()
        self._check_open()
        if self.planned is False:
            raise UserError(
                self.env._(
                    "%(line)s has no number to distribute. Enter the budget first.", line=self.name
                )
            )
        shares = self._get_shares()
        parts = self._get_parts()
        for part in parts:
            share = shares.pop(part.target_id.id, None)
            part.write({"method": "typed", "planned": False if share is None else float(share)})
        self.create(
            [
                {
                    "target_id": target_id,
                    "category_id": self.category_id.id,
                    "method": "typed",
                    "planned": float(share),
                }
                for target_id, share in shares.items()
                if share is not None
            ]
        )
        for part in parts:
            if part.planned is False:
                (part._get_branch() - part).write({"method": "typed", "planned": False})
            elif part._get_parts():
                part._distribute()

    def _get_shares(self):
        """:return: dict of target right below → its share as Decimal, None where the target
        has no number
        """
        self.ensure_one()
        targets = self.target_id.child_ids
        if not any(targets.mapped("assigned")):
            raise UserError(
                self.env._(
                    "No target right below %(target)s has a number above 0, so there is nothing "
                    "to distribute %(line)s by. Fill in the targets first.",
                    target=self.target_id.name,
                    line=self.name,
                )
            )
        return split(
            Decimal(str(self.planned)),
            [
                Part(
                    target.id,
                    None if target.assigned is False else Decimal(str(target.assigned)),
                )
                for target in targets
            ],
            get_unit(self.currency_id),
        )

    def _get_parts(self):
        """:return: the budgets of the category of the targets right below"""
        self.ensure_one()
        return self.search(self._get_parts_domain())

    def _get_parts_domain(self):
        """:return: :class:`Domain` of the budgets right below"""
        self.ensure_one()
        return Domain(
            [
                ("category_id", "=", self.category_id.id),
                ("parent_target_id", "=", self.target_id.id),
            ]
        )

    @api.model
    def _get_upper_domain(self, lines):
        """:return: :class:`Domain` of the budgets right above some budgets"""
        return Domain(
            [
                ("target_id", "in", lines.parent_target_id.ids),
                ("category_id", "in", lines.category_id.ids),
            ]
        )

    def _get_excess_message(self):
        """:return: sentence about a budget that is less than what is below it, or None"""
        lines = self.sudo()
        lines.invalidate_recordset(["undistributed"])
        for line in lines:
            if line.undistributed is not False and line.undistributed < 0:
                return self.env._(
                    "The budgets below %(line)s add up to %(excess)s more than its %(planned)s. "
                    "Distribute it again, or raise it.",
                    line=line.name,
                    excess=line._format(-line.undistributed),
                    planned=line._format(line.planned),
                )
        return None

    def _check_within_fixed(self):
        """:raises ValidationError: budgets of an approved plan exceed the one above them; while
        it is a draft they may, until it is approved
        """
        fixed = self.sudo().filtered(lambda line: line.plan_state not in OPEN_STATES)
        upper = fixed.search(self._get_upper_domain(fixed)) if fixed else fixed
        if message := (fixed | upper)._get_excess_message():
            raise ValidationError(message)
