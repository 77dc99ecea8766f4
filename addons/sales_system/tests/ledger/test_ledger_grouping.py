from unittest.mock import patch

from odoo.tests import tagged

from ..common import SalesSystemCommon


@tagged("post_install", "-at_install", "sales_system")
class TestLedgerGrouping(SalesSystemCommon):
    """The quick way to group answers what the ORM's own way answers, in the same order."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.seller.name, cls.other_seller.name = "Zoe", "Adam"
        for month in ("2026-01", "2026-02", "2026-03"):
            for user in (cls.seller, cls.other_seller, cls.leader):
                order = cls._create_order([(1, 10.0)], user_id=user.id)
                order.date_order = f"{month}-10"
        cls._create_order([(1, 5.0)], user_id=False, territory_id=False)
        cls.env["sales.ledger.posting"]._post_pending()
        cls.entries = cls.env["sales.ledger.entry"]
        cls.domain = [("company_id", "=", cls.company.id)]

    def _assert_same(self, read):
        quick = read()
        with patch.object(type(self.entries), "_is_order_of", lambda *args: False):
            self.assertEqual(quick, read())
        return quick

    def test_groups(self):
        for groupby in (
            ["user_id"],
            ["date:month", "user_id"],
            ["territory_id", "user_id", "date:quarter"],
            ["event", "partner_id"],
            ["late_for:month"],
        ):
            with self.subTest(groupby=groupby):
                self._assert_same(
                    lambda groupby=groupby: self.entries.formatted_read_group(
                        self.domain, groupby, ["amount:sum", "__count"]
                    )
                )

    def test_pivot(self):
        sets = [[], ["user_id"], ["date:month"], ["user_id", "date:month"]]
        self._assert_same(
            lambda: self.entries.formatted_read_grouping_sets(self.domain, sets, ["amount:sum"])
        )

    def test_names_are_in_order(self):
        groups = self.entries.formatted_read_group(self.domain, ["user_id"], ["__count"])
        names = [group["user_id"] and group["user_id"][1] for group in groups]
        self.assertEqual((names[0], names[-1]), ("Adam", False))

    def test_pages_of_groups(self):
        self._assert_same(
            lambda: self.entries.formatted_read_group(
                self.domain, ["user_id"], ["__count"], limit=2, offset=1
            )
        )

    def test_under_the_rule_of_a_leader(self):
        """One statement for the groups and one for the teams that the rule means."""
        leader = self._create_user("east", "sales_system.group_sale_salesman_team")
        team = self.env["crm.team"].create({"name": "East", "user_id": leader.id})
        self._create_order([(1, 7.0)], team_id=team.id)
        self._create_order([(1, 8.0)], team_id=team.id, user_id=self.other_seller.id)
        self.env["sales.ledger.posting"]._post_pending()
        self.entries = self._as(leader, self.entries)
        groups = self._assert_same(
            lambda: self.entries.formatted_read_group(self.domain, ["user_id"], ["amount:sum"])
        )
        self.assertEqual([group["amount:sum"] for group in groups], [8.0, 7.0])
        with self.assertQueryCount(2):
            self.entries._read_group(self.domain, ["user_id"], ["amount:sum"], order="user_id")

    def test_one_statement_for_all_entries(self):
        self.entries.formatted_read_group(self.domain, ["user_id"], ["amount:sum"])
        with self.assertQueryCount(1):
            self.entries._read_group(self.domain, ["user_id"], ["amount:sum"], order="user_id")
