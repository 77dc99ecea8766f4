from odoo.exceptions import UserError, ValidationError
from odoo.tests import Form, tagged
from odoo.tests.common import new_test_user

from ..common import RpcCase, SalesSystemCommon
from ..organisation.common import OrganisationCommon
from .common import ChannelMixin


@tagged("post_install", "-at_install", "sales_system")
class TestChannelLevel(ChannelMixin, SalesSystemCommon):
    """The level of a channel partner, and its price list."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._create_channel()
        cls.env.ref("base.group_user").implied_ids |= cls.env.ref("product.group_product_pricelist")
        cls.gold_prices, cls.other_prices = cls.env["product.pricelist"].create(
            [{"name": name, "company_id": cls.company.id} for name in ("Gold Prices", "Others")]
        )
        cls.gold, cls.plain = cls.env["res.partner.grade"].create(
            [
                {
                    "name": "Gold Dealer",
                    "company_id": cls.company.id,
                    "default_pricelist_id": cls.gold_prices.id,
                },
                {"name": "Plain Dealer", "company_id": cls.company.id},
            ]
        )

    def test_the_page_sets_the_level_with_its_price_list(self):
        with Form(self._as(self.manager, self.distributor)) as form:
            form.grade_id = self.gold
        self.assertEqual(self.distributor.property_product_pricelist, self.gold_prices)
        order = self._create_order(partner_id=self.distributor.id, confirm=False)
        self.assertEqual(order.pricelist_id, self.gold_prices)

    def test_a_new_partner_gets_the_prices_of_its_level(self):
        partner = self._create_channel_partner("South Bikes", grade_id=self.gold.id)
        self.assertEqual(partner.property_product_pricelist, self.gold_prices)
        partner = self._create_channel_partner("West Bikes", grade_id=self.plain.id)
        self.assertFalse(partner.specific_property_product_pricelist)

    def test_another_price_list_together_with_the_level(self):
        sentence = "“Gold Dealer” brings the price list “Gold Prices.*, so “Others.* cannot be"
        both = {
            "grade_id": self.gold.id,
            "specific_property_product_pricelist": self.other_prices.id,
        }
        with self.assertRaisesRegex(UserError, sentence):
            self.distributor.write(both)
        with self.assertRaisesRegex(UserError, sentence):
            self._create_channel_partner("South Bikes", **both)
        self.assertFalse(self.distributor.grade_id)
        self.distributor.write({**both, "grade_id": self.plain.id})
        self.assertEqual(self.distributor.property_product_pricelist, self.other_prices)


@tagged("post_install", "-at_install", "sales_system")
class TestChannelHistory(ChannelMixin, SalesSystemCommon):
    """Who changed the status of a channel partner, and what becomes of one that goes."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env = cls.env(context={**cls.env.context, "tracking_disable": False})
        cls._create_channel()

    def test_the_history_says_who_and_when(self):
        self.flush_tracking()
        partner = self._as(self.manager, self.distributor).with_context(tracking_disable=False)
        partner.action_channel_suspend()
        self.flush_tracking()
        message = self.distributor.message_ids[0]
        self.assertEqual(message.author_id, self.manager.partner_id)
        tracked = message.sudo().tracking_value_ids
        self.assertEqual(
            (tracked.field_id.name, tracked.old_value_char, tracked.new_value_char),
            ("channel_state", "Active Partner", "Suspended"),
        )

    def flush_tracking(self):
        self.env.flush_all()
        self.env.cr.precommit.run()

    def test_nothing_new_goes_through_an_archived_partner(self):
        self.customer.channel_upstream_id = self.reseller
        order = self._create_order()
        self.reseller.action_archive()
        self.assertEqual(order.channel_partner_id, self.reseller)
        self.assertEqual(self._ledger(order).channel_partner_id, self.reseller)
        self.assertFalse(self._create_order().channel_partner_id)
        orphans = self.env["res.partner"].search(
            [("channel_upstream_id.active", "=", False), ("channel_upstream_id", "!=", False)]
        )
        self.assertEqual(orphans, self.customer)
        self.reseller.action_unarchive()
        self.assertEqual(self._create_order().channel_partner_id, self.reseller)

    # === MERGING === #
    def _merge(self, partners, into):
        self.env["base.partner.merge.automatic.wizard"]._merge(partners.ids, into)
        self.env.invalidate_all()

    def test_merging_keeps_tree_ledger_and_status(self):
        order = self._create_order(partner_id=self.reseller.id)
        self._ledger(order)
        self.customer.channel_upstream_id = self.reseller
        self.reseller.action_channel_suspend()
        self._merge(self.reseller | self.other_customer, self.other_customer)
        merged = self.other_customer
        self.assertRecordValues(
            merged,
            [
                {
                    "channel_type": "reseller",
                    "channel_state": "suspended",
                    "channel_upstream_id": self.distributor.id,
                }
            ],
        )
        self.assertEqual(self.customer.channel_upstream_id, merged)
        self.assertEqual(self._ledger(order).channel_partner_id, merged)

    def test_merging_a_partner_with_its_own_upstream(self):
        for into, gone in (
            (self.distributor, self.reseller),
            (self.reseller, self.distributor),
        ):
            with self.subTest(into=into.name), self.env.cr.savepoint() as savepoint:
                self._merge(self.distributor | self.reseller, into)
                self.assertFalse(gone.exists())
                self.assertFalse(into.channel_upstream_id)
                savepoint.rollback()
                self.env.invalidate_all()

    def test_merging_may_not_close_a_circle(self):
        shop = self._create_channel_partner("Shop", channel_upstream_id=self.reseller.id)
        with self.assertRaisesRegex(ValidationError, "cannot buy from"), self.env.cr.savepoint():
            self._merge(self.distributor | shop, self.distributor)
        self.env.invalidate_all()
        self.assertEqual(shop.channel_upstream_id, self.reseller)


