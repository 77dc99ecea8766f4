from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import tagged

from ..common import RpcCase
from .segment_common import SegmentCommon


@tagged("post_install", "-at_install", "sales_system")
class TestSegmentAccess(SegmentCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.segment._snapshot()
        cls._book(cls.shop, "2026-06-15", 10)
        cls._book(cls.shop, cls.segment.date_from, 100)

    def test_everybody_reads_segments_and_sizes(self):
        for user in (self.seller, self.leader, self.manager):
            with self.subTest(user=user.login):
                self.assertEqual(self._as(user, self.segment).size, 2)
                sizes = self._as(user, self.env["sales.market.segment.size"])
                self.assertEqual(
                    sizes.search([("segment_id", "=", self.segment.id)], limit=1).size, 2
                )
        with self.assertRaises(AccessError):
            self._as(self.outsider, self.segment).read(["name"])

    def test_members_are_those_whom_one_may_see(self):
        nobodys = self._create_shop("Nobody's")
        pooled = self._create_shop("Pooled")
        # of a team that neither of the two is in
        team = self.env["crm.team"].create({"name": "Far", "company_id": self.company.id})
        pool = self.env["sales.pool"].create(
            {
                "name": "Closed",
                "company_id": self.company.id,
                "team_ids": [Command.set(team.ids)],
            }
        )
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE res_partner SET pool_id = %s WHERE id = %s", [pool.id, pooled.id]
        )
        self.env.invalidate_all()
        self.segment._snapshot()
        for user, expected in (
            (self.seller, self.shop | nobodys),
            (self.other_seller, self.other_shop | nobodys),
            (self.leader, self.shop | self.other_shop | nobodys | pooled),
        ):
            with self.subTest(user=user.login):
                members = self._as(user, self.env["sales.market.segment.member"]).search(
                    [("segment_id", "=", self.segment.id)]
                )
                self.assertEqual(set(members.partner_id.ids), set(expected.ids))
                window = self._as(user, self.segment).action_open_members()
                found = self._as(user, self.env["res.partner"]).search(window["domain"])
                self.assertEqual(set(found.ids), set(expected.ids))
        self.assertFalse(self._as(self.seller, self.other_shop).market_segment_ids)
        self.assertEqual(self._as(self.seller, self.shop).market_segment_ids.ids, self.segment.ids)

    def test_sales_are_those_of_the_ledger(self):
        for user, expected in ((self.seller, 1), (self.other_seller, 0), (self.leader, 1)):
            with self.subTest(user=user.login):
                rows = self._as(user, self.env["sales.market.segment.report"])
                domain = [
                    ("segment_id", "=", self.segment.id),
                    ("date", "=", self.segment.date_from),
                ]
                self.assertEqual(rows.search_count(domain), expected)

    def test_another_company(self):
        stranger = self._create_stranger()
        for model in ("", ".member", ".size", ".report"):
            with self.subTest(model=model):
                records = self._as(stranger, self.env[f"sales.market.segment{model}"])
                field = "segment_id" if model else "id"
                self.assertFalse(records.search([(field, "=", self.segment.id)]))
        with self.assertRaises(AccessError):
            self._as(stranger, self.segment).action_snapshot()
        with self.assertRaisesRegex(UserError, "no administrator of Sales in Other"):
            self._create_segment("Foreign", company_id=stranger.company_id.id)


@tagged("post_install", "-at_install", "sales_system")
class TestSegmentRpc(SegmentCommon, RpcCase):
    def test_who_may_not(self):
        self.segment._snapshot()
        member = self.segment.member_ids[:1]
        model = self.segment.browse()
        for user, record, method, args in (
            (self.seller, self.segment, "action_snapshot", ()),
            (self.seller, self.segment, "action_take_over", ()),
            (self.seller, self.segment, "write", ({"is_target": True},)),
            (self.leader, self.segment, "write", ({"is_target": True},)),
            (self.leader, model, "create", ([{"name": "Mine"}],)),
            (self.manager, self.segment, "write", ({"size": 9},)),
            (self.manager, self.segment, "write", ({"user_id": self.leader.id},)),
            (self.manager, model, "create", ([{"name": "x", "user_id": self.leader.id}],)),
            (self.manager, self.segment, "write", ({"domain": "[('company_id', '=', 1)]"},)),
            (self.manager, self.segment, "write", ({"domain": 7},)),
            (self.manager, self.segment, "_snapshot", ()),
            (self.manager, member, "write", ({"date_to": "2026-01-01"},)),
            (self.manager, member, "unlink", ()),
            (self.outsider, self.segment, "action_open_members", ()),
        ):
            with self.subTest(user=user.login, method=method, args=args):
                _result, error = self._call(user, record, method, *args)
                self.assertTrue(error)
        self.assertRecordValues(
            self.segment,
            [
                {
                    "is_target": False,
                    "size": 2,
                    "user_id": self.manager.id,
                    "domain": "[('city', '=', 'Shanghai')]",
                }
            ],
        )

    def test_who_may(self):
        result, error = self._call(self.manager, self.segment, "action_snapshot")
        self.assertFalse(error)
        self.assertIn("2 came", result["params"]["message"])
        window, error = self._call(self.seller, self.segment, "action_open_members")
        self.assertFalse(error)
        found, _error = self._call(
            self.seller, self.env["res.partner"], "search_count", window["domain"]
        )
        self.assertEqual(found, 1)
