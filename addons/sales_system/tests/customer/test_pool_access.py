from odoo.exceptions import AccessError, UserError
from odoo.tests import freeze_time, tagged
from odoo.tools import mute_logger

from ..common import RpcCase
from .pool_common import TODAY, PoolCommon

TEXT = "Called"
HIDDEN = ("Bikes for a school", "5555", "ann@school")


@tagged("post_install", "-at_install", "sales_system")
@freeze_time(TODAY)
class TestPoolAccess(PoolCommon):
    """Who sees what lies in a pool, and how much of it."""

    def _sees(self, user, record):
        found = self._as(user, self.env[record._name]).search([("id", "in", record.ids)])
        by_search = bool(found)
        self.assertEqual(self._as(user, record).has_access("read"), by_search)
        return by_search

    def test_leads_of_a_pool(self):
        lead = self._create_pooled()
        for user, expected in (
            (self.seller, True),
            (self.other_seller, True),
            (self.stray, False),
            (self.city_leader, True),
            (self.east_leader, True),
            (self.director, True),
            (self.west_leader, False),
            (self.leader, True),
            (self.manager, True),
            (self._create_stranger(), False),
        ):
            with self.subTest(user=user.login):
                self.assertEqual(self._sees(user, lead), expected)
                rows = self._as(user, self.env["sales.pool.record"])
                self.assertEqual(bool(rows.search([("res_id", "=", lead.id)])), expected)

    def test_leads_of_nobody_outside_of_the_pools(self):
        lead = self._create_lead()
        lead.user_id = False
        self.assertTrue(self._sees(self.stray, lead))

    def test_activities_of_leads_of_a_pool(self):
        lead = self._create_pooled()
        call = self.env.ref("mail.mail_activity_data_call")
        lead.message_post(body=TEXT, mail_activity_type_id=call.id)
        self.env.flush_all()
        domain = [("lead_id", "=", lead.id)]
        for user, expected in ((self.seller, True), (self.stray, False)):
            report = self._as(user, self.env["crm.activity.report"])
            self.assertEqual(bool(report.search(domain)), expected)

    def test_who_leaves_the_team_no_longer_sees_them(self):
        lead = self._create_pooled()
        self.env["crm.team.member"].search([("user_id", "=", self.other_seller.id)]).unlink()
        self.assertFalse(self._sees(self.other_seller, lead))

    def test_customers_of_a_pool(self):
        contact = self.env["res.partner"].create({"name": "Ann", "parent_id": self.customer.id})
        self.customer.user_id = self.seller
        self.customer._return_to_pool("Test")
        self.assertTrue(self._sees(self.stray, self.customer))
        self.env["res.config.settings"].create({"sales_own_customers_only": True}).execute()
        for user, expected in (
            (self.seller, True),
            (self.stray, False),
            (self.east_leader, True),
            (self.west_leader, False),
            (self.leader, True),
            (self.outsider, True),
        ):
            for record in (self.customer, contact):
                with self.subTest(user=user.login, record=record.name):
                    self.assertEqual(self._sees(user, record), expected)
        self.pool.look_limit = 1
        self.env.invalidate_all()
        self.assertFalse(self._sees(self.seller, self.customer))
        self._as(self.seller, self.customer).action_look()
        self.assertTrue(self._sees(self.seller, contact))

    # === HIDDEN === #
    def test_hidden_until_looked_at(self):
        self.pool.look_limit = 2
        leads = self._create_pooled(3)
        self.assertFalse(self._sees(self.seller, leads[0]))
        row = self._as(self.seller, self._row(leads[0]))
        self.assertTrue(row.is_hidden)
        self.assertEqual(row.name, f"Lead {leads[0].id}")
        self.assertEqual((row.phone, row.email, row.looks_left), (False, False, 2))
        for name in HIDDEN:
            self.assertFalse(row.search([("name", "ilike", name)]))
        action = row.action_look()
        self.assertEqual((action["res_model"], action["res_id"]), ("crm.lead", leads[0].id))
        self.assertTrue(self._sees(self.seller, leads[0]))
        self.assertEqual((row.phone, row.looks_left), ("+86 21 5555 0100", 1))
        self.assertEqual(row.search([("name", "ilike", HIDDEN[0])]), row)
        # Once looked at it costs nothing more, and shows nothing to others.
        row.action_look()
        self.assertEqual(row.looks_left, 1)
        self.assertFalse(self._sees(self.other_seller, leads[0]))
        self._as(self.seller, leads[1]).action_look()
        with self.assertRaisesRegex(UserError, "looked at 2 of 2 records of East"):
            self._as(self.seller, leads[2]).action_look()
        looks = self.env["sales.pool.look"].search([("pool_id", "=", self.pool.id)])
        self.assertEqual(looks.user_id, self.seller)
        self.assertEqual(set(looks.mapped("res_id")), set(leads[:2].ids))

    def test_what_is_known_of_hidden_customers_is_hidden(self):
        """A many-to-one field shows the name of a record that one may not read."""
        self.customer.user_id = self.seller
        self.env["sales.customer.count"]._count(self.company, review=True)
        models = ("sales.customer.profile", "sales.customer.owner", "sales.customer.level.change")
        domain = [("partner_id", "=", self.customer.id)]
        level = self.env["sales.customer.level"].create({"name": "Test"})
        self.env["sales.customer.profile"].search(domain)._pin_level(level, "Test")
        self.customer._return_to_pool("Test")
        for look_limit, user, expected in (
            (0, self.other_seller, True),
            (0, self.stray, False),
            (1, self.other_seller, False),
            (1, self.leader, True),
        ):
            self.pool.look_limit = look_limit
            self.env.flush_all()
            for model in models:
                with self.subTest(user=user.login, look_limit=look_limit, model=model):
                    found = self._as(user, self.env[model]).search(domain)
                    self.assertEqual(bool(found), expected)

    def test_moves_of_hidden_leads_are_hidden(self):
        lead = self._create_lead(type="opportunity")
        lead.user_id = False
        stage = self.env["crm.stage"].search([("id", "!=", lead.stage_id.id)], limit=1)
        lead.stage_id = stage
        domain = [("lead_id", "=", lead.id), ("user_id", "=", False)]
        for in_pool in (False, True):
            if in_pool:
                lead._return_to_pool("Test")
                self.env.flush_all()
            for model in ("sales.lead.stage.move", "sales.lead.stage.report"):
                with self.subTest(in_pool=in_pool, model=model):
                    moves = self._as(self.stray, self.env[model])
                    self.assertEqual(bool(moves.search(domain)), not in_pool)

    def test_leaders_look_at_everything(self):
        self.pool.look_limit = 1
        lead = self._create_pooled()
        for user in (self.city_leader, self.east_leader, self.leader):
            self.assertTrue(self._sees(user, lead))

    def test_hidden_again_when_it_comes_back(self):
        self.pool.look_limit = 5
        lead = self._create_pooled()
        self._as(self.seller, lead).action_look()
        self._as(self.other_seller, lead).action_claim()
        self.assertTrue(self._sees(self.other_seller, lead))
        self.assertFalse(self._sees(self.seller, lead))
        with freeze_time("2026-03-05 09:00:00"):
            self._as(self.other_seller, lead).action_return("Too far")
            self.assertFalse(self._sees(self.seller, lead))

    def test_claimed_without_a_look(self):
        self.pool.look_limit = 1
        lead = self._create_pooled()
        self._as(self.seller, self._row(lead)).action_claim()
        self.assertTrue(self._sees(self.seller, lead))
        with self.assertRaisesRegex(UserError, f"faster: Lead {lead.id} has"):
            self._as(self.other_seller, lead).action_claim()

    def test_looks_are_logged_for_good(self):
        self.pool.look_limit = 1
        lead = self._create_pooled()
        self._as(self.seller, lead).action_look()
        look = self.env["sales.pool.look"].search([("pool_id", "=", self.pool.id)])
        with self.assertRaisesRegex(UserError, "neither changed nor deleted"):
            look.unlink()
        self.assertTrue(self._as(self.city_leader, look).has_access("read"))
        self.assertFalse(self._as(self.other_seller, look).has_access("read"))

    def test_who_may_not_claim_may_not_look(self):
        self.pool.look_limit = 5
        lead = self._create_pooled()
        for user in (self.stray, self.outsider):
            with self.assertRaises(AccessError):
                self._as(user, lead).action_look()

    def test_the_kanban_has_a_constant_number_of_statements(self):
        leads = self._create_pooled(20)
        names = (
            "name phone email is_hidden days_in_pool claims_left looks_left may_give_back city "
            "claim_limit"
        )
        fields = {name: {} for name in names.split()}

        def count(records):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self._as(self.seller, self.env["sales.pool.record"]).web_search_read(
                [("res_id", "in", records.ids), ("res_model", "=", "crm.lead")], fields
            )
            return self.env.cr.sql_log_count - before

        count(leads[:1])
        self.assertEqual(count(leads[:2]), count(leads))


