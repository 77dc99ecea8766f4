from datetime import date, timedelta

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import freeze_time, tagged

from ..common import RpcCase
from .common import NOW, TODAY, CustomerCommon


@tagged("post_install", "-at_install", "sales_system")
@freeze_time(NOW)
class TestCustomerLevel(CustomerCommon):
    """Levels by rule, by hand, and their history."""

    def _level(self, partner=None):
        return self._profile(partner or self.customer).level_id.name

    def _changes(self, partner=None):
        changes = (partner or self.customer).customer_level_change_ids.sorted("id")
        return [
            (change.from_level_id.name, change.to_level_id.name, change.source)
            for change in changes.filtered(lambda change: change.company_id == self.company)
        ]

    def _pin(self, user, level, reason="Strategic"):
        profile = self._as(user, self._profile(self.customer))
        wizard = profile.env["sales.customer.level.pin"].create(
            {"profile_id": profile.id, "level_id": level.id, "reason": reason}
        )
        wizard.action_pin()

    def test_best_level_that_holds(self):
        for amounts, margin, expected in (
            ([4000, 3000, 3000], 0, "A"),
            ([4000, 3000, 2999.99], 0.25, "B"),
            ([5000, 5000], 0.25, "B"),  # two days only
            ([1000], 0.2, "B"),
            ([1000], 0.1999, "C"),
            ([999.99], 0.5, "C"),
            ([100], 0, "C"),
            ([99.99], 0.9, "D"),
            ([], 0, "D"),
        ):
            partner = self._create_customer()
            for number, amount in enumerate(amounts):
                self._book(partner, TODAY - timedelta(days=number), amount, amount * margin)
            self._count()
            with self.subTest(amounts=amounts, margin=margin):
                self.assertEqual(self._level(partner), expected)

    def test_only_the_last_months_count(self):
        self.levels[2].months = 3
        self._book(self.customer, date(2026, 3, 15), 500)
        self._count()
        self.assertEqual(self._level(), "D")
        self._book(self.customer, date(2026, 3, 16), 100)
        self._count()
        self.assertEqual(self._level(), "C")

    def test_nobody_without_a_level_that_fits(self):
        self.levels[3].active = False
        self._count()
        self.assertFalse(self._profile(self.customer).level_id)
        self.assertFalse(self._changes())

    def test_history(self):
        self._count()
        document = self._book(self.customer, TODAY, 200)
        self._count()
        self._count()
        self._book(self.customer, TODAY, -200, document=document)
        self._count()
        self.assertEqual(
            self._changes(), [(False, "D", "rule"), ("D", "C", "rule"), ("C", "D", "rule")]
        )

    def test_history_is_append_only(self):
        self._count()
        change = self.customer.customer_level_change_ids
        for refused in (
            lambda: change.write({"reason": "x"}),
            lambda: change.unlink(),
            lambda: change.copy(),
            lambda: change.create({"partner_id": self.customer.id}),
        ):
            with self.assertRaisesRegex(UserError, "never edited"):
                refused()

    def test_by_hand_and_back(self):
        self._count()
        self._pin(self.leader, self.levels[0])
        self._book(self.customer, TODAY, 200)
        self._count()
        self.assertEqual(self._level(), "A")
        self.assertEqual(self._profile(self.customer).level_reason, "Strategic")
        self._as(self.leader, self._profile(self.customer)).action_release_level()
        self.assertEqual(self._level(), "A")
        self._count()
        self.assertEqual(self._level(), "C")
        self.assertEqual(
            self._changes(),
            [
                (False, "D", "rule"),
                ("D", "A", "pinned"),
                ("A", "A", "released"),
                ("A", "C", "rule"),
            ],
        )
        by_hand = self.customer.customer_level_change_ids.sorted("id")[1]
        self.assertEqual((by_hand.user_id, by_hand.reason), (self.leader, "Strategic"))

    def test_what_cannot_be_chosen(self):
        self._count()
        stranger = self._create_stranger()
        foreign = self.env["sales.customer.level"].create(
            {"name": "X", "company_id": stranger.company_id.id}
        )
        profile = self._profile(self.customer)
        with self.assertRaisesRegex(UserError, "level of Bike Works"):
            profile._pin_level(foreign, "Because")
        with self.assertRaisesRegex(UserError, "reason is empty"):
            profile._pin_level(self.levels[0], "  ")
        with self.assertRaisesRegex(AccessError, "chosen by a team leader"):
            self._as(self.seller, profile)._pin_level(self.levels[0], "Because")
        self.assertEqual(self._level(), "D")
        self.assertFalse(profile.level_pinned)

    def test_conditions_that_make_no_sense(self):
        for name, value, sentence in (
            ("months", 0, "from 1 to 120"),
            ("months", 121, "from 1 to 120"),
            ("min_amount", -1, "0 or more"),
            ("min_frequency", -1, "0 or more"),
            ("min_margin", 101, "from 0 to 100"),
        ):
            with self.subTest(name=name, value=value):
                with self.assertRaises(ValidationError) as caught:
                    self.levels[0].write({name: value})
                self.assertIn(f"of level A cannot be {value}", str(caught.exception))
                self.assertIn(sentence, str(caught.exception))

    def test_a_level_of_all_companies_is_converted(self):
        first = self.env["res.company"].search([], order="id", limit=1)
        euro = self.env.ref("base.EUR")
        euro.active = True
        other = self.env["res.company"].create({"name": "Euro", "currency_id": euro.id})
        self.env["res.currency.rate"].create(
            {"currency_id": first.currency_id.id, "company_id": other.id, "rate": 4, "name": TODAY}
        )
        level = self.env["sales.customer.level"].create({"name": "Z", "min_amount": 100})
        self.assertEqual(level.currency_id, first.currency_id)
        partner = self._create_customer()
        self._book(partner, TODAY, 24.99, company=other)
        self._count(other)
        self.assertFalse(self._profile(partner, other).level_id)
        self._book(partner, TODAY, 0.01, company=other)
        self._count(other)
        self.assertEqual(self._profile(partner, other).level_id, level)

    def test_review_once_a_month(self):
        self.company.sales_level_review = "monthly"
        count = self.env["sales.customer.count"]._of(self.company)
        count._run()
        self._book(self.customer, TODAY, 200)
        newcomer = self._create_customer()
        for day, old, new in (
            ("2026-06-16", "D", "D"),
            ("2026-06-30", "D", "D"),
            ("2026-07-01", "C", "D"),
        ):
            with freeze_time(f"{day} 09:00:00"), self.subTest(day):
                count._run()
                self.assertEqual(self._level(), old)
                self.assertEqual(self._level(newcomer), new)

    def test_review_once_a_quarter_and_on_request(self):
        self.company.sales_level_review = "quarterly"
        count = self.env["sales.customer.count"]._of(self.company)
        count._run()
        self._book(self.customer, TODAY, 200)
        with freeze_time("2026-06-30 09:00:00"):
            count._run()
            self.assertEqual(self._level(), "D")
        with freeze_time("2026-07-01 09:00:00"):
            count._run()
            self.assertEqual(self._level(), "C")
            self._book(self.customer, date(2026, 7, 1), 20_000)
            count._run()
            self.assertEqual(self._level(), "C")
            self._as(self.manager, count).action_count_with_levels()
            count._run()
            self.assertEqual(self._level(), "B")
        self.assertFalse(count.queued or count.review_queued)

    def test_mark_as_lost(self):
        self._book(self.customer, TODAY - timedelta(days=3), 200)
        self._count()
        profile = self._as(self.leader, self._profile(self.customer))
        wizard = profile.env["sales.customer.lose"].create(
            {"profile_id": profile.id, "reason": "Closed"}
        )
        wizard.action_mark()
        self.assertEqual(profile.lifecycle, "lost")
        self._count()
        self.assertEqual(profile.lifecycle, "lost")
        profile.action_unmark_lost()
        self.assertEqual((profile.lifecycle, profile.lost_on), ("customer", False))
        profile._mark_lost("Closed for good")
        with freeze_time("2026-06-16 09:00:00"):
            self._book(self.customer, date(2026, 6, 16), 10)
            self._count()
        self.assertEqual((profile.lifecycle, profile.lost_on), ("repeat", False))


