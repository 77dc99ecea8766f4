from odoo import fields, models
from odoo.exceptions import UserError

# Who earned a confirmed order; the ledger follows these.
EARNED_BY = {"user_id", "team_id", "territory_id"}


class SaleOrder(models.Model):
    """Follow-up: who looks after a confirmed order that somebody else has earned."""

    _inherit = "sale.order"

    follow_up_user_id = fields.Many2one(
        comodel_name="res.users",
        string="Follow-Up By",
        copy=False,
        index="btree_not_null",
        ondelete="set null",
        tracking=True,
        check_company=True,
        domain=lambda self: (
            "[('all_group_ids', 'in', {}), ('share', '=', False), ('company_ids', '=', company_id)]"
        ).format(self.env.ref("sales_team.group_sale_salesman").ids),
        help="Looks after delivery, invoicing and payment in the salesperson's place, and sees the "
        "order and its invoices. The sales figures stay with the salesperson.",
    )

    # === CRUD METHODS === #
    def write(self, vals):
        self._check_earner_stays(vals)
        result = super().write(vals)
        if "follow_up_user_id" in vals:
            self.sudo().invoice_ids.follow_up_user_id = vals["follow_up_user_id"]
        return result

    # === BUSINESS METHODS === #
    def _check_earner_stays(self, vals):
        """Refuse whoever only follows an order up to take the sale over as well."""
        user = self.env.user
        if self.env.su or EARNED_BY.isdisjoint(vals):
            return
        if user.has_group("sales_team.group_sale_salesman_all_leads"):
            return
        for order in self.filtered(lambda order: order.follow_up_user_id == user):
            if order.user_id not in (user, user.browse()) and user not in order.team_id.manager_ids:
                raise UserError(
                    self.env._(
                        "Order %(order)s was sold by %(salesperson)s and you follow it up. Its "
                        "salesperson, team and territory are changed by the leader of the team.",
                        order=order.name,
                        salesperson=order.user_id.name,
                    )
                )

    def _message_auto_subscribe_followers(self, updated_values, default_subtype_ids):
        """Whoever follows an order up gets its messages, as its salesperson does."""
        result = super()._message_auto_subscribe_followers(updated_values, default_subtype_ids)
        user = self.env["res.users"].sudo().browse(updated_values.get("follow_up_user_id"))
        if user.active:
            template = user != self.env.user and "mail.message_user_assigned"
            result.append((user.partner_id.id, default_subtype_ids, template))
        return result

    def _prepare_invoice(self):
        return {**super()._prepare_invoice(), "follow_up_user_id": self.follow_up_user_id.id}
