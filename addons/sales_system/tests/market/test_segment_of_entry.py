from odoo.exceptions import AccessError
from odoo.tests import tagged

from .segment_common import SegmentCommon


@tagged("post_install", "-at_install", "sales_system")
class TestSegmentOfEntry(SegmentCommon):
    """What segments the customer of a ledger entry was in on its day."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.fleets = cls._create_segment("Fleets", "[('city', '=', 'Nowhere')]")
        cls._join(cls.segment, "2026-01-01", "2026-02-01")
        cls._join(cls.fleets, "2026-01-15")
        for day in ("2025-12-31", "2026-01-14", "2026-01-15", "2026-02-01"):
            cls._book(cls.shop, day, 1)
        cls._book(cls.customer, "2026-01-14", 1)
        cls.own = [("company_id", "=", cls.company.id)]
        cls.entries = cls.env["sales.ledger.entry"].search(cls.own, order="id")

    @classmethod
    def _join(cls, segment, first, left=None):
        cls.env["sales.market.segment.member"].create(
            {
                "segment_id": segment.id,
                "company_id": segment.company_id.id,
                "partner_id": cls.shop.id,
                "date_from": first,
                "date_to": left,
            }
        )

    def test_segments_of_entries(self):
        both = self.segment | self.fleets
        nothing = both.browse()
        self.assertEqual(
            [entry.market_segment_ids for entry in self.entries],
            [nothing, self.segment, both, self.fleets, nothing],
        )

    def test_search(self):
        entries, both = self.entries, self.segment | self.fleets
        for domain, found in (
            ([("market_segment_ids", "=", self.segment.id)], entries[1:3]),
            ([("market_segment_ids", "in", both.ids)], entries[1:4]),
            ([("market_segment_ids", "!=", self.segment.id)], entries[:1] | entries[3:]),
            ([("market_segment_ids", "=", False)], entries[:1] | entries[4:]),
            ([("market_segment_ids", "ilike", "fleet")], entries[2:4]),
            ([("market_segment_ids.name", "=", self.segment.name)], entries[1:3]),
        ):
            with self.subTest(domain=domain):
                searched = entries.search([*self.own, *domain], order="id")
                self.assertEqual(searched, found)

    def test_an_archived_segment_is_found_too(self):
        self.segment.active = False
        found = self.entries.search([("market_segment_ids", "=", self.segment.id)], order="id")
        self.assertEqual(found, self.entries[1:3])
        self.assertIn(self.segment, found[0].market_segment_ids)

    def test_a_segment_counts_sales_of_its_own_company(self):
        sister = self.env["res.company"].create({"name": "Sister"})
        self.env.user.company_ids |= sister
        self._book(self.shop, "2026-01-20", 5, company=sister)
        everywhere = self.entries.with_context(allowed_company_ids=(self.company | sister).ids)
        found = everywhere.search([("market_segment_ids", "in", self.segment.ids)], order="id")
        self.assertEqual(found, self.entries[1:3])

    def test_rights(self):
        seen = self._as(self.seller, self.entries)
        found = seen.search([("market_segment_ids", "in", self.segment.ids)])
        self.assertEqual(found, seen.search(self.own) & self.entries[1:3])
        with self.assertRaises(AccessError):
            self._as(self.outsider, self.entries).search(
                [("market_segment_ids", "in", self.segment.ids)]
            )
