from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, freeze_time, tagged

from ...models.customer.sales_conflict_search import KEPT_CHARACTERS
from ..channel.deal_common import DealMixin
from ..common import RpcCase
from .conflict_common import ConflictCommon

MASKED = "杭***"


@tagged("post_install", "-at_install", "sales_system")
class TestConflictCheck(ConflictCommon):
    """Who is known by what, and how much of it one is told."""

    # === WHAT IS FOUND === #
    def test_by_each_kind_of_key(self):
        for text, kind in (
            ("91330100-ma2lake01x", "tax_id"),
            ("057188880100", "phone"),
            ("+86 571 8888 0100", "phone"),
            ("BUYER@lakeside.example", "email"),
            ("seller@lakeside.example", "domain"),
            ("lakeside.example", "domain"),
            ("杭州湖滨运动器材", "name"),
            ("杭州湖滨运动器材股份有限公司", "name"),
            ("杭州湖滨运动", "similar"),
            ("杭州湖滨体育运动器材有限公司", "similar"),
            ("13800138000", "phone"),
            ("Gu Ming", "name"),
        ):
            with self.subTest(text=text):
                self.assertEqual(self._found(text), {("customer", kind, MASKED)})

    def test_english_and_full_width(self):
        self.known.name = "Lakeside Sports Co., Ltd."
        for text, kind in (
            ("LAKESIDE SPORTS", "name"),
            ("\uff2cakeside  Sports Inc.", "name"),
            ("Lakeside Sport", "similar"),
            ("Lake side Sprots", "similar"),
        ):
            with self.subTest(text=text):
                self.assertEqual(self._found(text), {("customer", kind, "L***")})
        self.assertFalse(self._found("Mountain Hikers"))

    def test_the_beginning_without_trigrams(self):
        self.patch(self.env.registry, "has_trigram", False)
        self.assertEqual(self._found("杭州湖滨运动"), {("customer", "similar", MASKED)})
        self.assertFalse(self._found("杭州湖滨体育运动器材有限公司"))
        check = self._as(self.seller, self.env["sales.conflict.check"]).create({})
        self.assertFalse(check.has_trigram)

    def test_leads(self):
        lead = self.env["crm.lead"].create(
            {
                "name": "Rowing boats",
                "partner_name": "Riverside Rowing GmbH",
                "contact_name": "Ann Ray",
                "phone": "+49 30 1234567",
                "email_from": "ann@riverside.example",
                "type": "lead",
                "team_id": self.shanghai.id,
                "user_id": self.seller.id,
                "company_id": self.company.id,
            }
        )
        for text in ("riverside rowing", "0049 30 1234567", "ann@riverside.example", "Ann Ray"):
            with self.subTest(text=text):
                (found,) = self._search(text)
                self.assertRecordValues(
                    found, [{"record_type": "lead", "name": "R***", "owner": "Team Shanghai"}]
                )
        lead.convert_opportunity(False)
        self.assertEqual(self._search("Ann Ray").record_type, "opportunity")
        lead.action_set_lost()
        self.assertFalse(self._search("Ann Ray"))
        lead.action_restore()
        self.assertTrue(self._search("Ann Ray"))

    def test_nobody_looks_after_it(self):
        self.env["crm.lead"].create(
            {"name": "Pool", "partner_name": "Nobody's Boats", "user_id": False}
        )
        self.assertEqual(self._search("Nobody's Boats").owner, "Nobody")

    def test_what_lies_in_a_pool(self):
        pool = self.env["sales.pool"].create({"name": "East", "company_id": self.company.id})
        lead = self.env["crm.lead"].create({"name": "Boats", "partner_name": "Pooled Boats"})
        for record in (lead, self.known):
            record.user_id = False
            record.pool_id = pool
        for text in ("Pooled Boats", "13800138000"):
            self.assertEqual(self._search(text).owner, "In the public pool")

    def test_who_is_no_customer(self):
        self.assertFalse(self._found(self.leader.name))
        self.company.partner_id.phone = "0571 7777 0000"
        self.assertFalse(self._found("057177770000"))

    # === WHAT IS TOLD === #
    def test_masked(self):
        (line,) = self._search("13800138000")
        self.assertRecordValues(
            line,
            [
                {
                    "name": MASKED,
                    "owner": "Team Shanghai",
                    "since": self.known.create_date.date(),
                    "res_model": False,
                    "res_id": 0,
                }
            ],
        )

    def test_who_may_read_it(self):
        for user in (self.seller, self.city_leader, self.director, self.leader, self.manager):
            with self.subTest(user=user.login):
                (line,) = self._search("13800138000", user)
                self.assertEqual(line.name, self.known.name)
                self.assertEqual(line.action_open()["res_id"], self.known.id)
        (line,) = self._search("13800138000", self.west_leader)
        self.assertEqual((line.name, line.res_id), (MASKED, 0))

    def test_other_companies(self):
        stranger = self._create_stranger()
        self.known.company_id = self.company
        self.assertFalse(self._found("13800138000", stranger))
        self.assertTrue(self._found("13800138000"))
        self.known.company_id = stranger.company_id
        self.assertFalse(self._found("13800138000"))
        (line,) = self._search("13800138000", stranger)
        self.assertEqual(line.name, self.known.name)

    # === BAD INPUT === #
    def test_searches_that_say_nothing(self):
        for text, sentence in (
            (False, "The search is empty"),
            ("   ", "The search is empty"),
            ("%", "No customer is known by “%”"),
            ("_%_", "No customer is known by"),
            ("\\_%\\\\", "No customer is known by"),
            ("a", "too short"),
        ):
            with self.subTest(text=text), self.assertRaisesRegex(UserError, sentence):
                self._search(text)
        self.assertFalse(self.env["sales.conflict.search"].search([]).filtered("hit_count"))

    def test_harmless_searches(self):
        for text in ("湖" * 10_000, "%湖滨%", "x' OR 1=1 --", "杭州湖滨%"):
            with self.subTest(text=text[:20]):
                found = self._found(text)
                self.assertLessEqual(found, {("customer", "similar", MASKED)})

    def test_a_long_name_is_saved_and_found(self):
        name = "湖" * 10_000
        lead = self.env["crm.lead"].create({"name": "Long", "contact_name": name})
        self.assertEqual(self._search(name, self.manager).res_id, lead.id)

    # === THE LOG === #
    @freeze_time("2026-03-10 09:00:00")
    def test_the_log(self):
        log = self.env["sales.conflict.search"]
        self._search("13800138000")
        self._search("13800138000", self.seller)
        self._search("x1" * 500)
        rows = log.search([("user_id", "in", (self.seller + self.other_seller).ids)], order="id")
        self.assertRecordValues(
            rows,
            [
                {"user_id": self.other_seller.id, "hit_count": 1, "hidden_count": 1},
                {"user_id": self.seller.id, "hit_count": 1, "hidden_count": 0},
                {"user_id": self.other_seller.id, "hit_count": 0, "hidden_count": 0},
            ],
        )
        self.assertEqual(len(rows[2].text), KEPT_CHARACTERS)
        self.assertEqual(self._as(self.seller, log).search([]).ids, rows[1].ids)
        self.assertFalse(rows - self._as(self.manager, log).search([]).with_env(self.env))
        with self.assertRaises(AccessError):
            self._as(self.seller, rows[1]).unlink()
        rows[0].date = fields.Datetime.subtract(fields.Datetime.now(), days=91)
        log._gc_searches()
        self.assertEqual(rows.exists(), rows[1:])

    def test_without_the_right(self):
        with self.assertRaises(AccessError):
            self._as(self.outsider, self.env["sales.conflict.check"]).create({"text": "Acme"})

    # === ON CREATE === #
    def test_a_warning_while_typing(self):
        partners = self._as(self.other_seller, self.env["res.partner"])
        form = Form(partners, "base.view_partner_form")
        self.assertFalse(form.conflict_warning)
        form.name = "New"
        form.phone = "0571-88880100"
        self.assertEqual(
            form.conflict_warning,
            "Customer of the same Phone: 杭*** (looked after by: Team Shanghai)",
        )
        form.phone = "0571-88880101"
        self.assertFalse(form.conflict_warning)
        lead = Form(self._as(self.other_seller, self.env["crm.lead"]))
        lead.name = "Boats"
        lead.email_from = "buyer@lakeside.example"
        self.assertIn("Customer of the same Email: 杭***", lead.conflict_warning)
        lead.save()

    def test_no_warning_of_oneself(self):
        form = Form(self._as(self.seller, self.known), "base.view_partner_form")
        self.assertFalse(form.conflict_warning)
        form.phone = "0571 8888 0109"
        self.assertFalse(form.conflict_warning)

    def test_the_standard_warning_names_nobody_hidden(self):
        for user, expected in ((self.other_seller, False), (self.seller, self.known.id)):
            partner = self._as(user, self.env["res.partner"]).new(
                {"name": "New", "is_company": True, "vat": self.known.vat}
            )
            self.assertEqual(partner.same_vat_partner_id._origin.id, expected)


