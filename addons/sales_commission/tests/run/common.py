from odoo.fields import Command
from odoo.tools import SQL

from ..common import APRIL, MARCH, MAY, YEAR, SalesCommissionCommon

JUNE = (f"{YEAR}-06-01", f"{YEAR}-06-30")


class CommissionRunCommon(SalesCommissionCommon):
    """Runs of one plan, and somebody besides the manager who may approve them."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["sales.approval.rule"].search([]).active = False
        cls.second_manager = cls._create_user("second_manager", "sales_team.group_sale_manager")

    @classmethod
    def _create_stranger(cls):
        """:return: an administrator of sales in another company"""
        company = cls.env["res.company"].create({"name": "Second"})
        return cls._create_user(
            "stranger",
            "sales_team.group_sale_manager",
            company_id=company.id,
            company_ids=[Command.set(company.ids)],
        )

    @classmethod
    def _limit(cls, basis, threshold, approver=None):
        """:return: an approval rule for runs, decided by one user"""
        return cls.env["sales.approval.rule"].create(
            {
                "name": basis,
                "model": "sales.commission.run",
                "basis": basis,
                "threshold": threshold,
                "step_ids": [
                    Command.create({"kind": "user", "user_id": (approver or cls.second_manager).id})
                ],
            }
        )

    @classmethod
    def _settle_months(cls, plan, amount=1000):
        """Settle March, April and May with the same sale each, of Li Na."""
        for period in (MARCH, APRIL, MAY):
            cls._sell(amount, date=period[0])
            cls._create_run(period, approve=True, plan_id=plan.id)

    def _get_checks(self, run, kind):
        return run.check_ids.filtered(lambda check: check.kind == kind)

    @classmethod
    def _set(cls, record, **values):
        """Write past every guard, as somebody with psql does."""
        cls.env.flush_all()
        for name, value in values.items():
            cls.env.cr.execute(
                SQL(
                    "UPDATE %s SET %s = %s WHERE id = ANY(%s)",
                    SQL.identifier(record._table),
                    SQL.identifier(name),
                    value,
                    record.ids,
                )
            )
        cls.env.invalidate_all()
