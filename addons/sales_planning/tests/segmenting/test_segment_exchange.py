from odoo.tests import freeze_time, tagged

from odoo.addons.sales_system.tests.organisation.handover_common import HandoverCommon

from ...engine.workbook import HEADER_ROW
from ..exchange.common import ExchangeCommon
from .common import SegmentTargetCommon


@tagged("post_install", "-at_install", "sales_planning")
@freeze_time("2026-01-10")
class TestSegmentWorkbook(ExchangeCommon, SegmentTargetCommon):
    def test_a_workbook_goes_out_and_comes_back(self):
        plan = self._create_plan(name="Segments")
        shops, fleets = (
            self._create_target({1: 100}, plan=plan, segment_id=segment.id)
            for segment in (self.shops, self.fleets)
        )
        workbook = self._export(plan=plan)
        sheet = workbook["Targets"]
        titles = [cell.value for cell in sheet[HEADER_ROW + 1]]
        column = titles.index("Market Segment")
        self.assertEqual(
            {sheet[self._row_of(workbook, one)][column].value for one in (shops, fleets)},
            {"Shops", "Fleets"},
        )
        january = titles.index("Last Year") + 1
        sheet[self._row_of(workbook, fleets)][january].value = 70.5
        document = self._upload(workbook, plan_id=plan.id)
        self.assertEqual(self._differences(document), {("Fleets", 1, 100, 70.5)})
        document.action_apply()
        self.assertEqual((shops.assigned, fleets.assigned), (100, 70.5))


@tagged("post_install", "-at_install", "sales_planning")
class TestSegmentHandover(HandoverCommon, SegmentTargetCommon):
    def test_targets_of_segments_pass_with_the_work(self):
        self.startPatcher(freeze_time("2026-07-01"))
        given = self._create_target(
            dict.fromkeys(range(1, 13), 100), user_id=self.seller.id, segment_id=self.shops.id
        )
        plain = self._create_target(dict.fromkeys(range(1, 13), 5), user_id=self.other_seller.id)
        self.plan.action_approve()
        # Not in use any more, but the plan counts it on.
        self.shops.active = False
        handover = self._create_handover(
            move_customers=False, move_leads=False, move_quotations=False
        )
        handover.action_hand_over()
        self.env.invalidate_all()
        taken = self.plan.target_ids.filtered(
            lambda one: one.user_id == self.other_seller and one.segment_id == self.shops
        )
        self.assertEqual((given.assigned, taken.assigned, plain.assigned), (600, 600, 60))
        self._join(self.shops, self.customer)
        self._post("2026-07-05", 40, partner_id=self.customer, user_id=self.other_seller)
        self.assertEqual(self._actuals(taken), {7: 40})
        self.assertIn("Shops", ", ".join(handover.line_ids.mapped("name")))
