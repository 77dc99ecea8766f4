from odoo.tests import HttpCase, new_test_user, tagged

from .report_common import ChannelReportCommon


@tagged("post_install", "-at_install", "sales_system", "sales_tour")
class TestChannelReportTour(ChannelReportCommon, HttpCase):
    """A report, from the draft on the portal to its acceptance."""

    def test_from_the_portal_to_the_acceptance(self):
        visitor = new_test_user(self.env, "shen.yu", "base.group_portal", lang="en_US")
        visitor.partner_id.parent_id = self.distributor
        report = self._create_report()
        self.start_tour("/my/channel-reports", "sales_channel_report_portal", login=visitor.login)
        self.assertRecordValues(report, [{"state": "submitted", "submitted_by_id": visitor.id}])
        self.start_tour("/odoo", "sales_channel_report_accept", login=self.seller.login)
        self.assertRecordValues(report, [{"state": "accepted", "accepted_by_id": self.seller.id}])
