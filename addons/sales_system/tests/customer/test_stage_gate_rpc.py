from odoo.tests import tagged
from odoo.tools import mute_logger

from ..common import RpcCase
from .follow_up_common import FollowUpCommon


@tagged("post_install", "-at_install", "sales_system")
class TestFollowUpRpc(FollowUpCommon, RpcCase):
    """What the screens refuse, a program that calls the server is refused as well."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.gate = cls.env["sales.stage.gate"].create(
            {
                "stage_id": cls.offer_stage.id,
                "field_ids": cls.env["ir.model.fields"]._get("crm.lead", "phone").ids,
                "allow_override": True,
            }
        )
        cls.lead = cls._create_lead()
        cls.env.flush_all()

    def test_the_gate(self):
        move = {"stage_id": self.offer_stage.id}
        reason = {"context": {"sales_gate_reason": "Because"}}
        for method, args, kwargs in (
            ("write", [move], {}),
            ("web_save", [move, {"stage_id": {}}], {}),
            ("write", [move], reason),
        ):
            with self.subTest(method=method, kwargs=kwargs):
                _result, error = self._call(self.seller, self.lead, method, *args, **kwargs)
                self.assertIn("Missing: Phone", error)
        values = {"name": "X", "type": "opportunity", **move}
        _result, error = self._call(self.seller, self.env["crm.lead"], "create", [values])
        self.assertIn("Missing: Phone", error)
        self.assertEqual(self.lead.stage_id, self.first_stage)
        _result, error = self._call(self.seller, self.lead, "write", {"phone": "1", **move})
        self.assertFalse(error)
        self.assertEqual(self.lead.stage_id, self.offer_stage)

    @mute_logger("odoo.sql_db")
    def test_what_makes_no_sense(self):
        rule = self._create_rule(leader_days=5, return_days=8)
        level = self.env["sales.customer.level"].create({"name": "Z"})
        self.env.flush_all()
        for record, values, sentence in (
            (rule, {"remind_days": -1}, "between 0 and 1000"),
            (rule, {"return_days": 1001}, "between 0 and 1000"),
            (rule, {"remind_days": 0, "leader_days": 0, "return_days": 0}, "one step at least"),
            (rule, {"return_days": 4}, "after 5 days does not come before"),
            (rule, {"level_id": level.id}, "empty those"),
            (self.gate, {"document_count": -1}, "not for fewer than none"),
            (self.lead, {"lost_price": -1}, "cannot be negative"),
        ):
            with self.subTest(values=values):
                _result, error = self._call(self.manager, record, "write", values)
                self.assertIn(sentence, error)
        self.assertRecordValues(rule, [{"remind_days": 3, "leader_days": 5, "return_days": 8}])
        _result, error = self._call(
            self.manager, self.gate.browse(), "create", [{"stage_id": self.offer_stage.id}]
        )
        self.assertIn("has a gate for this team already", error)
        self.manager.group_ids += self.env.ref("base.group_system")
        self.env.flush_all()
        _result, error = self._call(
            self.manager, self.company, "write", {"sales_response_hours": -1}
        )
        self.assertIn("0 to 1000 working hours", error)

    def test_others_may_not(self):
        rules = self.env["sales.follow.up.rule"]
        follow_ups = self.env["sales.follow.up"]
        moves = self.lead.stage_move_ids
        for user, record, method, args in (
            (self.seller, rules, "create", [[{"name": "Mine"}]]),
            (self.seller, self.gate, "write", [{"active": False}]),
            (self.seller, self.gate, "unlink", []),
            (self.seller, self.env["sales.stage.gate.pass"], "create", [[{"reason": "x"}]]),
            (self.seller, moves, "write", [{"days": 1}]),
            (self.seller, moves, "unlink", []),
            (self.seller, follow_ups, "create", [[{"step": "remind"}]]),
            (self.other_seller, moves, "read", [["days"]]),
            (self.outsider, follow_ups, "search_read", [[]]),
            (self.outsider, self.env["sales.today"], "search_read", [[]]),
            (self.outsider, self.env["sales.silent.customer"], "search_read", [[]]),
            (self.outsider, self.env["sales.lead.stage.report"], "search_read", [[]]),
            (self.outsider, self.lead, "write", [{"stage_id": self.won_stage.id}]),
        ):
            with self.subTest(user=user.login, model=record._name, method=method):
                _result, error = self._call(user, record, method, *args)
                self.assertTrue(error)

    def test_fields_of_the_opportunity_and_no_others(self):
        fields = self.env["ir.model.fields"]
        domain = [("model", "in", ("crm.lead", "res.users", "ir.cron"))]
        rows, error = self._call(self.manager, fields, "search_read", domain, ["model"])
        self.assertFalse(error)
        self.assertEqual({row["model"] for row in rows}, {"crm.lead"})
        _rows, error = self._call(self.leader, fields, "search_read", domain, ["model"])
        self.assertTrue(error)
        self.manager.group_ids += self.env.ref("base.group_system")
        self.env.flush_all()
        rows, error = self._call(self.manager, fields, "search_read", domain, ["model"])
        self.assertEqual(len({row["model"] for row in rows}), 3)

    def test_private_steps(self):
        for record, method, args in (
            (self.env["sales.follow.up"], "_follow_up", []),
            (self.env["sales.follow.up"], "_note_due", ["lead", []]),
            (self.env["sales.follow.up.rule"], "_cron_follow_up", []),
            (self.lead, "_follow_stages", [{}]),
            (self.lead, "_touch_contact", ["2026-03-02 09:00:00"]),
        ):
            with self.subTest(method=method):
                _result, error = self._call(self.manager, record, method, *args)
                self.assertTrue(error)
