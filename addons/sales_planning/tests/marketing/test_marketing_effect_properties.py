from collections import defaultdict
from datetime import date, timedelta
from decimal import Decimal

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from odoo.tests import tagged

from .effect_common import EffectCommon

FIRST = date(2026, 3, 1)
DAYS = st.integers(0, 30).map(lambda days: FIRST + timedelta(days=days))
CAMPAIGNS = st.sampled_from(("poster", "stand", "loose"))
CUSTOMERS = st.sampled_from(("customer", "other_customer"))
CENTS = st.integers(-9_999_99, 9_999_99).filter(bool).map(lambda cents: cents / 100)


@tagged("post_install", "-at_install", "sales_planning")
class TestMarketingEffectProperties(EffectCommon):
    """Whoever met what and whatever was sold: the parts of a sale add up to it, to the cent."""

    @settings(
        max_examples=15,
        deadline=None,
        suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    )
    @given(
        leads=st.lists(st.tuples(CUSTOMERS, CAMPAIGNS, DAYS), max_size=6),
        sales=st.lists(st.tuples(CUSTOMERS, DAYS, CENTS), min_size=1, max_size=8),
    )
    def test_parts_add_up(self, leads, sales):
        self.env["crm.lead"].with_context(active_test=False).search(
            [("company_id", "=", self.company.id)]
        ).unlink()
        for customer, campaign, day in leads:
            partner = getattr(self, customer)
            self._create_lead(getattr(self, campaign), day, partner_id=partner.id)
        sales_import = self._sell(
            *((day, None, amount, getattr(self, customer).ref) for customer, day, amount in sales)
        )
        entries = self.env["sales.ledger.entry"].search([("import_id", "=", sales_import.id)])
        self.assertEqual(len(entries), len(sales))
        met = defaultdict(dict)
        for customer, campaign, day in leads:
            days = met[getattr(self, customer)]
            campaign = getattr(self, campaign)
            days[campaign] = min(day, days.get(campaign, day))
        for entry in entries:
            campaigns = {
                campaign for campaign, day in met[entry.partner_id].items() if day <= entry.date
            }
            self._check_linear(entry, campaigns)
            first = self._contributions(entry, "first")
            self.assertEqual(first.mapped("invoiced"), [entry.amount] if campaigns else [])
            days = met[entry.partner_id]
            self.assertLessEqual(set(first.campaign_id), campaigns)
            self.assertTrue(
                all(days[first.campaign_id] <= days[campaign] for campaign in campaigns)
            )
            self.assertFalse(self._contributions(entry, "marked"))

    def _check_linear(self, entry, campaigns):
        parts = self._contributions(entry, "linear")
        self.assertEqual(set(parts.campaign_id), campaigns)
        self.assertEqual(len(parts), len(campaigns))
        if not campaigns:
            return
        for name, whole in (("invoiced", entry.amount), ("margin", entry.margin)):
            amounts = [Decimal(str(part[name])) for part in parts]
            self.assertEqual(sum(amounts), Decimal(str(whole)))
            fair = Decimal(str(whole)) / len(campaigns)
            for amount in amounts:
                self.assertEqual(amount, round(amount, 2))
                self.assertLessEqual(abs(amount - fair), Decimal("0.01"))

    def _contributions(self, entry, attribution):
        return self.env["sales.marketing.contribution"].search(
            [("entry_id", "=", entry.id), ("attribution", "=", attribution)]
        )
