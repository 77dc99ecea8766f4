from dateutil.relativedelta import relativedelta

from odoo import fields
from odoo.tests import HttpCase, tagged

from ..ledger.common import LedgerInvoicingCommon
from .common import ChannelMixin


@tagged("post_install", "-at_install", "sales_system", "sales_tour")
class TestChannelPartnerTour(ChannelMixin, LedgerInvoicingCommon, HttpCase):
    def test_partners_hierarchy_and_performance(self):
        """A channel manager looks at the partners, who buys from whom, and how they do."""
        self._create_channel()
        today = fields.Date.today()
        for day, amount in ((today, 3000), (today - relativedelta(years=1), 1000)):
            order = self._create_order(((1, amount),), partner_id=self.distributor.id)
            order.date_order = f"{day} 01:00:00"
        self._create_invoice(
            partner_id=self.distributor.id,
            invoice_date=today - relativedelta(days=20),
            invoice_date_due=today - relativedelta(days=2),
        )
        self.env["sales.ledger.posting"]._post_pending()
        self.start_tour("/odoo", "sales_channel_partner", login=self.manager.login)
        self.assertEqual(self.distributor.channel_state, "active")
