from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import tagged

from .negotiation.common import NegotiationRpcCase


@tagged("post_install", "-at_install", "sales_planning")
class TestCompaniesOfPlans(NegotiationRpcCase):
    """Companies and plan rates of a plan stand once people are measured by it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.sister, cls.third = cls.env["res.company"].create(
            [{"name": "Sister"}, {"name": "Third"}]
        )
        cls.manager.company_ids |= cls.sister | cls.third
        cls.line = cls.env["sales.target.company"].create(
            {"plan_id": cls.plan.id, "company_id": cls.sister.id, "rate": 2}
        )

    def _get_lines(self):
        self.env.invalidate_all()
        lines = self.plan.further_company_ids
        return [(line.company_id, line.rate) for line in lines]

    def test_a_rate_of_a_draft_changes_and_counts(self):
        self._post("2026-01-05", 50, company=self.sister, user_id=self.seller)
        self.assertEqual(self._actuals(self.target), {1: 100})
        self._as(self.manager, self.line).rate = 3
        self.assertEqual(self._actuals(self.target), {1: 150})
        self._start()
        self._as(self.manager, self.line).rate = 4
        self.assertEqual(self._actuals(self.target), {1: 200})

    def test_no_door_to_the_rates_of_an_approved_plan(self):
        draft = self._create_plan(name="Draft")
        moving = self.env["sales.target.company"].create(
            {"plan_id": draft.id, "company_id": self.third.id, "rate": 5}
        )
        self._approve_plan()
        values = {"company_id": self.third.id, "rate": 7}
        new = {**values, "plan_id": self.plan.id}
        by_plan = [
            {"further_company_ids": [command]}
            for command in (
                Command.update(self.line.id, {"rate": 9}),
                Command.delete(self.line.id),
                Command.create(values),
                Command.clear(),
            )
        ]
        attempts = [
            (self.line, "write", {"rate": 9}),
            (self.line, "write", {"company_id": self.third.id}),
            (self.line, "write", {"plan_id": draft.id}),
            (moving, "write", {"plan_id": self.plan.id}),
            (self.line, "unlink"),
            (self.line.browse(), "create", [new]),
            *((self.plan, "write", values) for values in by_plan),
        ]
        before = self._get_lines()
        sentence = "is approved, so the companies .* Make a new version"
        for record, method, *args in attempts:
            with self.subTest(model=record._name, method=method, args=args):
                _result, error = self._call(self.manager, record, method, *args)
                self.assertRegex(error or "", sentence)
                self.assertEqual(self._get_lines(), before)
        for change in (
            lambda: self.line.write({"rate": 9}),
            lambda: self.line.unlink(),
            lambda: self.plan.write(by_plan[2]),
        ):
            with self.assertRaisesRegex(UserError, sentence), self.env.cr.savepoint():
                change()
        self.plan.action_close()
        _result, error = self._call(self.manager, self.line, "write", {"rate": 9})
        self.assertRegex(error or "", sentence)

    def test_a_new_version_has_rates_of_its_own(self):
        self._post("2026-01-05", 50, company=self.sister, user_id=self.seller)
        self._approve_plan()
        version = self.plan.browse(self._as(self.manager, self.plan).action_new_version()["res_id"])
        self.assertEqual(version.further_company_ids.rate, 2)
        version.further_company_ids.rate = 3
        copied = version.target_ids.filtered(lambda target: target.user_id == self.seller)
        self.assertEqual((self._actuals(self.target), self._actuals(copied)), ({1: 100}, {1: 150}))
        self.assertEqual(self._get_lines(), [(self.sister, 2)])

    def test_without_rights(self):
        for user in (self.seller, self.region_leader, self.leader):
            with self.subTest(user=user.login):
                _result, error = self._call(user, self.line, "write", {"rate": 9})
                self.assertTrue(error)
                with self.assertRaises(AccessError):
                    self._as(user, self.line).write({"rate": 9})
        self.assertEqual(self._get_lines(), [(self.sister, 2)])

    def test_a_rate_is_positive_and_a_company_counts_once(self):
        again = {"plan_id": self.plan.id, "company_id": self.sister.id, "rate": 1}
        for method, args, sentence in (
            ("write", [self.line.ids, {"rate": 0}], "must be greater than 0"),
            ("write", [self.line.ids, {"rate": -1}], "must be greater than 0"),
            ("create", [[again]], "already counts this company"),
        ):
            with self.subTest(method=method, args=args):
                _result, error = self._call(self.manager, self.line.browse(), method, *args)
                self.assertIn(sentence, error or "")
                self.assertEqual(self._get_lines(), [(self.sister, 2)])
