import random
from itertools import pairwise

from dateutil.relativedelta import relativedelta

from odoo import fields
from odoo.tests import freeze_time, tagged

from .segment_common import SegmentCommon

TOWNS = ("Shanghai", "Suzhou", False)
RULES = (
    "[('city', '=', 'Shanghai')]",
    "[('city', '!=', 'Shanghai')]",
    "['|', ('city', '=', False), ('comment', 'ilike', 'big')]",
    "[('child_ids.city', '=', 'Suzhou')]",
    "[('user_id', '!=', False), ('city', 'in', ('Shanghai', 'Suzhou'))]",
    "[]",
)


@tagged("post_install", "-at_install", "sales_system")
class TestSegmentProperties(SegmentCommon):
    """Whatever happens to customers, members are those whom a search finds, and days add up."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.shops = cls.env["res.partner"].browse()
        for number in range(12):
            cls.shops |= cls._create_shop(f"Shop {number}")
        cls.segments = cls.env["sales.market.segment"]
        for number, rule in enumerate(RULES):
            cls.segments |= cls._create_segment(f"Segment {number}", rule)

    def _shuffle(self, dice):
        for shop in dice.sample(list(self.shops), 5):
            shop.write(
                {
                    "city": dice.choice(TOWNS),
                    "comment": dice.choice(("big", False)),
                    "active": dice.random() > 0.2,
                    "user_id": dice.choice((self.seller.id, False)),
                    "parent_id": False,
                }
            )
        child, parent = dice.sample(list(self.shops), 2)
        self.env["res.partner"].create(
            {"name": "Contact", "parent_id": parent.id, "city": dice.choice(TOWNS)}
        )
        child.is_company = dice.random() > 0.1

    def _expected(self, segment):
        """What the manager's own search finds in the company, kept to whole customers."""
        found = self._as(self.manager, self.env["res.partner"]).search(
            [*fields.Domain(segment._get_rule_domain(segment._get_searched_partners()))]
        )
        return found.filtered(
            lambda partner: (
                partner.commercial_partner_id == partner
                and partner.partner_share
                and partner.company_id in (self.company, self.env["res.company"])
            )
        )

    def test_members_are_those_whom_a_search_finds(self):
        for seed in range(4):
            dice = random.Random(seed)  # noqa: S311 - repeatable, not secret
            day = fields.Date.to_date("2026-06-01") + relativedelta(months=seed)
            for _step in range(4):
                day += relativedelta(days=dice.randint(0, 3))
                with freeze_time(day):
                    self._shuffle(dice)
                    for segment in self.segments:
                        with self.subTest(seed=seed, day=day, segment=segment.name):
                            self._check_segment(segment)

    def _check_segment(self, segment):
        segment._snapshot()
        rows = self._rows(segment)
        current = segment.member_ids.filtered(lambda member: not member.date_to)
        expected = self._expected(segment)
        self.assertEqual(set(current.partner_id.ids), set(expected.ids))
        self.assertEqual(segment.size, len(expected))
        # Once more changes nothing.
        self.assertEqual(segment._snapshot()[:2], (0, 0))
        self.assertEqual(self._rows(segment), rows)
        # The spans of a customer do not overlap, and the days add up to the size of today.
        for (partner, _from, left), (next_partner, start, _to) in pairwise(rows):
            if partner == next_partner:
                self.assertTrue(left and left <= start)
        size = self.env["sales.market.segment.size"].search(
            [("segment_id", "=", segment.id)], order="date desc", limit=1
        )
        self.assertEqual(size.size, segment.size)

    def _rows(self, segment):
        self.env.cr.execute(
            """
            SELECT partner_id, date_from, date_to FROM sales_market_segment_member
             WHERE segment_id = %s ORDER BY partner_id, date_from, date_to NULLS LAST
            """,
            [segment.id],
        )
        return self.env.cr.fetchall()