@tagged("post_install", "-at_install", "sales_system")
class TestChannelHandover(ChannelMixin, OrganisationCommon):
    """Channel partners pass to another manager with a handover."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._create_channel()
        cls.ended = cls._create_channel_partner("Gone Bikes")
        cls.ended.action_channel_end()
        cls._create_channel_partner("Others", channel_manager_id=cls.other_seller.id)

    def _handover(self, **values):
        handover = self.env["sales.handover"].create(
            {
                "company_id": self.company.id,
                "from_user_id": self.seller.id,
                "to_user_id": self.other_seller.id,
                **values,
            }
        )
        handover.action_collect()
        return handover

    def test_handed_over_and_back(self):
        order = self._create_order(partner_id=self.distributor.id)
        handover = self._handover()
        lines = handover.line_ids.filtered(lambda line: line.kind == "channel")
        self.assertEqual(
            {line.res_id: line.amount for line in lines},
            {self.distributor.id: 1000, self.reseller.id: 0},
        )
        handover.action_hand_over()
        partners = self.distributor | self.reseller
        self.assertEqual(partners.channel_manager_id, self.other_seller)
        self.assertEqual(self.ended.channel_manager_id, self.seller)
        self.assertEqual(self._ledger(order).user_id, self.seller)
        self.assertIn(handover.name, self.distributor.message_ids[0].body)
        handover.action_undo()
        self.assertEqual(partners.channel_manager_id, self.seller)

    def test_left_out(self):
        handover = self._handover(move_channel_partners=False)
        self.assertNotIn("channel", handover.line_ids.mapped("kind"))


@tagged("post_install", "-at_install", "sales_system")
class TestChannelRpc(ChannelMixin, RpcCase, SalesSystemCommon):
    """What the screens refuse, a program that calls the server is refused as well."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._create_channel()
        cls.portal = new_test_user(cls.env, login="east.portal", groups="base.group_portal")
        cls.portal.partner_id.parent_id = cls.distributor

    def test_the_status_is_not_written(self):
        for user in (self.seller, self.manager):
            for method, args in (
                ("write", ({"channel_state": "ended"},)),
                ("web_save", ({"channel_state": "ended"}, {"id": {}})),
                ("_move_channel_state", (("active",), "ended")),
            ):
                with self.subTest(user=user.login, method=method):
                    _result, error = self._call(user, self.distributor, method, *args)
                    self.assertTrue(error)
        _result, error = self._call(
            self.seller,
            self.env["res.partner"],
            "create",
            [{"name": "New", "channel_type": "agent", "channel_state": "trial"}],
        )
        self.assertIn("cannot be set by hand", error)
        self.assertEqual(self.distributor.channel_state, "active")

    def test_outsiders_move_no_status(self):
        for user in (self.outsider, self.portal):
            for method in ("action_channel_suspend", "action_channel_end"):
                _result, error = self._call(user, self.distributor, method)
                self.assertTrue(error)
        self.assertEqual(self.distributor.channel_state, "active")

    def test_a_salesperson_of_another_team_counts_nothing(self):
        order = self._create_order(partner_id=self.distributor.id)
        self._ledger(order)
        performance = self.env["sales.channel.performance"]
        question = ([], ["channel_partner_id"], ["booked:sum"])
        for user, expected in ((self.seller, [1000]), (self.other_seller, [])):
            groups, error = self._call(user, performance, "formatted_read_group", *question)
            self.assertFalse(error)
            self.assertEqual([group["booked:sum"] for group in groups], expected)
            values, error = self._call(
                user, self.distributor, "read", ["channel_booked_year", "channel_overdue"]
            )
            self.assertEqual(values[0]["channel_booked_year"], sum(expected))
        row = performance.sudo().search([("channel_partner_id", "=", self.distributor.id)])
        for user in (self.other_seller, self.outsider, self.portal):
            for method, args in (("read", (["booked"],)), ("action_open_source", ())):
                result, error = self._call(user, row, method, *args)
                self.assertTrue(error)
                self.assertFalse(result)
        for user in (self.outsider, self.portal):
            _result, error = self._call(user, self.distributor, "read", ["channel_booked_year"])
            self.assertTrue(error)
        _result, error = self._call(
            self.other_seller, order, "write", {"channel_partner_id": False}
        )
        self.assertTrue(error)
        self.assertEqual(order.channel_partner_id, self.distributor)

    def test_nobody_writes_a_figure(self):
        for method, args in (
            ("create", ([{"booked": 1}],)),
            ("unlink", ()),
        ):
            _result, error = self._call(
                self.manager, self.env["sales.channel.performance"], method, *args
            )
            self.assertTrue(error)