@tagged("post_install", "-at_install", "sales_system")
@freeze_time(TODAY)
class TestPoolRpc(PoolCommon, RpcCase):
    """What the screens hide and refuse, a program that calls the server is refused as well."""

    def test_hidden_data(self):
        self.pool.look_limit = 1
        lead = self._create_pooled()
        row = self._row(lead)
        names = ["name", "phone", "email"]
        shown, error = self._call(self.seller, row, "read", names)
        self.assertFalse(error)
        self.assertFalse([word for word in HIDDEN if word in str(shown)])
        _result, error = self._call(self.seller, lead, "read", ["name", "phone", "email_from"])
        self.assertTrue(error)
        self.assertFalse([word for word in HIDDEN if word in error])
        found, error = self._call(
            self.seller, lead.browse(), "search_count", [("phone", "ilike", "5555 0100")]
        )
        self.assertEqual((found, error), (0, None))
        for method in ("export_data", "copy", "message_post"):
            args = [["name"]] if method == "export_data" else []
            result, error = self._call(self.seller, lead, method, *args)
            self.assertTrue(error or not [word for word in HIDDEN if word in str(result)])

    def test_hidden_at_once_from_whoever_returns_it(self):
        self.pool.look_limit = 5
        leads = self._create_pooled(2)
        self._as(self.seller, leads).action_claim()
        wizards = self._as(self.seller, self.env["sales.pool.return"])
        wizard = wizards.create({"lead_ids": [(6, 0, leads.ids)], "reason": "Too far"})
        self.env.flush_all()
        _result, error = self._call(self.seller, wizard, "action_return")
        self.assertFalse(error)
        self.assertEqual(leads.pool_id, self.pool)
        _result, error = self._call(self.seller, leads, "read", ["name"])
        self.assertTrue(error)

    def test_without_rights(self):
        lead = self._create_pooled()
        self.contact_keeper = self._create_user("contacts", "base.group_partner_manager")
        self._create_pool(name="Everybody", team_ids=False)
        self.other_customer._return_to_pool("Test")
        row, move = self._row(lead), self._moves(lead)
        self.env.flush_all()
        for user, record, method, args in (
            (self.stray, lead, "action_claim", ()),
            (self.stray, lead, "action_look", ()),
            (self.stray, lead, "action_give_back", ()),
            (self.stray, lead, "action_return", ("x",)),
            (self.stray, row, "action_claim", ()),
            (self.outsider, lead, "action_claim", ()),
            (self.outsider, row, "read", (["pool_id"],)),
            (self.outsider, move, "read", (["reason"],)),
            (self.seller, move, "write", ({"reason": "x"},)),
            (self.seller, move.browse(), "create", ([{}],)),
            (self.seller, self.pool, "write", ({"claim_limit": 99},)),
            (self.seller, lead, "write", ({"user_id": self.seller.id},)),
            (self.seller, lead, "write", ({"pool_id": False},)),
            (self.seller, lead, "_claim", (self.pool.id,)),
            (self.seller, lead, "_return_to_pool", ("x",)),
            (self.seller, self.env["sales.pool.counter"], "search_read", ([],)),
            (self.manager, self.pool, "_cron_recycle", ()),
            # They write contacts, but have nothing to do with sales.
            (self.contact_keeper, self.other_customer, "action_claim", ()),
            (self.contact_keeper, self.other_customer, "action_look", ()),
            (self.contact_keeper, self.customer, "action_return", ("x",)),
        ):
            with self.subTest(user=user.login, record=record, method=method):
                _result, error = self._call(user, record, method, *args)
                self.assertTrue(error)
        self.assertFalse(lead.user_id | self.other_customer.user_id)
        self.assertFalse(self.customer.pool_id)
        self.assertEqual(len(self._moves(lead)), 1)

    def test_the_context_sets_nothing(self):
        values = [{"name": "Bikes", "user_id": self.seller.id}]
        context = {
            "allowed_company_ids": self.seller.company_ids.ids,
            "default_protected_until": "2099-12-31",
            "default_claimed_pool_id": self.pool.id,
            "default_pool_id": self.pool.id,
            "default_held_since": "2099-12-31",
        }
        ids, error = self._call(
            self.seller, self.env["crm.lead"], "create", values, context=context
        )
        self.assertFalse(error)
        names = ("protected_until", "claimed_pool_id", "pool_id")
        (lead,) = self.env["crm.lead"].browse(ids)
        self.assertFalse(any(lead[name] for name in names))
        self.assertFalse(lead.held_since and lead.held_since.year == 2099)

    @mute_logger("odoo.sql_db")
    def test_sentences(self):
        leads = self._create_pooled(5)
        own = self._create_lead()
        for record, method, args, sentence in (
            (leads[:4], "action_claim", (), "You can claim again on"),
            (own, "action_return", (), "Say why"),
            (own, "action_return", ("",), "Say why"),
            (own, "action_return", ({"x": 1},), "Say why"),
            (own, "action_claim", (), "is yours already"),
            (own.browse(10**9), "action_claim", (), "Nothing to claim"),
        ):
            with self.subTest(method=method, args=args):
                _result, error = self._call(self.seller, record, method, *args)
                self.assertIn(sentence, error or "")
        for values in (
            {"contact_return_days": 5, "contact_warn_days": 5},
            {"order_return_days": 5, "order_warn_days": 6},
        ):
            _result, error = self._call(self.manager, self.pool, "write", values)
            self.assertIn("must be less than those of the return", error or "")
