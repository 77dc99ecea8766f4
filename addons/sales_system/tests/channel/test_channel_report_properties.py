from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from odoo.tests import freeze_time, tagged

from .report_common import TODAY, ChannelReportCommon

PERIODS = ("2026-01-01", "2026-02-01", "2026-03-01")
quantity = st.integers(0, 30)
month = st.fixed_dictionaries(
    {"bought": quantity, "sold": quantity, "returned": st.booleans(), "detailed": st.booleans()}
)


@tagged("post_install", "-at_install", "sales_system")
@freeze_time(TODAY)
class TestChannelReportProperties(ChannelReportCommon):
    """Whatever is bought, sold, returned and corrected, the reports stay a chain."""

    @settings(
        max_examples=12, deadline=None, suppress_health_check=[HealthCheck.differing_executors]
    )
    @given(st.lists(month, min_size=3, max_size=3))
    def test_the_chain_adds_up(self, months):
        with self.env.cr.savepoint() as savepoint:
            self._report_months(months)
            savepoint.rollback()
        self.env.invalidate_all(flush=False)

    def _report_months(self, months):
        partner = self._create_channel_partner("Chain")
        stock = 0
        for day, month in zip(PERIODS, months, strict=True):
            if month["bought"]:
                self._invoice(month["bought"], day, partner)
            sold = min(month["sold"], stock + month["bought"])
            report = self._create_report(day, partner)
            if month["detailed"] and sold:
                parts = (1, sold - 1) if sold > 1 else (1,)
                report.sale_ids = [
                    (0, 0, {"date": day, "product_id": self.product.id, "quantity": part})
                    for part in parts
                ]
            elif sold:
                report.line_ids.out_quantity = sold
            report.action_take_expected()
            report.action_submit()
            if month["returned"]:
                report._return("Again")
                report.action_submit()
            report.action_accept()
            stock += month["bought"] - sold
        reports = self.env["sales.channel.report"].search([("partner_id", "=", partner.id)])
        lines = reports.line_ids.sorted("date_to")
        closing = 0
        for line in lines:
            self.assertEqual(line.opening_quantity, closing)
            closing = line.closing_quantity
            self.assertEqual(closing, line.opening_quantity + line.in_quantity - line.out_quantity)
        self.assertEqual(closing, stock)
        self.assertEqual(sum(lines.mapped("in_quantity")), sum(month["bought"] for month in months))