@tagged("post_install", "-at_install", "sales_system")
@freeze_time(NOW)
class TestCustomerCron(CustomerCommon):
    """Each company is counted once after its own midnight, and when somebody asks for it."""

    def test_due(self):
        self.company.partner_id.tz = "Asia/Shanghai"
        count = self.env["sales.customer.count"]._of(self.company)
        self.assertTrue(count._is_due())
        count._run()
        for moment, due in (
            ("2026-06-15 15:59:00", False),
            ("2026-06-15 16:00:00", True),  # midnight in Shanghai
        ):
            with freeze_time(moment), self.subTest(moment):
                self.assertEqual(count._is_due(), due)
        self._as(self.manager, count).action_count()
        self.assertTrue(count._is_due())
        count._run()
        self.assertFalse(count._is_due())

    def test_all_companies(self):
        other = self._create_stranger().company_id
        self._book(self.customer, TODAY, 100, company=other)
        self.env["sales.ledger.backfill"].search([]).unlink()
        self._run_cron()
        self.assertEqual(self._profile(self.customer, other).monetary, 100)
        self.assertEqual(self._profile(self.customer).monetary, 0)

    def _run_cron(self):
        self.env.flush_all()
        with self.enter_registry_test_mode():
            self.env.ref("sales_system.ir_cron_sales_customer_count").method_direct_trigger()
        self.env.invalidate_all()

    def test_the_button_waits_for_the_cron(self):
        self.env["sales.ledger.backfill"].search([]).unlink()
        action = self._as(self.manager, self.env["sales.customer.count"]).action_open()
        count = self._as(self.manager, self.env["sales.customer.count"].browse(action["res_id"]))
        with self.enter_registry_test_mode():
            count.action_count()
            self.assertTrue(count.queued)
            count._report(2)
            self.assertAlmostEqual(count.progress, 200 / 3, 1)
        self._book(self.customer, TODAY, 100)
        self._run_cron()
        self.assertEqual((count.queued, count.progress), (False, 0))
        self.assertEqual(self._profile(self.customer).monetary, 100)

    def test_not_on_half_a_ledger(self):
        self.env["sales.ledger.backfill"].search([]).unlink()
        self.env["sales.ledger.backfill"].create({"event": "booked", "max_id": 10})
        self._book(self.customer, TODAY)
        self.env["sales.customer.count"]._cron_count()
        self.assertFalse(self._profile(self.customer).order_count)


