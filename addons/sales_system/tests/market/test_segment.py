from unittest.mock import patch

from psycopg2.errors import CheckViolation, UniqueViolation

from odoo.exceptions import UserError, ValidationError
from odoo.tests import freeze_time, tagged
from odoo.tools import mute_logger

from .segment_common import SegmentCommon


@tagged("post_install", "-at_install", "sales_system")
@freeze_time("2026-06-15 09:00:00")
class TestSegment(SegmentCommon):
    """Who is in a segment, since when, and what was sold to them."""

    # === SNAPSHOTS === #
    def test_coming_leaving_and_coming_back(self):
        self.assertEqual(self.segment._snapshot(), (2, 0, 2))
        self.assertEqual(self.segment._snapshot(), (0, 0, 2))
        with freeze_time("2026-06-20"):
            self.shop.city = "Suzhou"
            self.assertEqual(self.segment._snapshot(), (0, 1, 1))
        with freeze_time("2026-06-25"):
            self.shop.city = "Shanghai"
            self.assertEqual(self.segment._snapshot(), (1, 0, 2))
        self.assertEqual(
            self._members(self.segment),
            [
                ("Bund Shop", "2026-06-15", "2026-06-20"),
                ("Bund Shop", "2026-06-25", None),
                ("Pudong Shop", "2026-06-15", None),
            ],
        )
        self.assertRecordValues(self.segment, [{"size": 2, "snapshot_error": False}])

    def test_coming_and_leaving_on_one_day(self):
        """Such a member was in it on no day, and nothing stands in the way of coming back."""
        self.segment._snapshot()
        self.shop.city = "Suzhou"
        self.segment._snapshot()
        self.shop.city = "Shanghai"
        self.assertEqual(self.segment._snapshot(), (1, 0, 2))
        self._book(self.shop, "2026-06-15", 100)
        self.assertEqual(self._sum(self.segment, "booked"), 100)

    def test_contacts_users_and_archived_customers_are_no_members(self):
        contact = self._create_customer("Contact", is_company=False, parent_id=self.shop.id)
        contact.city = "Shanghai"
        self.manager.partner_id.city = "Shanghai"
        self.other_shop.active = False
        self._create_customer("Private Person", is_company=False, city="Shanghai")
        self.segment._snapshot()
        self.assertEqual(
            [name for name, *_days in self._members(self.segment)], ["Bund Shop", "Private Person"]
        )

    def test_the_first_snapshot_counts_from_a_day_of_the_past(self):
        segment = self._create_segment("Old", date_from="2026-01-01")
        segment._snapshot()
        self.assertEqual(self._members(segment)[0], ("Bund Shop", "2026-01-01", None))
        with freeze_time("2026-07-01"):
            self._create_shop("New Shop")
            segment._snapshot()
        self.assertIn(("New Shop", "2026-07-01", None), self._members(segment))
        for values in ({"date_from": "2026-02-01"}, {"company_id": self.env.company.id + 1}):
            with self.subTest(values=values), self.assertRaises(UserError) as refusal:
                segment.write(values)
            self.assertIn("segment Old cannot change", str(refusal.exception))
        segment.write({"date_from": "2026-01-01", "company_id": self.company.id, "name": "Same"})
        with self.assertRaisesRegex(UserError, "Archive it instead"):
            segment.unlink()
        self._create_segment("Without history").unlink()

    def test_the_day_is_that_of_the_company(self):
        self.company.partner_id.tz = "Asia/Shanghai"
        with freeze_time("2026-06-15 20:00:00"):
            segment = self._create_segment("Night", date_from="2026-12-01")
            segment._snapshot()
        self.assertEqual(self._members(segment)[0], ("Bund Shop", "2026-06-16", None))

    @mute_logger("odoo.sql_db")
    def test_two_snapshots_at_once(self):
        """The database keeps a customer from being in a segment twice at a time."""
        self.segment._snapshot()
        with self.assertRaisesRegex(UniqueViolation, "open_unique"):
            self.env.cr.execute(
                "INSERT INTO sales_market_segment_member"
                " (segment_id, partner_id, company_id, date_from) VALUES (%s, %s, %s, %s)",
                [self.segment.id, self.shop.id, self.company.id, "2026-06-15"],
            )

    def test_statements_do_not_grow_with_the_customers(self):
        self.segment._snapshot()
        counts = []
        for number in (1, 40):
            for place in range(number):
                self._create_shop(f"Shop {number} {place}")
            self.env.flush_all()
            before = self.env.cr.sql_log_count
            came, *_others = self.segment._snapshot()
            counts.append(self.env.cr.sql_log_count - before)
            self.assertEqual(came, number)
        self.assertEqual(*counts)

    # === CRON AND BUTTONS === #
    def _night(self):
        """:return: how many were done when each of them was committed"""
        done = []

        def commit(_cron, processed=0, **kwargs):
            done.append(processed or kwargs)
            return 60

        with patch.object(self.env.registry["ir.cron"], "_commit_progress", commit):
            self.env["sales.market.segment"]._cron_snapshot()
        return done

    def test_the_night(self):
        broken = self._create_segment("Broken")
        self.env.cr.execute(
            "UPDATE sales_market_segment SET domain = %s WHERE id = %s",
            ["[('gone_field', '=', 1)]", broken.id],
        )
        broken.invalidate_recordset()
        later = self._create_segment("Later")
        self.env["sales.market.segment"].search([]).filtered(
            lambda segment: segment.company_id != self.company
        ).active = False
        self.assertEqual(self._night(), [{"remaining": 3}, 1, 1, 1])
        self.assertRecordValues(
            self.segment | broken | later, [{"size": 2}, {"size": 0}, {"size": 2}]
        )
        self.assertIn("has no field gone_field", broken.snapshot_error)
        self.assertFalse(self.segment._is_due())
        with freeze_time("2026-06-16 01:00:00"):
            self.assertTrue(self.segment._is_due())
        broken.domain = "[]"
        broken.with_user(self.manager).action_take_over()
        broken._snapshot()
        self.assertFalse(broken.snapshot_error)

    def test_buttons(self):
        segment = self._as(self.manager, self.segment)
        answer = segment.action_snapshot()
        self.assertEqual(answer["params"]["message"], "2 customers: 2 came and 0 left.")
        other = self._create_segment("Other", "[('city', '=', 'Suzhou')]")
        (segment | self._as(self.manager, other)).action_snapshot()
        cron = self.env.ref("sales_system.ir_cron_sales_market_segment")
        self.assertTrue(self.env["ir.cron.trigger"].search_count([("cron_id", "=", cron.id)]))
        self.assertTrue(self.segment.queued and self.segment._is_due())
        self._create_shop("Third")
        self._night()
        self.assertRecordValues(
            self.segment | other, [{"size": 3, "queued": False}, {"size": 0, "queued": False}]
        )

    def test_the_windows(self):
        self.segment._snapshot()
        self._book(self.shop, "2026-06-15", 100)
        for action, expected in (
            ("action_open_members", 2),
            ("action_open_memberships", 2),
            ("action_open_history", 1),
            ("action_open_sales", 1),
        ):
            with self.subTest(action=action):
                window = getattr(self._as(self.manager, self.segment), action)()
                found = self._as(self.manager, self.env[window["res_model"]])
                self.assertEqual(found.search_count(window["domain"]), expected)

    # === SIZE === #
    def test_history_of_the_size(self):
        self.segment._snapshot()
        with freeze_time("2026-06-18"):
            self.shop.city = "Suzhou"
            self.segment._snapshot()
            sizes = self.env["sales.market.segment.size"].search(
                [("segment_id", "=", self.segment.id)], order="date"
            )
            self.assertEqual(
                [(str(day.date), day.size, day.joined, day.departed) for day in sizes],
                [
                    ("2026-06-15", 2, 2, 0),
                    ("2026-06-16", 2, 0, 0),
                    ("2026-06-17", 2, 0, 0),
                    ("2026-06-18", 1, 0, 1),
                ],
            )
            ((size, joined),) = sizes._read_group(
                [("segment_id", "=", self.segment.id)], [], ["size:avg", "joined:sum"]
            )
            self.assertEqual((size, joined), (1.75, 2))

    # === SALES === #
    def _sum(self, segment, figure):
        ((total,),) = self.env["sales.market.segment.report"]._read_group(
            [("segment_id", "=", segment.id)], [], [f"{figure}:sum"]
        )
        return total

    def test_sales_count_for_those_who_were_members_on_their_day(self):
        self.segment._snapshot()
        with freeze_time("2026-06-20"):
            self.shop.city = "Suzhou"
            self.segment._snapshot()
        self._book(self.shop, "2026-06-14", 1)
        self._book(self.shop, "2026-06-15", 10, margin=4)
        document = self._book(self.shop, "2026-06-19", 100)
        self._book(self.shop, "2026-06-20", 1000)
        self._book(self.other_shop, "2026-06-30", 10_000, event="invoiced")
        self._book(self.customer, "2026-06-16", 100_000)
        self.assertEqual(self._sum(self.segment, "booked"), 110)
        self.assertEqual(self._sum(self.segment, "margin"), 54)
        self.assertEqual(self._sum(self.segment, "invoiced"), 10_000)
        # taken back
        self._book(self.shop, "2026-06-19", -100, document=document)
        self.assertEqual(self._sum(self.segment, "booked"), 10)

    def test_a_customer_of_two_segments(self):
        both = self._create_segment("All", "[('ref', '=', 'SHOP')]", is_target=True)
        (self.segment._snapshot(), both._snapshot())
        self._book(self.shop, "2026-06-15", 10)
        rows = self.env["sales.market.segment.report"].search(
            [("segment_id", "in", (self.segment | both).ids)]
        )
        self.assertEqual(rows.segment_id, self.segment | both)
        self.assertEqual(len(set(rows.ids)), 2)
        self.assertEqual(rows.entry_id.mapped("amount"), [10])
        self.assertEqual(rows.filtered("is_target").segment_id, both)

    def test_a_foreign_currency(self):
        """Sales in another currency are counted in that of the company, at the rate of the day."""
        euro = self._rate_of_euro()
        self.segment._snapshot()
        pricelist = self.env["product.pricelist"].create({"name": "Euro", "currency_id": euro.id})
        order = self._create_order([(1, 100.0)], partner_id=self.shop.id, pricelist_id=pricelist.id)
        self._ledger(order)
        row = self.env["sales.market.segment.report"].search([("segment_id", "=", self.segment.id)])
        self.assertRecordValues(row, [{"booked": 200, "currency_id": self.company.currency_id.id}])
        self.assertEqual(row.action_open_source()["res_id"], order.id)

    # === SCORES === #
    def test_scores(self):
        self.segment.write({"attractiveness": 8, "competitiveness": 7})
        self.assertEqual(self.segment.score, 56)
        first = self._create_segment("First", is_target=True)
        found = self.env["sales.market.segment"].search([("id", "in", (self.segment | first).ids)])
        self.assertEqual(found[0], first)

    @mute_logger("odoo.sql_db")
    def test_scores_and_names_that_cannot_be(self):
        for values in ({"attractiveness": 0}, {"competitiveness": 11}):
            with (
                self.subTest(values=values),
                self.assertRaises(CheckViolation),
                self.env.cr.savepoint(),
            ):
                self.segment.write(values)
                self.env.flush_all()
        with self.assertRaises(UniqueViolation), self.env.cr.savepoint():
            self._create_segment("SHOPS of shanghai")
        copy = self._as(self.manager, self.segment).copy()
        self.assertRecordValues(
            copy, [{"name": "Shops of Shanghai (copy)", "size": 0, "user_id": self.manager.id}]
        )

    # === CUSTOMERS === #
    def test_the_segments_of_a_customer(self):
        contact = self._create_customer("Contact", is_company=False, parent_id=self.shop.id)
        self.assertFalse(self.shop.market_segment_ids)
        self.segment._snapshot()
        self.assertEqual((self.shop | contact).market_segment_ids, self.segment)
        partners = self.env["res.partner"].search(self.segment._get_audience_domain())
        self.assertEqual(partners, self.shop | contact | self.other_shop)
        left_over = self.env["res.partner"].search(
            [("market_segment_ids", "=", False), ("ref", "=", "SHOP")]
        )
        self.assertFalse(left_over)
        self.assertEqual(
            self.env["res.partner"].search(
                [("market_segment_ids", "not in", self.segment.ids), ("id", "=", self.customer.id)]
            ),
            self.customer,
        )
        self.shop.city = "Suzhou"
        self.segment._snapshot()
        self.assertFalse((self.shop | contact).market_segment_ids)

    def test_merged_customers(self):
        """They are in the segment while any of them was, and no sale counts twice."""
        self.segment._snapshot()
        with freeze_time("2026-06-18"):
            self.other_shop.city = "Suzhou"
            self.segment._snapshot()
        with freeze_time("2026-06-20"):
            self.shop.city = "Suzhou"
            self.segment._snapshot()
        with freeze_time("2026-06-25"):
            (self.shop | self.other_shop).city = "Shanghai"
            self.segment._snapshot()
        self._book(self.other_shop, "2026-06-16", 10)
        self._book(self.shop, "2026-06-19", 100)
        merge = self.env["base.partner.merge.automatic.wizard"].create({})
        merge._merge((self.shop | self.other_shop).ids, self.shop)
        self.env.invalidate_all()
        self.assertEqual(
            self._members(self.segment),
            [
                ("Bund Shop", "2026-06-15", "2026-06-20"),
                ("Bund Shop", "2026-06-25", None),
            ],
        )
        self.assertEqual(self._sum(self.segment, "booked"), 110)


