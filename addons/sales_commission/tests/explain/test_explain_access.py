from odoo.exceptions import AccessError
from odoo.tests import new_test_user, tagged

from odoo.addons.sales_system.tests.common import RpcCase

from ..common import MARCH, SalesCommissionCommon


@tagged("post_install", "-at_install", "sales_commission")
class TestExplainAccess(SalesCommissionCommon, RpcCase):
    """Salespeople ask about their own sales, leaders about their teams', managers about all."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.leader = cls._create_user("leader", "sales_system.group_sale_salesman_team")
        cls.team = cls.env["crm.team"].create(
            {"name": "East", "user_id": cls.leader.id, "company_id": cls.company.id}
        )
        cls._create_plan({"user_id": cls.manager.id})
        cls.own = cls._sell(100, team_id=cls.team.id)
        cls.other = cls._sell(70, user=cls.wang_wei)

    def _ask(self, user, **values):
        explain = (
            self.env["sales.commission.explain"]
            .with_user(user)
            .create({"date_from": MARCH[0], "date_to": MARCH[1], **values})
        )
        explain.action_explain()
        return explain

    def test_by_level(self):
        for user, entries in (
            (self.li_na, self.own),
            (self.wang_wei, self.other),
            (self.leader, self.own),
            (self.supervisor, self.own + self.other),
            (self.manager, self.own + self.other),
        ):
            with self.subTest(user=user.name):
                explain = self._ask(user)
                self.assertEqual(explain.line_ids.sudo().entry_id, entries)
                self.assertEqual(
                    sum(explain.total_ids.mapped("amount")), sum(entries.mapped("amount"))
                )

    def test_a_salesperson_cannot_ask_for_somebody_else(self):
        explain = self._ask(self.li_na, payee_id=self.wang_wei.partner_id.id)
        self.assertEqual(explain.line_ids.sudo().entry_id, self.own)

    def test_an_answer_is_seen_by_who_asked(self):
        explain = self._ask(self.manager)
        for records in (explain, explain.line_ids, explain.total_ids):
            with self.subTest(model=records._name):
                _result, error = self._call(self.li_na, records, "read", [])
                self.assertTrue(error)
                result, _error = self._call(
                    self.li_na, self.env[records._name], "search_read", [("id", "in", records.ids)]
                )
                self.assertEqual(result, [])

    def test_an_answer_is_not_written_by_hand(self):
        explain = self._ask(self.li_na)
        _result, error = self._call(self.li_na, explain.line_ids, "write", {"reason": "capped"})
        self.assertIn("not allowed to modify", error)
        _result, error = self._call(self.li_na, explain, "write", {"line_ids": [[5, 0, 0]]})
        self.assertTrue(error)

    def test_whoever_sells_nothing_asks_nothing(self):
        outsider = new_test_user(self.env, login="explain_outsider", groups="base.group_user")
        with self.assertRaises(AccessError):
            self._ask(outsider)
        _result, error = self._call(outsider, self.env["sales.commission.explain"], "create", {})
        self.assertIn("not allowed to create", error)
