from odoo.tests import tagged

from .common import SalesCommissionCommon


@tagged("post_install", "-at_install", "sales_commission")
class TestPerformance(SalesCommissionCommon):
    def test_the_number_of_queries_does_not_depend_on_the_sales(self):
        self._create_plan()
        counts = [self._count_queries(10, month=3), self._count_queries(200, month=4)]
        self.assertEqual(counts[0], counts[1])
        self.assertLess(counts[0], 70)

    def _count_queries(self, size, month):
        """Settle a month with as many payees as a tenth of its sales.

        :return: number of queries of the calculation
        """
        users = [
            self._create_user(f"payee_{month}_{number}", "sales_team.group_sale_salesman")
            for number in range(size // 10)
        ]
        for user in users:
            self._sell(*range(100, 110), user=user, date=f"2019-{month:02}-10")
        run = self._create_run((f"2019-{month:02}-01", f"2019-{month:02}-28"), calculate=False)
        # What the sales themselves post is not the run's doing.
        self.env["sales.ledger.posting"]._post_pending()
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.cr.sql_log_count
        run.action_calculate()
        self.env.flush_all()
        count = self.cr.sql_log_count - before
        self.assertEqual(run.earning_count, size)
        return count
