from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_amount, formatLang


class SalesContract(models.Model):
    """Orders under a contract: what they may call off, and what is left of it."""

    _inherit = "sales.contract"

    order_ids = fields.One2many("sale.order", "contract_id", string="Orders")

    order_count = fields.Integer(compute="_compute_counts")
    invoice_count = fields.Integer(compute="_compute_counts")
    version_count = fields.Integer(compute="_compute_counts")

    # === COMPUTE METHODS === #
    def _compute_counts(self):
        roots = self.root_id
        orders = self._count_by_root("sale.order", "contract_id.root_id", roots)
        invoices = self._count_by_root("account.move", "contract_id.root_id", roots)
        versions = self._count_by_root("sales.contract", "root_id", roots)
        for contract in self:
            contract.order_count = orders.get(contract.root_id.id, 0)
            contract.invoice_count = invoices.get(contract.root_id.id, 0)
            contract.version_count = versions.get(contract.root_id.id, 0)

    @api.model
    def _count_by_root(self, model, path, roots):
        """:return: dict of id of a first version → number of records that the user may see"""
        records = self.env[model]
        if not records.has_access("read"):
            return {}
        return {
            root.id: count
            for root, count in records._read_group([(path, "in", roots.ids)], [path], ["__count"])
        }

    # === ACTION METHODS === #
    def action_open_orders(self):
        return self._open_under("sale.action_orders", self.env._("Orders"))

    def action_open_invoices(self):
        return self._open_under("account.action_move_out_invoice_type", self.env._("Invoices"))

    def action_open_ledger(self):
        self.ensure_one()
        return self.env["sales.ledger.entry"]._get_action(
            self.env._("Ledger of %(name)s", name=self.name),
            [("contract_id", "=", self.root_id.id)],
        )

    def action_open_versions(self):
        self.ensure_one()
        return {
            **self.env["ir.actions.act_window"]._for_xml_id("sales_system.sales_contract_action"),
            "name": self.env._("Versions of %(name)s", name=self.name),
            "domain": [("root_id", "=", self.root_id.id)],
            "context": {},
        }

    def action_new_order(self):
        """Open a new order under this contract."""
        self.ensure_one()
        self._check_in_force()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("New Order"),
            "res_model": "sale.order",
            "view_mode": "form",
            "views": [(False, "form")],
            "context": {
                "default_contract_id": self.id,
                "default_partner_id": self.partner_id.id,
                "default_company_id": self.company_id.id,
            },
        }

    # === BUSINESS METHODS === #
    def _open_under(self, xmlid, name):
        """:return: action on the documents under all versions of the contract"""
        self.ensure_one()
        return {
            **self.env["ir.actions.act_window"]._for_xml_id(xmlid),
            "name": self.env._("%(what)s under %(contract)s", what=name, contract=self.name),
            "domain": [("contract_id.root_id", "=", self.root_id.id)],
            "context": {"create": False},
        }

    def _check_in_force(self):
        for contract in self:
            if error := contract._get_force_error():
                raise UserError(error)

    def _get_force_error(self):
        """:return: sentence that says why nothing can be ordered under the contract, or False"""
        self.ensure_one()
        if self.state == "active":
            return False
        states = dict(self._fields["state"]._description_selection(self.env))
        return self.env._(
            "Contract %(contract)s is in state “%(state)s”: orders are made under contracts in "
            "force. Choose another contract.",
            contract=self.display_name,
            state=states[self.state],
        )

    def _is_party(self, partner):
        """:return: whether somebody may order under the contract"""
        self.ensure_one()
        parties = (self.partner_id | self.other_partner_ids).commercial_partner_id
        return partner.commercial_partner_id in parties

    def _find_line(self, product, day):
        """Find the line that an order of a product counts for: one that is valid on the day
        before one that is not, the product before its category, the narrower category first.
        """
        self.ensure_one()
        path = product.categ_id.parent_path or ""
        fitting = self.line_ids.filtered(
            lambda line: (
                line.product_id == product
                or (line.categ_id and path.startswith(line.categ_id.parent_path))
            )
        )
        return fitting.sorted(
            lambda line: (
                not line._is_valid(day),
                not line.product_id,
                -len(line.categ_id.parent_path or ""),
                line.sequence,
                line.id,
            )
        )[:1]

    def _get_standing(self):
        """:return: text such as “320 of 500 remaining · 2 promises open, 1 late”"""
        self.ensure_one()
        parts = []
        limited = self.line_ids.filtered("max_quantity")
        if limited:
            parts.append(
                self.env._(
                    "%(left)s of %(agreed)s remaining",
                    left=formatLang(self.env, sum(limited.mapped("remaining_quantity")), digits=0),
                    agreed=formatLang(self.env, sum(limited.mapped("max_quantity")), digits=0),
                )
            )
        elif self.amount:
            parts.append(
                self.env._(
                    "%(left)s of %(agreed)s remaining",
                    left=format_amount(
                        self.env, self.amount - self.ordered_amount, self.currency_id
                    ),
                    agreed=format_amount(self.env, self.amount, self.currency_id),
                )
            )
        promises = self.milestone_ids.filtered(lambda milestone: not milestone.done_date)
        if promises:
            parts.append(
                self.env._(
                    "%(count)s promises open, %(late)s late",
                    count=len(promises),
                    late=len(promises.filtered("is_late")),
                )
            )
        return " · ".join(parts) or False

    def _move_quotations(self, successor):
        super()._move_quotations(successor)
        self.order_ids.filtered(
            lambda order: order.state in ("draft", "sent")
        ).contract_id = successor
