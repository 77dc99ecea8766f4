from datetime import date

from odoo.tests import HttpCase, freeze_time
from odoo.tools import mute_logger

from ..common import SalesPlanningCommon

TODAY = date(2026, 3, 2)
DEADLINE = date(2026, 3, 10)
MONTHS = range(1, 13)


class NegotiationCommon(SalesPlanningCommon):
    """A region led by Sun Yu, with the targets of two salespeople in it; nobody's rights are
    wider than a salesperson's, only the manager plans.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.startClassPatcher(freeze_time(TODAY))
        cls.region_leader = cls._create_user("sun.yu", "sales_team.group_sale_salesman")
        cls.top = cls._create_target(
            dict.fromkeys(MONTHS, 220),
            territory_id=cls.region.id,
            responsible_id=cls.region_leader.id,
        )
        cls.target, cls.other_target = (
            cls._create_target(dict.fromkeys(MONTHS, number), user_id=user.id, parent_id=cls.top.id)
            for user, number in ((cls.seller, 100), (cls.other_seller, 120))
        )
        cls.plan.proposal_deadline = DEADLINE

    @classmethod
    def _proposals(cls, target, user=None):
        proposals = cls.env["sales.target.proposal"].search([("target_id", "=", target.id)])
        return cls._as(user or target.responsible_id, proposals)

    @classmethod
    def _start(cls):
        cls._as(cls.manager, cls.plan).action_start_proposals()

    @classmethod
    def _submit(cls, target, number=90):
        """The owner proposes the same number for each month and hands it in."""
        cls._proposals(target).write({"proposed": number})
        cls._as(target.responsible_id, target).action_submit_proposal()

    @classmethod
    def _approve_plan(cls):
        cls._as(cls.manager, cls.plan).action_approve()

    def _activities(self, user):
        return self.env["mail.activity"].search(
            [("res_model", "=", "sales.target.plan"), ("user_id", "=", user.id)]
        )

    def _numbers(self, plan=None):
        """:return: dict of cell id → the numbers that people set there"""
        self.env.invalidate_all()
        cells = (plan or self.plan).target_ids.cell_ids
        return {
            cell.id: (cell.assigned, cell.stretch, cell.challenge, cell.proposed) for cell in cells
        }


class NegotiationRpcCase(NegotiationCommon, HttpCase):
    """Calls the server as a program does, or somebody with a browser's console."""

    def _call(self, user, record, method, *args, **kwargs):
        """:return: (result, sentence of the error)"""
        self.authenticate(user.login, user.login)
        with mute_logger("odoo.http", "odoo.sql_db"):
            answer = self.url_open(
                f"/web/dataset/call_kw/{record._name}/{method}",
                json={
                    "jsonrpc": "2.0",
                    "method": "call",
                    "id": 0,
                    "params": {
                        "model": record._name,
                        "method": method,
                        "args": [record.ids, *args] if record else list(args),
                        "kwargs": {
                            "context": {"allowed_company_ids": user.company_ids.ids},
                            **kwargs,
                        },
                    },
                },
            ).json()
        self.env.invalidate_all()
        error = answer.get("error")
        return answer.get("result"), error and error["data"]["message"]

    def _assert_refused(self, user, record, method, *args, message):
        """Nothing changes, and the sentence says why."""
        before = self._numbers()
        _result, error = self._call(user, record, method, *args)
        self.assertRegex(error or "", message)
        self.assertEqual(self._numbers(), before)
