from decimal import Decimal

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import Form, freeze_time, tagged
from odoo.tools import mute_logger

from odoo.addons.sales_system.tests.common import RpcCase
from odoo.addons.sales_system.tests.ledger.common import LedgerInvoicingCommon

from .common import SegmentTargetCommon


@tagged("post_install", "-at_install", "sales_planning")
@freeze_time("2026-06-15")
class TestSegmentPlanning(SegmentTargetCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._join(cls.shops, cls.customer)
        cls._join(cls.fleets, cls.other_customer, "2025-03-01")
        cls.top = cls._create_target(dict.fromkeys(range(1, 13), 100))

    def _split(self, target=None, **values):
        wizard = self._open(target).create({"dimension": "segment_id", **values})
        wizard.action_split()
        return (target or self.top).child_ids

    def _open(self, target=None):
        return self.env["sales.target.split"].with_context(
            default_target_id=(target or self.top).id
        )

    def _assert_exact(self):
        for cell in self.top.cell_ids.filtered(lambda one: one.assigned is not False):
            parts = self.top.child_ids.cell_ids.filtered(
                lambda part, cell=cell: part.date_from == cell.date_from
            )
            self.assertEqual(
                sum(Decimal(str(part.assigned)) for part in parts), Decimal(str(cell.assigned))
            )
        self.assertFalse(self.top.unassigned)

    def _sell_last_year(self):
        self._post("2025-01-05", 1, partner_id=self.customer)
        self._post("2025-04-05", 200, partner_id=self.customer)
        self._post("2025-04-05", 100, partner_id=self.other_customer)
        # Before it was in the segment.
        self._post("2025-01-05", 5000, partner_id=self.other_customer)

    # === SPLITTING === #
    def test_a_level_of_segments_is_proposed(self):
        self._sell_last_year()
        self.plan.level_ids = [Command.create({"dimension": "segment_id"})]
        archived = self._create_segment("Gone", active=False)
        elsewhere = self._create_segment(
            "Elsewhere", company=self.env["res.company"].create({"name": "Elsewhere"})
        )
        wizard = Form(self._open())
        self.assertEqual(wizard.dimension, "segment_id")
        lines = wizard.save().line_ids
        self.assertEqual(
            [(line.record_ref, line.last_year) for line in lines],
            [(self.shops, 201), (self.fleets, 100)],
        )
        self.assertNotIn(archived | elsewhere, [line.record_ref for line in lines])

    def test_by_what_segments_sold_last_year(self):
        self._sell_last_year()
        # Months in which nothing was sold have nothing to be shared by.
        for month in set(range(1, 13)) - {1, 4}:
            self._cell(self.top, month).assigned = False
        self._cell(self.top, 4).assigned = 100.01
        parts = self._split(method="last_year")
        self.assertEqual(set(parts.segment_id), {self.shops, self.fleets})
        shops, fleets = (
            parts.filtered(lambda one, s=s: one.segment_id == s) for s in (self.shops, self.fleets)
        )
        self.assertEqual([self._cell(one, 1).assigned for one in (shops, fleets)], [100, 0])
        self.assertEqual([self._cell(one, 4).assigned for one in (shops, fleets)], [66.67, 33.34])
        self._assert_exact()

    def test_equal_and_by_hand(self):
        self._create_segment("Schools")
        self._split(method="equal")
        self.assertEqual(
            sorted(self._cell(part, 1).assigned for part in self.top.child_ids),
            [33.33, 33.33, 33.34],
        )
        self._assert_exact()
        for part, weight in zip(self.top.child_ids, (1, 2, 4), strict=True):
            part.weight = weight
        self.top.action_balance("hand")
        self.assertEqual(
            [self._cell(part, 1).assigned for part in self.top.child_ids], [14.29, 28.57, 57.14]
        )
        self._assert_exact()

    def test_below_a_segment(self):
        shops = self._create_target(segment_id=self.shops.id, parent_id=self.top.id)
        self._cell(shops, 1).assigned = 60
        self._post("2025-01-05", 1, partner_id=self.customer, user_id=self.seller)
        self._post("2025-01-05", 2, partner_id=self.customer, user_id=self.other_seller)
        self._post("2025-01-05", 9, partner_id=self.other_customer, user_id=self.seller)
        wizard = self._open(shops).create({"dimension": "user_id", "method": "last_year"})
        self.assertEqual(wizard.line_ids.mapped("last_year"), [2, 1])
        wizard.action_split()
        self.assertEqual(set(shops.child_ids.segment_id), {self.shops})
        self.assertEqual(
            {part.user_id: self._cell(part, 1).assigned for part in shops.child_ids},
            {self.seller: 20, self.other_seller: 40},
        )
        self.assertEqual(shops.get_matrix()["plan"]["level_label"], "Salesperson")

    def test_matrix_and_comparison(self):
        self._split(method="equal")
        matrix = self.top.get_matrix()
        self.assertEqual(matrix["plan"]["level_label"], "Market Segment")
        self.assertEqual({row["name"] for row in matrix["rows"]}, {"Shops", "Fleets"})
        self.plan.action_approve()
        version = self.plan.browse(self.plan.action_new_version()["res_id"])
        self.assertEqual(version.target_ids.segment_id, self.shops | self.fleets)
        part = version.target_ids.filtered("segment_id")[0]
        self._cell(part, 1).assigned = 10
        compare = self.env["sales.target.compare"].create(
            {"before_id": self.plan.id, "after_id": version.id}
        )
        action = compare.action_compare()
        lines = self.env["sales.target.difference"].search(action["domain"])
        changed = lines.filtered("is_changed")
        self.assertEqual(
            [(line.segment_id, line.before, line.after) for line in changed],
            [(part.segment_id, 50, 10)],
        )
        groups = lines._read_group([("is_lowest", "=", True)], ["segment_id"], ["before:sum"])
        self.assertEqual(dict(groups), {self.shops: 600, self.fleets: 600})

    def test_cells_and_proposals_are_grouped_by_segment(self):
        self._split(method="equal")
        for model in ("sales.target.cell", "sales.target.proposal", "sales.target"):
            with self.subTest(model=model):
                groups = self.env[model]._read_group(
                    [("plan_id", "=", self.plan.id), ("segment_id", "!=", False)],
                    ["segment_id"],
                    ["assigned:sum"],
                )
                self.assertEqual(dict(groups), {self.shops: 600, self.fleets: 600})
        found = self.env["sales.target"].name_search("Fleets")
        self.assertIn(
            self.top.child_ids.filtered(lambda one: one.segment_id == self.fleets).id,
            [id_ for id_, _name in found],
        )

    # === EVIDENCE === #
    def test_evidence_of_earlier_years(self):
        self._sell_last_year()
        shops, fleets = (
            self._create_target(segment_id=segment.id) for segment in (self.shops, self.fleets)
        )
        self.assertEqual((shops.evidence_last_year, fleets.evidence_last_year), (201, 100))
        entries = self.env["sales.ledger.entry"]
        for target, expected in ((shops, 201), (fleets, 100)):
            domain = target.action_open_last_year()["domain"]
            self.assertEqual(sum(entries.search(domain).mapped("amount")), expected)
        self.assertEqual(shops.period_chart["last_year"][:4], [1, 0, 0, 200])
        plan = self._create_plan(name="Fleets only")
        self._create_target(plan=plan, segment_id=self.fleets.id)
        self.assertEqual(plan._get_last_year(), 100)

    def test_pipeline_of_who_is_in_it_now(self):
        self._join(self.shops, self.other_customer, "2026-01-01", "2026-06-01")
        sister = self.env["res.company"].create({"name": "Sister"})
        self.env.user.company_ids |= sister
        self.plan.further_company_ids = [Command.create({"company_id": sister.id, "rate": 1})]
        hers = self._create_segment("Hers", company=sister)
        self._join(hers, self.customer)
        contact = self.env["res.partner"].create({"name": "Li", "parent_id": self.customer.id})
        targets = [self._create_target(segment_id=one.id) for one in (self.shops, hers)]
        for partner, company, deadline, revenue in (
            (contact, self.company, "2026-09-30", 1000),
            (self.customer, self.env["res.company"], "2026-05-30", 200),
            (self.other_customer, self.company, "2026-05-30", 40_000),
            (self.customer, sister, "2026-09-30", 8),
        ):
            self.env["crm.lead"].create(
                {
                    "name": "Fleet",
                    "type": "opportunity",
                    "user_id": False,
                    "partner_id": partner.id,
                    "company_id": company.id,
                    "expected_revenue": revenue,
                    "probability": 50,
                    "date_deadline": deadline,
                }
            )
        for target, expected in zip(targets, (600, 4), strict=True):
            self.assertEqual(target.evidence_pipeline, expected)
            leads = self.env["crm.lead"].with_context(
                allowed_company_ids=(self.company | sister).ids
            )
            found = leads.search(target.action_open_pipeline()["domain"])
            self.assertEqual(sum(found.mapped("prorated_revenue")), expected)

    def test_statements_do_not_grow_with_the_segments(self):
        few = self._create_target(segment_id=self.shops.id)
        many = few | self._create_target(segment_id=self.fleets.id)
        for number in range(10):
            segment = self._create_segment(f"Segment {number}")
            many |= self._create_target(segment_id=segment.id)
        counts = []
        for targets in (few, few, many):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self._as(self.manager, targets).read(["evidence_last_year", "evidence_receivables"])
            self._as(self.manager, self.plan).read(["segment_notice"])
            counts.append(self.env.cr.sql_log_count - before)
        self.assertEqual(counts[1], counts[2])

    # === NOTICE === #
    def test_notice_of_customers_in_several_segments(self):
        self._split(method="equal")
        self.assertFalse(self.plan.segment_notice)

        def notice():
            self.plan.invalidate_recordset()
            return self.plan.segment_notice

        # One after the other, and outside of the plan: nobody is in two at once.
        self._join(self.fleets, self.customer, "2019-01-01", "2019-06-01")
        self._join(self.shops, self.other_customer, "2026-02-01", "2026-02-01")
        self.assertFalse(notice())
        self._join(self.fleets, self.customer, "2026-03-01", "2026-03-02")
        self._join(self.shops, self.other_customer, "2026-07-01")
        self.assertIn("2 customers are in several of the segments", notice())
        # Of different targets above, nothing is added up.
        self.top.child_ids[0].parent_id = self._create_target(user_id=self.seller.id)
        self.assertFalse(notice())

    def test_notice_of_segments_without_customers_yet(self):
        new = self._create_segment("New", counted=False)
        later = self._create_segment("Later", date_from="2026-04-01")
        for segment in (new, later):
            self._create_target(segment_id=segment.id)
        self.assertEqual(
            self.plan.segment_notice.split("\n"),
            [
                "New: no snapshot has been taken yet, so no sale counts. Take one under "
                "Market ‣ Segments.",
                "Later: customers count from 04/01/2026 on, and no sale before that day.",
            ],
        )
        self._as(self.manager, new).action_snapshot()
        self.plan.invalidate_recordset()
        self.assertNotIn("New", self.plan.segment_notice)
        unknown = self._create_segment("Unknown", counted=False)
        result = self.env["sales.target"].new({"segment_id": unknown.id})._onchange_segment_id()
        self.assertIn("Unknown: no snapshot has been taken", result["warning"]["message"])


@tagged("post_install", "-at_install", "sales_planning")
class TestSegmentRefusals(SegmentTargetCommon, RpcCase):
    def _assert_refused(self, message, function, *args, error=ValidationError):
        with self.assertRaisesRegex(error, message), self.env.cr.savepoint():
            function(*args)

    def test_of_another_company(self):
        sister = self.env["res.company"].create({"name": "Sister"})
        hers = self._create_segment("Hers", company=sister)
        sentence = (
            "Segment Hers is one of Sister, and Orders 2026 counts the sales of Bike Works. "
            "Choose a segment of these, or add the company to the plan."
        )
        self._assert_refused(sentence, lambda: self._create_target(segment_id=hers.id))
        target = self._create_target(segment_id=self.shops.id)
        self._assert_refused(sentence, target.write, {"segment_id": hers.id})
        _result, error = self._call(self.manager, target, "write", {"segment_id": hers.id})
        self.assertRegex(error or "", "Segment Hers is one of Sister")
        line = self.env["sales.target.company"].create(
            {"plan_id": self.plan.id, "company_id": sister.id, "rate": 1}
        )
        target.segment_id = hers
        removing = "Orders 2026 has targets for segment Hers of Sister. Delete them before"
        self._assert_refused(removing, line.unlink, error=UserError)
        third = self.env["res.company"].create({"name": "Third"})
        self._assert_refused("Segment Hers is one of Sister", line.write, {"company_id": third.id})
        self._assert_refused(
            "Segment Hers is one of Sister",
            self._create_plan(name="Other").write,
            {"target_ids": [Command.create({"segment_id": hers.id})]},
        )
        target.unlink()
        line.unlink()

    def test_archived(self):
        self.shops.active = False
        self._assert_refused(
            "Segment Shops is archived. Choose another one for Orders 2026, or take it out",
            lambda: self._create_target(segment_id=self.shops.id),
        )
        self.shops.active = True
        target = self._create_target({1: 10}, segment_id=self.shops.id)
        self.shops.active = False
        # What belongs to it can still be added, and it counts on.
        self._create_target(segment_id=self.shops.id, user_id=self.seller.id, parent_id=target.id)
        self._join(self.shops, self.customer)
        self._post("2026-01-05", 7, partner_id=self.customer)
        self.assertEqual(self._actuals(target), {1: 7})
        self._assert_drills(target)

    @mute_logger("odoo.sql_db")
    def test_once_in_a_plan(self):
        self._create_target(segment_id=self.shops.id)
        self._create_target(segment_id=self.fleets.id)
        self._create_target(segment_id=self.shops.id, user_id=self.seller.id)
        # The database refuses it, also of two at once; whoever calls is told in a sentence.
        values = {"plan_id": self.plan.id, "segment_id": self.shops.id}
        _result, error = self._call(self.manager, self.env["sales.target"], "create", [values])
        self.assertRegex(error or "", "already has a target for exactly this")

    def test_a_segment_with_targets_stays(self):
        new = self._create_segment("New", counted=False)
        target = self._create_target(segment_id=new.id)
        self._assert_refused(
            "Segment New has targets in Orders 2026. Archive it instead",
            self._as(self.manager, new).unlink,
            error=UserError,
        )
        target.unlink()
        self._as(self.manager, new).unlink()

    def test_an_approved_target_keeps_its_segment(self):
        target = self._create_target({1: 10}, segment_id=self.shops.id)
        self.plan.action_approve()
        self._assert_refused(
            "no longer a draft", target.write, {"segment_id": self.fleets.id}, error=UserError
        )

    def test_only_managers_make_targets_of_segments(self):
        values = {"plan_id": self.plan.id, "segment_id": self.shops.id}
        targets = self.env["sales.target"]
        for user in (self.seller, self.outsider):
            with self.assertRaises(AccessError):
                self._as(user, targets).create(values)
            _result, error = self._call(user, targets, "create", [values])
            self.assertTrue(error)
        self.assertFalse(self.plan.target_ids)
        self._as(self.manager, targets).create(values)
        self.assertEqual(self.plan.target_ids.segment_id, self.shops)


@tagged("post_install", "-at_install", "sales_planning")
class TestSegmentImport(SegmentTargetCommon):
    def _check(self, rows, **values):
        text = "\n".join(["月份,目标金额,细分市场,业务员", *rows, ""])
        target_import = self._create_import(
            text, "targets.csv", kind="target", target_plan_id=self.plan.id, **values
        )
        target_import.action_check()
        return target_import

    def _numbers(self):
        return {
            (cell.target_id.name, cell.date_from.month): cell.assigned
            for cell in self.plan.target_ids.cell_ids
            if cell.assigned
        }

    def test_rows_of_segments(self):
        target = self._create_target({1: 5}, segment_id=self.fleets.id)
        rows = ["2026-01,100,Shops,", "2026-02,30.5,Shops,li.na", "2026-02,7,Fleets,"]
        target_import = self._check(rows)
        target_import.action_import()
        numbers = {
            ("Fleets", 1): 5,
            ("Shops", 1): 100,
            (f"{self.seller.name} · Shops", 2): 30.5,
            ("Fleets", 2): 7,
        }
        self.assertEqual(self._numbers(), numbers)
        self.assertEqual(target.assigned, 12)
        again = self._check(rows)
        self.assertRecordValues(again, [{"existing_count": 3, "reject_count": 0}])
        target_import.action_reverse()
        self.assertEqual(self._numbers(), {("Fleets", 1): 5})
        self.assertEqual(self.plan.target_ids, target)

    def test_a_target_without_segment_is_another_one(self):
        self._create_target({1: 5}, user_id=self.seller.id, segment_id=self.shops.id)
        self._check(["2026-01,9,,li.na"]).action_import()
        self.assertEqual(
            self._numbers(),
            {(f"{self.seller.name} · Shops", 1): 5, (self.seller.name, 1): 9},
        )

    def test_each_refusal_says_why(self):
        self._create_segment("Gone", active=False)
        self._create_segment("Hers", company=self.env["res.company"].create({"name": "Elsewhere"}))
        for name, reason in (
            ("Nowhere", "is no known market segment"),
            ("Hers", "is no known market segment"),
            ("Gone", "is archived: choose another segment"),
        ):
            with self.subTest(name=name):
                target_import = self._check(["2026-01,1,Shops,", f"2026-01,1,{name},"])
                self.assertRecordValues(
                    target_import.reject_ids, [{"row_number": 3, "title": "细分市场"}]
                )
                self.assertIn(reason, target_import.reject_ids.reason)
                with self.assertRaisesRegex(UserError, "nothing is imported"):
                    target_import.action_import()
        self.assertFalse(self.plan.target_ids)


@tagged("post_install", "-at_install", "sales_planning")
@freeze_time("2026-06-15")
class TestSegmentReceivables(SegmentTargetCommon, LedgerInvoicingCommon):
    def test_who_owes_is_asked_today(self):
        self.plan.metric = "collected"
        self._join(self.shops, self.customer, "2026-06-01")
        self._join(self.fleets, self.customer, "2026-01-01", "2026-06-15")
        shops, fleets = (
            self._create_target(segment_id=segment.id) for segment in (self.shops, self.fleets)
        )
        invoice = self._create_invoice(
            [(1, 100.0)], invoice_date="2026-01-15", invoice_date_due="2026-08-01"
        )
        weights = self.env["sales.target.weights"]._get_weights(
            self.plan, "receivables", (shops | fleets).ids
        )
        self.assertEqual(
            {(id_, day.month): float(weight) for (id_, day), weight in weights.items() if weight},
            {(shops.id, 8): 100},
        )
        self.assertEqual((shops.evidence_receivables, fleets.evidence_receivables), (100, 0))
        domain = shops.action_open_receivables()["domain"]
        self.assertEqual(self.env["account.move"].search(domain), invoice)
        # Money counts for the segment of the day it comes on.
        self._pay(invoice, date="2026-06-14")
        self.assertEqual((self._actuals(fleets), self._actuals(shops)), ({6: 100}, {6: 100}))
        self._assert_drills(fleets, shops)
