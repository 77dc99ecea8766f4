from odoo import fields
from odoo.fields import Command
from odoo.tests import new_test_user
from odoo.tools import SQL

from odoo.addons.sale.tests.common import SaleCommon

# A year without demo data: what these tests find, they made themselves.
YEAR = 2019
MARCH = (f"{YEAR}-03-01", f"{YEAR}-03-31")
APRIL = (f"{YEAR}-04-01", f"{YEAR}-04-30")
MAY = (f"{YEAR}-05-01", f"{YEAR}-05-31")


class SalesCommissionCommon(SaleCommon):
    """Two salespeople, a supervisor and a manager, with factories for plans, sales and runs."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company = cls.env.company
        cls.li_na = cls._create_user("li_na", "sales_team.group_sale_salesman")
        cls.wang_wei = cls._create_user("wang_wei", "sales_team.group_sale_salesman")
        cls.supervisor = cls._create_user("supervisor", "sales_team.group_sale_salesman_all_leads")
        cls.manager = cls._create_user("manager", "sales_team.group_sale_manager")

    @classmethod
    def _create_user(cls, login, groups, **values):
        return new_test_user(
            cls.env, login=f"commission_{login}", name=login, groups=groups, **values
        )

    @classmethod
    def _create_plan(cls, *rules, approve=True, **values):
        """Create a plan of 2019; each rule is a dict of values over a flat 2 % on orders."""
        plan = cls.env["sales.commission.plan"].create(
            {
                "name": "Plan",
                "date_from": f"{YEAR}-01-01",
                "rule_ids": [
                    Command.create({"name": "Flat", "event": "booked", "rate": 2.0, **rule})
                    for rule in rules or ({},)
                ],
                **values,
            }
        )
        if approve:
            plan.action_approve()
        return plan

    @classmethod
    def _create_run(cls, period=MARCH, calculate=True, approve=False, **values):
        run = cls.env["sales.commission.run"].create(
            {"date_from": period[0], "date_to": period[1], **values}
        )
        if calculate or approve:
            run.action_calculate()
        if approve:
            run.action_approve()
        return run

    @classmethod
    def _sell(cls, *amounts, user=None, date=f"{YEAR}-03-15", **values):
        """Insert ledger entries straight into the database, one per amount.

        :return: the entries
        """
        rows = [
            {
                "company_id": cls.company.id,
                "currency_id": cls.company.currency_id.id,
                "event": "booked",
                "date": date,
                "reference": f"S{number:05}",
                "amount": amount,
                "margin": amount,
                "quantity": 1,
                "user_id": (cls.li_na if user is None else user).id or None,
                "posting_no": 1,
                **values,
            }
            for number, amount in enumerate(amounts, start=1)
        ]
        columns = SQL(", ").join(map(SQL.identifier, rows[0]))
        placeholders = SQL(", ").join(SQL("%s", tuple(row.values())) for row in rows)
        inserted = cls.env.execute_query(
            SQL("INSERT INTO sales_ledger_entry (%s) VALUES %s RETURNING id", columns, placeholders)
        )
        return cls.env["sales.ledger.entry"].browse(entry_id for (entry_id,) in inserted)

    @classmethod
    def _confirm_order(cls, price, user=None, date=f"{YEAR}-03-15", **values):
        """Confirm an order of one line; its ledger entry is posted by the next reader."""
        order = cls.env["sale.order"].create(
            {
                "partner_id": cls.partner.id,
                "user_id": (user or cls.li_na).id,
                "order_line": [
                    Command.create(
                        {
                            "product_id": cls.product.id,
                            "product_uom_qty": 1,
                            "price_unit": price,
                            "tax_ids": [Command.clear()],
                        }
                    )
                ],
                **values,
            }
        )
        order.action_confirm()
        order.date_order = fields.Datetime.to_datetime(f"{date} 12:00:00")
        return order

    def _get_rows(self, run):
        """:return: the run's earnings as comparable tuples, in the order of the sales"""
        return [
            (
                earning.entry_id.id,
                earning.rule_id.id,
                earning.payee_id.id,
                earning.base,
                earning.rate,
                earning.amount,
            )
            for earning in self._get_earnings(run)
        ]

    def _get_earnings(self, run):
        earnings = self.env["sales.commission.earning"].search([("run_id", "=", run.id)])
        return earnings.sorted(lambda earning: (earning.entry_id.id, earning.rule_id.id))
