from odoo import api, fields, models

# States that an approval has to come before.
GATED_STATES = ("sent", "sale")
# Mail about money that has already arrived goes out in any case.
FREE_TEMPLATES = ("sale.mail_template_sale_payment_executed",)


class SaleOrder(models.Model):
    """Where an order stops until its approval is there, whichever way it comes."""

    _inherit = "sale.order"

    approval_confirmed_terms = fields.Json(
        copy=False,
        readonly=True,
        groups="base.group_user",
        export_string_translation=False,
        help="The numbers that the order was confirmed with: worse ones need an approval.",
    )

    # === CRUD METHODS === #
    @api.model_create_multi
    def create(self, vals_list):
        orders = super().create(vals_list)
        orders.filtered(lambda order: order.state in GATED_STATES)._pass_approval_gate()
        return orders

    def write(self, vals):
        entering = self.browse()
        if vals.get("state") in GATED_STATES:
            entering = self.filtered(lambda order: order.state not in (vals["state"], "sale"))
        result = super().write(vals)
        entering._pass_approval_gate()
        if not {"team_id", "user_id", "company_id"}.isdisjoint(vals):
            self._refresh_approvers()
        return result

    # === COMPUTE METHODS === #
    def _has_to_be_signed(self):
        return super()._has_to_be_signed() and not self._is_approval_blocked()

    def _has_to_be_paid(self):
        return super()._has_to_be_paid() and not self._is_approval_blocked()

    # === ACTION METHODS === #
    def action_quotation_send(self):
        self._check_approval()
        return super().action_quotation_send()

    def _confirmation_error_message(self):
        return super()._confirmation_error_message() or self._get_approval_error()

    def _action_cancel(self):
        self._cancel_approval(self.env._("The order has been cancelled."))
        return super()._action_cancel()

    def message_post(self, **kwargs):
        # A message that was scheduled in time can be due after the terms have become worse.
        if self.env.context.get("mark_so_as_sent"):
            self._check_approval()
        return super().message_post(**kwargs)

    # === APPROVAL HOOKS === #
    def _approval_is_open(self):
        return self.state != "cancel"

    @api.model
    def _approval_given_fields(self):
        return super()._approval_given_fields() | {"approval_confirmed_terms"}

    def _approval_open_domain(self):
        return [("state", "in", ("draft", "sent"))]

    def _approval_agreed_terms(self):
        if self.state != "sale":
            return None
        # An order that is older than its first rule was confirmed with whatever it says.
        return self.approval_confirmed_terms or {"exact": self._approval_exact(), "rules": {}}

    def _approval_leaders(self):
        return self.team_id._get_leaders_up()

    def _approval_excluded_users(self):
        return self.user_id

    def _prepare_approval_request_values(self):
        return {
            **super()._prepare_approval_request_values(),
            "team_id": self.team_id.id,
            "partner_id": self.partner_id.commercial_partner_id.id,
        }

    def _check_approval_of_mail(self, template):
        exempt = {
            self.env["ir.model.data"]._xmlid_to_res_id(xmlid, raise_if_not_found=False)
            for xmlid in FREE_TEMPLATES
        }
        if template.id not in exempt:
            super()._check_approval_of_mail(template)

    # === BUSINESS METHODS === #
    def _pass_approval_gate(self):
        """Refuse orders that have become sent or confirmed without an approval they need.

        Looks at what has been written, so that no write can bring state and terms at once.
        """
        self._check_approval(agreed=False)
        for order in self.filtered(lambda order: order.state == "sale").sudo():
            values = order._get_approval_values()[order]
            if values:
                order.approval_confirmed_terms = order._get_approval_terms(values)

    def _refresh_approvers(self):
        if pending := self.sudo().approval_request_ids.filtered(lambda r: r.state == "pending"):
            for request in pending:
                request.team_id = request._get_document().team_id
            pending._refresh_actors()

    def _create_invoices(self, grouped=False, final=False, date=None):
        self._check_approval()
        return super()._create_invoices(grouped=grouped, final=final, date=date)
