import random
from datetime import date, timedelta

from odoo.fields import Command
from odoo.tests import freeze_time, tagged

from .common import SegmentTargetCommon


@tagged("post_install", "-at_install", "sales_planning")
class TestSegmentActual(SegmentTargetCommon):
    def _count(self):
        self.plan.action_refresh()

    # === WHO COUNTS WHEN === #
    def test_a_sale_counts_for_the_segment_of_its_day(self):
        self._join(self.shops, self.customer, "2026-02-01", "2026-04-01")
        target = self._create_target({2: 100}, segment_id=self.shops.id)
        whole = self._create_target()
        for day, amount in (
            ("2026-01-31", 1),
            ("2026-02-01", 10),
            ("2026-03-31", 100.25),
            ("2026-04-01", 1000),
        ):
            self._post(day, amount, partner_id=self.customer)
        self._post("2026-02-01", 10_000, partner_id=self.other_customer)
        self._post("2026-02-01", 100_000, user_id=self.seller)
        self.assertEqual(self._actuals(target), {2: 10, 3: 100.25})
        self.assertRecordValues(self._cell(target, 2), [{"gap": -90, "attainment": 10}])
        self.assertEqual(whole.actual, 111_111.25)
        self._assert_drills(target, whole)

    @freeze_time("2026-06-10")
    def test_who_leaves_keeps_the_past(self):
        segment = self._create_segment("Shops of Suzhou", domain="[('city', '=', 'Suzhou')]")
        target = self._create_target(segment_id=segment.id)
        self.customer.city = "Suzhou"
        segment._snapshot()
        self._post("2026-06-10", 10, partner_id=self.customer)
        self._post("2026-06-19", 100, partner_id=self.customer)
        self._post("2026-06-20", 1000, partner_id=self.customer)
        self.assertEqual(self._actuals(target), {6: 1110})
        with freeze_time("2026-06-20"):
            self.customer.city = "Wuxi"
            segment._snapshot()
        self.assertEqual(self._actuals(target), {6: 110})
        self._assert_drills(target)
        with freeze_time("2026-07-01"):
            self.customer.city = "Suzhou"
            segment._snapshot()
        self._post("2026-06-25", 5000, partner_id=self.customer)
        self._post("2026-07-01", 1, partner_id=self.customer)
        self.assertEqual(self._actuals(target), {6: 110, 7: 1})
        self._assert_drills(target)

    def test_a_credit_note_counts_on_its_own_day(self):
        self._join(self.shops, self.customer, "2026-01-01", "2026-04-01")
        target = self._create_target(segment_id=self.shops.id)
        whole = self._create_target()
        self._post("2026-03-10", 500, partner_id=self.customer)
        self._post("2026-03-20", -30, partner_id=self.customer)
        self._post("2026-04-10", -470, partner_id=self.customer)
        self.assertEqual(self._actuals(target), {3: 470})
        self.assertEqual(self._actuals(whole), {3: 470, 4: -470})
        self._assert_drills(target, whole)

    def test_an_order_and_its_reversal(self):
        self._join(self.shops, self.customer)
        target = self._create_target(segment_id=self.shops.id)
        order = self._create_order(lines=[(2, 1000.0)])
        order.date_order = "2026-03-03 12:00:00"
        self.assertEqual(self._actuals(target), {3: 2000})
        self._assert_drills(target)
        order._action_cancel()
        self.assertEqual(self._actuals(target), {})

    # === SEVERAL SEGMENTS === #
    def test_segments_overlap_and_nothing_counts_twice_for_one_target(self):
        for segment in (self.shops, self.fleets):
            self._join(segment, self.customer)
        self._join(self.fleets, self.other_customer, "2026-05-01")
        top = self._create_target()
        shops, fleets = (
            self._create_target(segment_id=segment.id, parent_id=top.id)
            for segment in (self.shops, self.fleets)
        )
        self._post("2026-05-05", 100, partner_id=self.customer)
        self._post("2026-05-05", 10, partner_id=self.other_customer)
        self._count()
        self.assertEqual((top.actual, shops.actual, fleets.actual), (110, 100, 110))
        self._assert_drills(top, shops, fleets)
        self.assertIn("1 customers are in several of the segments", self.plan.segment_notice)

    def test_with_other_dimensions(self):
        self._join(self.shops, self.customer)
        self._join(self.fleets, self.customer, "2026-05-06")
        named = {
            "territory_id": (self.region, self.city),
            "categ_id": (self.category, self.category),
            "product_id": (self.product, self.product),
            "user_id": (self.seller, self.seller),
            "partner_id": (self.customer, self.customer),
        }
        targets = {
            name: self._create_target(segment_id=self.shops.id, **{name: record.id})
            for name, (record, _sold) in named.items()
        }
        alone = self._create_target(segment_id=self.shops.id)
        several = self._create_target(
            segment_id=self.fleets.id, territory_id=self.region.id, user_id=self.seller.id
        )
        for number, (name, (_record, sold)) in enumerate(named.items()):
            dimensions = {"partner_id": self.customer, name: sold}
            self._post("2026-05-05", 10**number, **dimensions)
            if name != "partner_id":
                self._post("2026-05-05", 10**7, **{**dimensions, "partner_id": self.other_customer})
        both = {"territory_id": self.city, "user_id": self.seller, "partner_id": self.customer}
        self._post("2026-05-05", 10**8, **both)
        self._post("2026-05-06", 10**9, **both)
        self._count()
        in_both = 10**8 + 10**9
        self.assertEqual(alone.actual, 11_111 + in_both)
        self.assertEqual(several.actual, 10**9)
        expected = {"territory_id": 1, "categ_id": 10, "product_id": 100, "user_id": 1000}
        for name, amount in expected.items():
            extra = in_both if name in both else 0
            self.assertEqual(targets[name].actual, amount + extra)
        self.assertEqual(targets["partner_id"].actual, 11_111 + in_both)
        self._assert_drills(alone, several, *targets.values())

    def test_days_that_a_target_is_valid_on(self):
        self._join(self.shops, self.customer, "2026-03-10", "2026-03-25")
        target = self._create_target(
            segment_id=self.shops.id, date_start="2026-03-15", date_end="2026-03-20"
        )
        for day, amount in ((9, 1), (14, 10), (15, 100), (20, 1000), (21, 10_000), (25, 10**5)):
            self._post(f"2026-03-{day:02}", amount, partner_id=self.customer)
        self.assertEqual(self._actuals(target), {3: 1100})
        self._assert_drills(target)

    def test_any_members_on_any_days(self):
        """Against counting entry by entry."""
        chance = random.Random(7)  # noqa: S311
        segments = self.shops | self.fleets | self._create_segment("Schools")
        customers = self.env["res.partner"].create([{"name": f"C{n}"} for n in range(6)])
        first = date(2025, 12, 1)
        spans = []
        for segment in segments:
            for customer in customers:
                borders = sorted(chance.sample(range(420), 4))
                for begin, end in ((borders[0], borders[1]), (borders[2], borders[3])):
                    days = first + timedelta(begin), first + timedelta(end)
                    if chance.random() < 0.3:
                        days = days[0], None
                    spans.append((segment, customer, *days))
                    self._join(segment, customer, *days)
                    if days[1] is None:
                        break
        targets = {
            (segment, user): self._create_target(
                segment_id=segment.id, user_id=user.id if user else False
            )
            for segment in segments
            for user in (None, self.seller)
        }
        expected = dict.fromkeys(targets, 0)
        for _number in range(120):
            day, customer = first + timedelta(chance.randrange(420)), chance.choice(customers)
            user = chance.choice([self.seller, self.other_seller])
            amount = chance.randrange(-500, 1000) / 4
            self._post(day, amount, partner_id=customer, user_id=user)
            for segment, seller in targets:
                is_member = any(
                    one == segment and who == customer and begin <= day and (not end or end > day)
                    for one, who, begin, end in spans
                )
                if is_member and day.year == 2026 and seller in (None, user):
                    expected[segment, seller] += amount
        self._count()
        self.assertEqual({key: target.actual for key, target in targets.items()}, expected)
        self._assert_drills(*targets.values())

    # === COMPANIES, METRICS === #
    def test_companies_and_currencies(self):
        euro = self._rate_of_euro()
        sister = self.env["res.company"].create({"name": "Sister", "currency_id": euro.id})
        self.env.user.company_ids |= sister
        hers = self._create_segment("Hers", company=sister)
        self.plan.further_company_ids = [Command.create({"company_id": sister.id, "rate": 2})]
        ours = self._create_target(segment_id=self.shops.id)
        theirs = self._create_target(segment_id=hers.id)
        # A customer of both companies, in a segment of each.
        for segment in (self.shops, hers):
            self._join(segment, self.customer)
        self._post("2026-03-03", 10, partner_id=self.customer)
        self._post("2026-03-03", 100, company=sister, partner_id=self.customer)
        self.assertEqual(self._actuals(ours), {3: 10})
        self.assertEqual(self._actuals(theirs), {3: 200})
        entries = self.env["sales.ledger.entry"].with_context(
            allowed_company_ids=(self.company | sister).ids
        )
        found = entries.search(theirs.action_open_ledger()["domain"])
        self.assertEqual((found.company_id, found.amount), (sister, 100))

    def test_a_foreign_order_counts_in_company_currency(self):
        euro = self._rate_of_euro()
        self._join(self.shops, self.customer)
        target = self._create_target(segment_id=self.shops.id)
        pricelist = self.env["product.pricelist"].create(
            {"name": "Euro", "currency_id": euro.id, "company_id": self.company.id}
        )
        order = self._create_order(lines=[(1, 100.0)], confirm=False, pricelist_id=pricelist.id)
        order.action_confirm()
        order.date_order = "2026-03-03 12:00:00"
        self.assertEqual(self._actuals(target), {3: 200})
        self._assert_drills(target)

    def test_every_metric(self):
        self._join(self.shops, self.customer, "2026-02-01")
        known = {"partner_id": self.customer, "document_id": self.customer}
        for day, amount in (("2026-01-10", 1000), ("2026-02-10", 100)):
            self._post(day, amount, margin=30, quantity=2.5, partner_id=self.customer)
            self._post(day, 7, event="invoiced", **known)
            self._post(day, 5, event="collected", **known)
        # New with its first order, when it was in no segment yet.
        self._join(self.shops, self.other_customer)
        self._post("2026-03-10", 9, partner_id=self.other_customer)
        for metric, expected in (
            ("booked", {2: 100, 3: 9}),
            ("invoiced", {2: 7}),
            ("collected", {2: 5}),
            ("margin", {2: 30}),
            ("quantity", {2: 2.5}),
            ("new_customers", {3: 1}),
        ):
            with self.subTest(metric=metric):
                plan = self._create_plan(name=metric, metric=metric)
                target = self._create_target(plan=plan, segment_id=self.shops.id)
                self.assertEqual(self._actuals(target), expected)

    # === COST === #
    def _statements(self):
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        self.plan._refresh()
        return self.env.cr.sql_log_count - before

    def test_statements_do_not_grow_with_the_segments(self):
        self._create_target(segment_id=self.shops.id)
        self._join(self.shops, self.customer)
        self._count()
        few = self._statements()
        for number in range(10):
            segment = self._create_segment(f"Segment {number}")
            self._join(segment, self.customer)
            self._create_target(segment_id=segment.id, user_id=self.seller.id)
        self._post("2026-01-05", 1, partner_id=self.customer)
        self.assertEqual(self._statements(), few)
        self.assertEqual(self.plan.target_ids[:1].actual, 1)

    def test_only_plans_with_segments_look_at_members(self):
        counting = self.env["sales.target.actual"]

        def reads_members():
            layout = counting._get_layout(self.plan)
            query = counting._cells_query(self.plan, self.plan._get_clock(), layout)
            return "sales_market_segment_member" in query.code

        self._create_target(user_id=self.seller.id)
        self.assertFalse(reads_members())
        self._create_target(segment_id=self.shops.id)
        self.assertTrue(reads_members())

    # === RIGHTS === #
    def test_people_see_their_own(self):
        self._join(self.shops, self.customer)
        own, foreign = (
            self._create_target(segment_id=self.shops.id, user_id=user.id)
            for user in (self.seller, self.other_seller)
        )
        whole = self._create_target(segment_id=self.shops.id)
        self._post("2026-03-03", 10, partner_id=self.customer, user_id=self.seller)
        self._post("2026-03-03", 100, partner_id=self.customer, user_id=self.other_seller)
        self._count()
        self.assertEqual((own.actual, foreign.actual, whole.actual), (10, 100, 110))
        mine = self._as(self.seller, own)
        self.assertEqual(mine.name, f"{self.seller.name} · Shops")
        entries = self._as(self.seller, self.env["sales.ledger.entry"])
        self.assertEqual(entries.search(mine.action_open_ledger()["domain"]).amount, 10)
        self.assertEqual(
            entries.search([("market_segment_ids", "in", self.shops.ids)]).mapped("amount"), [10]
        )
        self.assertFalse(self._as(self.seller, foreign).has_access("read"))
        self.assertFalse(self._as(self.outsider, own).has_access("read"))
