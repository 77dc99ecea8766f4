from odoo import fields, models
from odoo.exceptions import UserError


class SalesCommissionStatement(models.Model):
    """Vendor bills for agents and dealers, as drafts that accounting looks at and posts.

    What a payee owes becomes a vendor credit note: it stands in the books at once, and
    accounting sets it off against the next bill.
    """

    _inherit = "sales.commission.statement"

    # === ACTION METHODS === #
    def action_create_bills(self):
        self._check_payable()
        for statement in self.sudo():
            if error := statement._billing_error_message():
                raise UserError(error)
        for company, statements in self.sudo().grouped("company_id").items():
            statements.with_company(company)._bill()
        return True

    # === BUSINESS METHODS === #
    def _bill(self):
        """Draft the bills of one company's statements. As superuser: a sales manager prepares
        them, whatever accounting lets them do."""
        bills = self.env["account.move"].create([one._prepare_bill() for one in self])
        today = fields.Date.context_today(self)
        values_list = []
        for statement, bill in zip(self, bills, strict=True):
            statement._check_bill(bill)
            values_list.append(
                {
                    **statement._prepare_payout_values("bill", today),
                    "has_move": True,
                    "move_id": bill.id,
                }
            )
        self.env["sales.commission.payout"].create(values_list)

    def _billing_error_message(self):
        """:return: why no bill can be made, or False"""
        self.ensure_one()
        company = self.company_id
        values = {"statement": self.display_name, "company": company.name}
        if not self.is_external:
            return self.env._(
                "%(payee)s is a user of the company, and commission of colleagues is paid with "
                "their wages. Mark statement %(statement)s as paid instead.",
                payee=self.payee_id.name,
                **values,
            )
        if not self._get_bill_journal():
            return self.env._(
                "%(company)s has no purchase journal, so statement %(statement)s cannot be "
                "billed. Create the journal in accounting.",
                **values,
            )
        payee = self.payee_id.with_company(company)
        if not payee.property_account_payable_id:
            return self.env._(
                "%(payee)s has no account payable in %(company)s, so statement %(statement)s "
                "cannot be billed. Enter it on the contact.",
                payee=payee.name,
                **values,
            )
        if not self._get_bill_account():
            return self.env._(
                "Commission has no expense account in %(company)s, so statement %(statement)s "
                "cannot be billed. Choose the account in the settings, or on the product "
                "%(product)s.",
                product=self._get_bill_product().display_name,
                **values,
            )
        return False

    def _get_bill_journal(self):
        journals = self.env["account.journal"].with_company(self.company_id)
        return journals.search(
            [*journals._check_company_domain(self.company_id), ("type", "=", "purchase")], limit=1
        )

    def _get_bill_product(self):
        return self.company_id.sales_commission_product_id or self.env.ref(
            "sales_commission.product_commission", raise_if_not_found=False
        )

    def _get_bill_account(self):
        """:return: the account of the cost: that of the settings, the product or the journal"""
        company = self.company_id
        product = self._get_bill_product()
        accounts = (
            product.with_company(company).product_tmpl_id.get_product_accounts() if product else {}
        )
        return (
            company.sales_commission_expense_account_id
            or accounts.get("expense")
            or self._get_bill_journal().default_account_id
        )

    def _prepare_bill(self):
        """:return: dict of a vendor bill, or of a credit note where the payee owes"""
        self.ensure_one()
        return {
            "move_type": "in_invoice" if self.amount > 0 else "in_refund",
            "company_id": self.company_id.id,
            "journal_id": self._get_bill_journal().id,
            "partner_id": self.payee_id.id,
            "currency_id": self.currency_id.id,
            "ref": self.display_name,
            "invoice_origin": self.run_id.name,
            "invoice_line_ids": [
                fields.Command.create(
                    {
                        "product_id": self._get_bill_product().id,
                        "account_id": self._get_bill_account().id,
                        "name": self.env._(
                            "Sales commission %(statement)s", statement=self.display_name
                        ),
                        "quantity": 1,
                        "price_unit": abs(self.amount),
                    }
                )
            ],
        }

    def _check_bill(self, bill):
        """:raises UserError: prices cannot hold the amount of the statement"""
        price = sum(bill.invoice_line_ids.mapped("price_unit"))
        if self.currency_id.compare_amounts(price, abs(self.amount)) != 0:
            raise UserError(
                self.env._(
                    "A price cannot hold the amount of statement %(statement)s, %(amount)s. "
                    "Raise the decimal accuracy of “Product Price”.",
                    statement=self.display_name,
                    amount=self.amount,
                )
            )
