from odoo import models
from odoo.fields import Domain


class SalesTarget(models.Model):
    """Which targets go into a workbook, and which of their numbers may come back changed."""

    _inherit = "sales.target"

    # === ACTION METHODS === #
    def action_open_export(self):
        self.ensure_one()
        return self.plan_id._open_export(self)

    def action_open_workbook_import(self):
        self.ensure_one()
        return self.plan_id.action_open_workbook_import()

    # === BUSINESS METHODS === #
    def _get_exchanged(self, plan):
        """The target and all below it, or all of the plan, as far as the user may see them.

        :return: targets in the order of the tree, readable without further checks
        """
        domain = Domain("plan_id", "=", plan.id)
        if self:
            domain &= Domain("id", "child_of", self.ids)
        return self.search(domain).sudo().sorted(lambda target: target._get_path())

    def _get_locked_reasons(self, value):
        """:param str value: which number, a key of ``TARGET_VALUE``
        :return: dict of target id → why the user may not change its numbers, only of such
        """
        own = self.with_env(self.env(su=False))
        if value == "proposed":
            refusals = {target.id: target.sudo()._get_proposal_refusal() for target in self}
            return {id_: str(refusal) for id_, refusal in refusals.items() if refusal}
        return {
            target.id: self.env._(
                "is set by those above it: propose a number, or ask %(owner)s",
                owner=target.parent_id.responsible_id.name or self.env._("a sales manager"),
            )
            for target, as_user in zip(self, own, strict=True)
            if not as_user.can_assign
        }