@tagged("post_install", "-at_install", "sales_system")
@freeze_time(NOW)
class TestCustomerRights(CustomerCommon, RpcCase):
    """Who sees what, and who may not do what, on screen and as a program."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.customer.user_id = cls.seller
        cls.other_customer.user_id = cls.other_seller
        cls._count()

    def test_own_team_all(self):
        for user, seen in (
            (self.seller, self.customer),
            (self.other_seller, self.other_customer),
            (self.leader, self.customer | self.other_customer),
            (self._create_stranger(), self.customer.browse()),
        ):
            both = [("partner_id", "in", (self.customer | self.other_customer).ids)]
            for model in (
                "sales.customer.profile",
                "sales.customer.owner",
                "sales.customer.level.change",
            ):
                if model == "sales.customer.owner" and not seen:
                    continue  # shared customers have one salesperson for all companies
                with self.subTest(user=user.login, model=model):
                    records = self._as(user, self.env[model]).search(both)
                    self.assertEqual(records.partner_id, seen)
            partners = self._as(user, self.customer | self.other_customer)
            with self.subTest(user=user.login, model="res.partner"):
                self.assertEqual(partners.filtered("lifecycle").sudo(), (partners & seen).sudo())

    def test_figures_of_others_customers_are_hidden(self):
        self._book(self.customer, TODAY, 200)
        self._count()
        for user, expected in ((self.seller, "1-1-1"), (self.other_seller, False)):
            with self.subTest(user=user.login):
                self.assertEqual(self._as(user, self.customer).customer_rfm, expected)

    def test_nobody_outside_of_sales(self):
        with self.assertRaises(AccessError):
            self._as(self.outsider, self.customer).read(["lifecycle"])
        with self.assertRaises(AccessError):
            self._as(self.outsider, self._profile(self.customer)).read(["monetary"])

    def test_programs_are_refused(self):
        profile = self._profile(self.customer)
        level = self.levels[0]
        count = self.env["sales.customer.count"]._of(self.company)
        self.env.flush_all()
        for user, record, method, args in (
            (self.seller, profile, "write", ({"level_id": level.id},)),
            (self.manager, profile, "write", ({"lifecycle": "repeat"},)),
            (self.manager, profile, "unlink", ()),
            (self.seller, profile, "action_pin_level", ()),
            (self.seller, profile, "action_release_level", ()),
            (self.leader, profile, "_pin_level", (level.id, "x")),
            (self.other_seller, profile, "action_mark_lost", ()),
            (self.other_seller, profile, "action_unmark_lost", ()),
            (self.seller, count.browse(), "action_open", ()),
            (self.leader, count, "action_count", ()),
            (self._create_stranger(), count, "action_count", ()),
            (self.manager, count, "_run", ()),
            (self.manager, count, "write", ({"queued": True},)),
            (self.leader, level, "write", ({"min_amount": 0},)),
            (self.manager, self.customer.customer_owner_ids, "write", ({"note": "x"},)),
            (self.manager, self.customer.customer_owner_ids, "unlink", ()),
            (
                self.seller,
                self.env["sales.customer.level.pin"],
                "create",
                ([{"profile_id": profile.id, "level_id": level.id, "reason": "x"}],),
            ),
        ):
            with self.subTest(user=user.login, model=record._name, method=method):
                _result, error = self._call(user, record, method, *args)
                self.assertTrue(error)
        self.assertEqual(profile.level_id.name, "D")
        self.assertFalse(count.queued)

    def test_search_on_customers(self):
        partners = self._as(self.leader, self.env["res.partner"])
        contact = self.env["res.partner"].create({"name": "Ann", "parent_id": self.customer.id})
        bare = self.env["res.partner"].create({"name": "No profile", "is_company": True})
        everybody = self.customer | self.other_customer | contact | bare
        self._book(self.customer, TODAY, 200)
        self._count()
        for domain, expected in (
            ([("customer_level_id", "=", self.levels[2].id)], self.customer | contact),
            ([("customer_level_id", "in", self.levels.ids)], everybody - bare),
            ([("customer_level_id", "=", "C")], self.customer | contact),
            ([("customer_level_id", "ilike", "c")], self.customer | contact),
            ([("customer_level_id", "=", False)], bare),
            ([("customer_level_id", "!=", False)], everybody - bare),
            ([("customer_level_id", "!=", self.levels[2].id)], self.other_customer | bare),
            ([("lifecycle", "=", "customer")], self.customer | contact),
            ([("lifecycle", "!=", "customer")], self.other_customer | bare),
            ([("lifecycle", "in", ("customer", False))], self.customer | contact | bare),
        ):
            with self.subTest(domain=domain):
                found = partners.search([*domain, ("id", "in", everybody.ids)])
                self.assertEqual(found.sudo(), expected)
