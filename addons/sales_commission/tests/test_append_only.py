from psycopg2.errors import RestrictViolation

from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import SalesCommissionCommon


@tagged("post_install", "-at_install", "sales_commission")
class TestAppendOnly(SalesCommissionCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        plan = cls._create_plan()
        cls._sell(100)
        cls.run_record = cls._create_run(plan_id=plan.id)
        cls.earning = cls.env["sales.commission.earning"].search(
            [("run_id", "=", cls.run_record.id)]
        )

    def test_the_orm_refuses_every_change(self):
        for change in (
            lambda: self.earning.write({"amount": 5}),
            lambda: self.earning.unlink(),
            lambda: self.earning.copy(),
            lambda: self.earning.create({"amount": 5}),
        ):
            with self.assertRaisesRegex(UserError, "never edited"):
                change()

    @mute_logger("odoo.sql_db")
    def test_the_database_refuses_updates_always(self):
        with self.assertRaisesRegex(RestrictViolation, "never change"), self.cr.savepoint():
            self.cr.execute("UPDATE sales_commission_earning SET amount = 5")
        with self.assertRaisesRegex(RestrictViolation, "never change"), self.cr.savepoint():
            self.cr.execute("TRUNCATE sales_commission_earning")

    @mute_logger("odoo.sql_db")
    def test_the_database_refuses_the_rest_once_approved(self):
        delete = "DELETE FROM sales_commission_earning WHERE run_id = %s"
        insert = """
            INSERT INTO sales_commission_earning (
                run_id, statement_id, company_id, kind, role, payee_id, plan_id, rule_id,
                entry_id, date, currency_id, base, rate, amount)
            SELECT run_id, statement_id, company_id, 'other', role, payee_id, plan_id, rule_id,
                   entry_id, date, currency_id, base, rate, amount
              FROM sales_commission_earning WHERE run_id = %s
        """
        self.run_record.action_approve()
        self.env.flush_all()
        for query in (delete, insert):
            with (
                self.assertRaisesRegex(RestrictViolation, "its earnings stand"),
                self.cr.savepoint(),
            ):
                self.cr.execute(query, (self.run_record.id,))

    def test_a_merged_payee_keeps_the_statement(self):
        self.env.flush_all()
        self.cr.execute(
            "UPDATE sales_commission_earning SET payee_id = %s WHERE id = %s",
            (self.wang_wei.partner_id.id, self.earning.id),
        )
        self.assertEqual(self.cr.rowcount, 1)
