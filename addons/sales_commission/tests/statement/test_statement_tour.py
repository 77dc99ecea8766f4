from odoo.tests import HttpCase, tagged

from ..common import SalesCommissionCommon


@tagged("post_install", "-at_install", "sales_commission", "sales_tour")
class TestStatementTour(SalesCommissionCommon, HttpCase):
    def test_question_a_line(self):
        self.company.sales_commission_manager_id = self.manager
        self._create_plan()
        self._sell(1000, 500.5)
        run = self._create_run(approve=True, name="Tour 2019-03")
        self.start_tour("/odoo", "sales_commission_question_line", login=self.li_na.login)
        question = run.statement_ids.question_ids
        self.assertRecordValues(
            question, [{"text": "Was this not shared?", "user_id": self.manager.id}]
        )
        self.assertTrue(question.earning_id)
