from datetime import date

from odoo.tools import SQL

from odoo.addons.sales_system.tests.common import SalesSystemCommon


class SalesPlanningCommon(SalesSystemCommon):
    """On top of the small company: a draft plan of orders booked in 2026, by month."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.plan = cls._create_plan()

    @classmethod
    def _create_plan(cls, **values):
        return cls.env["sales.target.plan"].create(
            {
                "name": "Orders 2026",
                "company_id": cls.company.id,
                "date_from": date(2026, 1, 1),
                "date_to": date(2026, 12, 31),
                **values,
            }
        )

    @classmethod
    def _create_target(cls, numbers=None, plan=None, **dimensions):
        """:param dict numbers: month of 2026 → target"""
        target = cls.env["sales.target"].create({"plan_id": (plan or cls.plan).id, **dimensions})
        for month, number in (numbers or {}).items():
            cls._cell(target, month).assigned = number
        return target

    @staticmethod
    def _cell(target, month):
        return target.cell_ids.filtered(lambda cell: cell.date_from.month == month)

    @classmethod
    def _post(cls, day, amount, company=None, event="booked", margin=0, quantity=0, **dimensions):
        """Put an entry into the ledger, as a document or an import would."""
        company = company or cls.company
        values = {
            "company_id": company.id,
            "currency_id": company.currency_id.id,
            "event": event,
            "date": day,
            "amount": amount,
            "margin": margin,
            "quantity": quantity,
            "posting_no": 1,
            **{name: record.id for name, record in dimensions.items()},
        }
        cls.env.flush_all()
        cls.env.cr.execute(
            SQL(
                "INSERT INTO sales_ledger_entry (%s) VALUES %s",
                SQL(", ").join(map(SQL.identifier, values)),
                tuple(values.values()),
            )
        )
        cls.env["sales.ledger.entry"].invalidate_model()

    def _actuals(self, target):
        """:return: dict of month → actual, of the months that have one"""
        target.plan_id.action_refresh()
        return {cell.date_from.month: cell.actual for cell in target.cell_ids if cell.actual}

    def _drilled(self, record, figure="amount"):
        """:return: the sum of the ledger entries that the record's drill-down lists"""
        action = record.action_open_ledger()
        return sum(self.env["sales.ledger.entry"].search(action["domain"]).mapped(figure))