@tagged("post_install", "-at_install", "sales_system")
class TestConflictCheckDeals(DealMixin, ConflictCommon):
    """Deal registrations, which have keys of their own."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._create_deals()
        cls.known.active = False

    def test_registrations(self):
        deal = self._register()
        for text in ("lakeside sports", "Lakeside Sport", "+86 21 6660 0100", "02166600100"):
            with self.subTest(text=text):
                self.assertEqual(self._search(text, self.manager).res_id, deal.id)
        (line,) = self._search("lakeside sports", self.leader)
        self.assertEqual(line.record_type, "registration")
        hidden = self._as(self.other_seller, deal).has_access("read")
        (line,) = self._search("lakeside sports")
        self.assertEqual(bool(line.res_id), hidden)


@tagged("post_install", "-at_install", "sales_system")
class TestConflictCheckRpc(ConflictCommon, RpcCase):
    def test_who_may_not(self):
        self._search("13800138000")
        key = self.env["sales.identity.key"].search([("partner_id", "=", self.known.id)])
        log = self.env["sales.conflict.search"].search([("user_id", "=", self.other_seller.id)])
        check = self.env["sales.conflict.check"]
        other = self._as(self.seller, check).create({"text": "x"})
        radar = self.env["sales.conflict.radar"]
        for user, record, method, args in (
            (self.outsider, check, "create", ([{"text": "Acme"}],)),
            (self.other_seller, key, "read", (["key"],)),
            (self.manager, key, "read", (["key"],)),
            (self.manager, log, "write", ({"text": "x"},)),
            (self.seller, log, "read", (["text"],)),
            (self.other_seller, other, "action_search", ()),
            (self.other_seller, radar, "_search_text", ("13800138000",)),
            (self.other_seller, self.known, "read", (["name"],)),
        ):
            with self.subTest(user=user.login, model=record._name, method=method):
                _result, error = self._call(user, record, method, *args)
                self.assertTrue(error)

    def test_search(self):
        check, error = self._call(
            self.other_seller, self.env["sales.conflict.check"], "create", {"text": "13800138000"}
        )
        self.assertFalse(error)
        check = self.env["sales.conflict.check"].browse(check)
        _result, error = self._call(self.other_seller, check, "action_search")
        self.assertFalse(error)
        self.assertEqual(check.line_ids.name, MASKED)
        _result, error = self._call(
            self.other_seller, check.line_ids, "write", {"res_model": "res.partner", "res_id": 1}
        )
        self.assertTrue(error)
