from unittest.mock import patch

from odoo.tests import tagged

from ...models.customer import sales_identity_backfill
from .conflict_common import ConflictCommon


@tagged("post_install", "-at_install", "sales_system")
class TestIdentityKeys(ConflictCommon):
    """Keys follow their records, whichever way these change."""

    def _keys(self, record):
        keys = self.env["sales.identity.key"]
        keys._renew_pending()
        column = "partner_id" if record._name == "res.partner" else "lead_id"
        return {(key.kind, key.key) for key in keys.search([(column, "=", record.id)])}

    def test_keys_of_a_customer(self):
        expected = {
            ("tax_id", "91330100MA2LAKE01X"),
            ("phone", "7188880100"),
            ("email", "buyer@lakeside.example"),
            ("domain", "lakeside.example"),
            ("name", "杭州湖滨运动器材"),
        }
        self.assertEqual(self._keys(self.known), expected)
        # The tax ID is the company's.
        self.assertEqual(self._keys(self.contact), {("phone", "3800138000"), ("name", "guming")})

    def test_a_change(self):
        self.known.write({"phone": False, "name": "Lakeside Ltd"})
        kinds = self._keys(self.known)
        self.assertIn(("name", "lakeside"), kinds)
        self.assertNotIn(("name", "杭州湖滨运动器材"), kinds)
        self.assertFalse([key for kind, key in kinds if kind == "phone"])

    def test_what_odoo_computes(self):
        lead = self.env["crm.lead"].create({"name": "Boats", "partner_id": self.known.id})
        self.assertIn(("email", "buyer@lakeside.example"), self._keys(lead))
        self.known.email = "office@lakeside.example"
        self.assertIn(("email", "office@lakeside.example"), self._keys(lead))

    def test_a_country_that_is_told_later(self):
        partner = self.env["res.partner"].create({"name": "Far", "phone": "8888 0100"})
        self.assertIn(("phone", "88880100"), self._keys(partner))
        partner.country_id = self.env.ref("base.cn")
        self.assertIn(("phone", "8688880100"), self._keys(partner))

    def test_leaving_the_company(self):
        self.contact.parent_id = False
        self.contact.vat = "91330100MA2OTHER1X"
        self.assertIn(("tax_id", "91330100MA2OTHER1X"), self._keys(self.contact))

    def test_deleting(self):
        keys = self.env["sales.identity.key"].search([("partner_id", "=", self.contact.id)])
        self.contact.unlink()
        self.assertFalse(keys.exists())

    def test_archiving_and_back(self):
        self.assertTrue(self._search("91330100MA2LAKE01X"))
        self.known.active = False
        self.assertFalse(self._search("91330100MA2LAKE01X"))
        self.known.active = True
        self.assertTrue(self._search("91330100MA2LAKE01X"))

    def test_merging(self):
        """What is left has its own keys, whatever the other had."""
        double = self.env["res.partner"].create(
            {
                "name": "湖滨体育",
                "is_company": True,
                "phone": "0571 8888 0100",
                "website": "https://hubin.example",
            }
        )
        self._keys(double)
        wizard = self.env["base.partner.merge.automatic.wizard"].create({})
        wizard._merge((self.known + double).ids, self.known)
        self.assertFalse(double.exists())
        self.assertEqual(
            self._keys(self.known),
            {
                ("tax_id", "91330100MA2LAKE01X"),
                ("phone", "7188880100"),
                ("email", "buyer@lakeside.example"),
                ("domain", "lakeside.example"),
                ("domain", "hubin.example"),
                ("name", "杭州湖滨运动器材"),
            },
        )

    def test_merging_leads(self):
        leads = self.env["crm.lead"].create(
            [{"name": "A", "contact_name": "Ann"}, {"name": "B", "phone": "0571 9999 0000"}]
        )
        self._keys(leads[0])
        merged = leads.merge_opportunity()
        self.assertIn(("name", "ann"), self._keys(merged))
        keys = self.env["sales.identity.key"].search([("lead_id", "in", leads.ids)])
        self.assertEqual(keys.lead_id, merged)

    # === MANY === #
    def test_statements_do_not_grow_with_the_records(self):
        keys = self.env["sales.identity.key"]
        keys._renew_pending()
        counts = []
        for number in (1, 200):
            leads = self.env["crm.lead"].create(
                [
                    {"name": "L", "partner_name": f"Lead {i}", "user_id": False}
                    for i in range(number)
                ]
            )
            leads.flush_recordset()
            before = self.env.cr.sql_log_count
            keys._renew_pending()
            counts.append(self.env.cr.sql_log_count - before)
            self.assertEqual(len(keys.search([("lead_id", "in", leads.ids)])), number)
        self.assertEqual(*counts)

    def test_statements_of_a_search_do_not_grow_with_what_is_found(self):
        self.env["res.partner"].create(
            [{"name": f"Mountain Hikers {i}", "is_company": True} for i in range(15)]
        )
        counts = []
        radar = self._as(self.other_seller, self.env["sales.conflict.radar"])
        self.env.invalidate_all()
        radar._search_text("杭州湖滨运动")
        for text in ("杭州湖滨运动", "Mountain Hikers"):
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            hits = radar._search_text(text)
            counts.append(self.env.cr.sql_log_count - before)
        self.assertEqual(len(hits), 15)
        self.assertEqual(*counts)

    # === OLDER RECORDS === #
    def _backfill(self):
        backfill = self.env["sales.identity.backfill"]
        backfill._start()
        self.assertGreater(backfill._get_remaining(), 0)
        with (
            patch.object(sales_identity_backfill, "BATCH_RECORDS", 50),
            self.enter_registry_test_mode(),
        ):
            self.env.ref("sales_system.ir_cron_sales_identity_backfill").method_direct_trigger()

    def test_backfill(self):
        keys, backfill = self.env["sales.identity.key"], self.env["sales.identity.backfill"]
        before = self._keys(self.known)
        self.env.cr.execute("DELETE FROM sales_identity_key")
        self._backfill()
        self.assertFalse(backfill.search([]))
        self.assertEqual(self._keys(self.known), before)
        count = keys.search_count([])
        self._backfill()
        self.assertEqual(keys.search_count([]), count)

    def test_it_goes_on_where_it_was_stopped(self):
        backfill = self.env["sales.identity.backfill"]
        self._keys(self.known)
        self.env.cr.execute("DELETE FROM sales_identity_key")
        backfill._start()
        row = backfill.search([("model", "=", "res.partner")])
        row.last_id = self.known.id
        row._fill_batch()
        self.assertFalse(self._keys(self.known))
        self.assertTrue(self._keys(self.contact))