@tagged("post_install", "-at_install", "sales_system")
class TestSegmentRule(SegmentCommon):
    """What a rule may say, and how far it reaches."""

    def test_rules_that_are_refused(self):
        for rule, sentence in (
            ("[('city', '=', ", "cannot be used"),
            ("__import__('os').getcwd()", "cannot be used"),
            ("[('user_id', '=', uid)]", "cannot be used"),
            ("[('city', 'equals', 'Shanghai')]", "Invalid operator"),
            ("['|', ('city', '=', 'Shanghai')]", "malformed domain"),
            ("{'city': 1}", "cannot be used"),
            ("[('town', '=', 'Shanghai')]", "res.partner has no field town"),
            ("[('country_id.town', '=', 'x')]", "res.country has no field town"),
            ("[('child_ids', 'any', [('town', '=', 1)])]", "res.partner has no field town"),
            ("[('city', 'any', [('town', '=', 1)])]", "cannot be used"),
            ("[('sale_order_ids', 'any!', [('state', '=', 'sale')])]", "cannot be used"),
            ("[('child_ids','any',[('child_ids','any!',[])])]", "cannot be used"),
            ("[('company_id', '=', 1)]", "of its own company"),
            ("[('company_id', 'child_of', 1)]", "of its own company"),
            ("[('sale_order_ids.company_id', '=', 1)]", "of its own company"),
            ("[('child_ids', 'any', [('company_id', '=', 1)])]", "of its own company"),
            ("[('user_id.company_ids.name', '=', 'x')]", "of its own company"),
            ("[('ref_company_ids', '!=', False)]", "of its own company"),
            ("[('sale_order_count', '>', 1)]", "nothing can be looked for by sale_order_count"),
            ("[('user_ids.password', '=', 'x')]", "password"),
            ("[('create_date', '>', 'next year')]", "cannot be used"),
        ):
            with self.subTest(rule=rule), self.assertRaises(ValidationError) as refusal:
                self._as(self.manager, self.segment).domain = rule
            self.assertIn(sentence, str(refusal.exception))
            self.assertIn("Shops of Shanghai", str(refusal.exception))
        self.segment.invalidate_recordset()
        self.assertEqual(self.segment.domain, "[('city', '=', 'Shanghai')]")

    def test_rules_that_work(self):
        self.shop.email = "shop@example.com"
        for rule, expected in (
            ("[]", self.shop | self.other_shop),
            ("", self.shop | self.other_shop),
            (f"[('user_id', '=', {self.seller.id})]", self.shop),
            ("[('user_id.login', '=', 'wang.wei')]", self.other_shop),
            ("['|', ('email', 'ilike', 'shop@'), ('name', 'ilike', 'Pudong')]", None),
            ("['!', ('email', 'ilike', 'shop@')]", self.other_shop),
            ("[('lifecycle', '=', 'repeat')]", self.env["res.partner"]),
            ("[('create_date', '>', '-1d')]", self.shop | self.other_shop),
            ("[('create_date.year_number', '>', 2000)]", self.shop | self.other_shop),
        ):
            with self.subTest(rule=rule):
                self._as(self.manager, self.segment).domain = rule
                self.segment._snapshot()
                shops = self.segment.member_ids.filtered(lambda row: not row.date_to).partner_id
                expected = self.shop | self.other_shop if expected is None else expected
                self.assertEqual(shops & (self.shop | self.other_shop), expected)

    def test_what_the_current_company_knows(self):
        """Lifecycles are those of the segment's company, whoever takes the snapshot."""
        self._book(self.shop, "2026-06-01")
        with freeze_time("2026-06-15"):
            self._count()
            segment = self._create_segment("New", "[('lifecycle', '=', 'customer')]")
            other = self.env["res.company"].create({"name": "Other"})
            segment.with_context(allowed_company_ids=other.ids)._snapshot()
        self.assertEqual(segment.member_ids.partner_id, self.shop)

    def test_customers_of_another_company(self):
        other = self.env["res.company"].create({"name": "Other"})
        self.manager.company_ids |= other
        foreign = self._create_customer("Foreign", city="Shanghai", company_id=other.id)
        shared = self._create_customer("Shared", city="Shanghai")
        self.segment.with_user(self.manager).with_context(
            allowed_company_ids=(self.company | other).ids
        ).action_snapshot()
        partners = self.segment.member_ids.partner_id
        self.assertIn(shared, partners)
        self.assertNotIn(foreign, partners)

    def test_sales_of_another_company(self):
        """An order that another company has of a shared customer is none of this segment's."""
        shared = self._create_customer("Shared")
        other = self.env["res.company"].create({"name": "Other"})
        self.manager.company_ids |= other
        foreign = (
            self.env["sale.order"]
            .with_company(other)
            .create({"partner_id": shared.id, "company_id": other.id})
        )
        own = self._create_order(partner_id=self.shop.id)
        segment = self._create_segment("Buyers")
        shops = self.shop | self.other_shop | shared
        for rule, expected in (
            ("[('sale_order_ids', '!=', False)]", self.shop),
            ("[('sale_order_ids', '=', False)]", self.other_shop | shared),
            (f"[('sale_order_ids', '=', {foreign.id})]", self.env["res.partner"]),
            (f"[('sale_order_ids', 'in', [{foreign.id}, {own.id}])]", self.shop),
            (f"[('sale_order_ids', 'not in', [{foreign.id}, False])]", self.shop),
            (f"[('sale_order_ids', 'in', [{own.id}, False])]", shops),
            (f"['!', ('sale_order_ids', 'in', [{foreign.id}])]", shops),
            (f"[('sale_order_ids', 'ilike', '{foreign.name}')]", self.env["res.partner"]),
            (f"[('sale_order_ids', 'ilike', '{own.name}')]", self.shop),
            ("[('sale_order_ids.amount_total', '>=', 0)]", self.shop),
            ("[('sale_order_ids', 'any', [])]", self.shop),
            ("[('commercial_partner_id', 'any', [('sale_order_ids', '!=', False)])]", self.shop),
            ("[('category_id', '=', False)]", shops),
        ):
            with self.subTest(rule=rule):
                self._as(self.manager, segment).domain = rule
                segment._snapshot()
                members = segment.member_ids.filtered(lambda row: not row.date_to).partner_id
                self.assertEqual((members & shops).sorted(), expected.sorted())

    def test_who_wrote_the_rule_has_left(self):
        self.segment._snapshot()
        second = self._create_user("second", "sales_team.group_sale_manager")
        self.manager.active = False
        with self.assertRaisesRegex(UserError, "no administrator of Sales in Bike Works"):
            self.segment._snapshot()
        self._as(second, self.segment).action_take_over()
        self.assertEqual(self.segment.user_id, second)
        self.assertEqual(self.segment._snapshot(), (0, 0, 2))

    def test_a_rule_works_with_the_rights_of_its_writer(self):
        """Nobody searches by what they may not read through somebody else's segment."""
        rule = "[('bank_ids.acc_number', '=', 'X')]"
        second = self._create_user("second", "sales_team.group_sale_manager")
        self.assertEqual(self.segment.user_id, self.manager)
        self._as(second, self.segment).name = "Renamed"
        self.assertEqual(self.segment.user_id, self.manager)
        self._as(second, self.segment).domain = "[('city', '=', 'Suzhou')]"
        self.assertEqual(self.segment.user_id, second)
        with self.assertRaisesRegex(UserError, "Rule Written By"):
            self._as(second, self.segment).write({"domain": rule, "user_id": self.manager.id})
