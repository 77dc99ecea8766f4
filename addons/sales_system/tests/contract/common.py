from contextlib import contextmanager

from odoo.fields import Command
from odoo.tests import freeze_time

from ..common import SalesSystemCommon

TODAY = "2026-06-15"


class ContractMixin:
    """A framework contract of a year over 500 bikes at a price of its own."""

    @classmethod
    def _create_contract(cls, lines=None, milestones=(), state="draft", **values):
        """:param lines: values of the lines; 500 road bikes at 900 where not given"""
        if lines is None:
            lines = [cls._line()]
        contract = cls.env["sales.contract"].create(
            {
                "partner_id": cls.customer.id,
                "company_id": cls.company.id,
                "user_id": cls.seller.id,
                "date_from": "2026-01-01",
                "date_to": "2026-12-31",
                "line_ids": [Command.create(line) for line in lines],
                "milestone_ids": [
                    Command.create({"name": "Promise", **milestone}) for milestone in milestones
                ],
                **values,
            }
        )
        if state == "active":
            cls._put_into_force(contract)
        return contract

    @classmethod
    def _line(cls, **values):
        return {
            "product_id": cls.product.id,
            "price_basis": "price",
            "price_unit": 900.0,
            "max_quantity": 500,
            **values,
        }

    @classmethod
    @freeze_time(TODAY)
    def _put_into_force(cls, contracts):
        for contract in contracts:
            contract.action_submit()
            contract.action_release()
            contract.action_activate()

    @classmethod
    @freeze_time(TODAY)
    def _call_off(cls, contract, quantity=10, product=None, confirm=True, user=None, **values):
        """:return: an order under the contract, made as a salesperson makes it"""
        orders = cls.env["sale.order"]
        order = (cls._as(user, orders) if user else orders).create(
            {
                "partner_id": contract.partner_id.id,
                "contract_id": contract.id,
                "company_id": contract.company_id.id,
                "user_id": cls.seller.id,
                "order_line": [
                    Command.create(
                        {
                            "product_id": (product or cls.product).id,
                            "product_uom_qty": quantity,
                        }
                    )
                ],
                **values,
            }
        )
        if confirm:
            order.action_confirm()
        return order

    @contextmanager
    def _refused(self, exception, message):
        """Expect a sentence, and that what was refused has left nothing behind."""
        with self.assertRaises(exception) as refusal:
            yield refusal
        self.assertRegex(str(refusal.exception), message)

    def _run_cron(self, day, name="ir_cron_sales_contract_dates"):
        with freeze_time(day), self.enter_registry_test_mode():
            self.env.ref(f"sales_system.{name}").method_direct_trigger()

    def _refreshed(self, records):
        """:return: the records after what the transaction has touched is counted"""
        self.env["sales.contract.fulfilment"]._refresh_pending()
        return records


class ContractCommon(ContractMixin, SalesSystemCommon):
    pass
