from odoo.fields import Command
from odoo.tests import tagged

from ..negotiation.common import NegotiationRpcCase


@tagged("post_install", "-at_install", "sales_planning")
class TestRelatedFields(NegotiationRpcCase):
    """Whose money it is follows from the target or the budget, whatever a program sends."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.category = cls.env["sales.budget.category"].create({"name": "Journeys"})
        cls.other_category = cls.env["sales.budget.category"].create({"name": "Adverts"})
        cls.budget, cls.other_budget = cls.env["sales.budget.line"].create(
            [
                {"target_id": target.id, "category_id": cls.category.id, "planned": 100}
                for target in (cls.target, cls.other_target)
            ]
        )
        cls._approve_plan()
        cls.draft = cls._create_plan(name="Draft")
        cls.elsewhere = cls.env["res.company"].create({"name": "Elsewhere"})
        cls.request = cls._as(cls.seller, cls.env["sales.budget.commitment"]).create(
            {"line_id": cls.budget.id, "amount": 5, "date": "2026-05-01", "purpose": "Visit"}
        )

    def test_a_budget_belongs_to_its_target(self):
        new = {"target_id": self.top.id, "category_id": self.other_category.id, "method": "typed"}
        for name, value in (
            ("plan_id", self.draft.id),
            ("company_id", self.elsewhere.id),
            ("parent_target_id", self.other_target.id),
        ):
            with self.subTest(name=name):
                for record, method, values in (
                    (self.budget, "write", {name: value}),
                    (self.budget.browse(), "create", {**new, name: value}),
                ):
                    _result, error = self._call(self.manager, record, method, values)
                    self.assertIn("cannot be set by hand: they follow", error or "")
                # Nor does a default of the context do it.
                created = self._create_by_rpc(
                    self.manager, self.budget, new, {f"default_{name}": value}
                )
                self.assertEqual(created.plan_id, self.plan)
                self.assertEqual(created.company_id, self.company)
                self.assertFalse(created.parent_target_id)
                # A target has one budget of a category.
                self.env.cr.execute("DELETE FROM sales_budget_line WHERE id = %s", [created.id])

    def test_a_request_belongs_to_its_budget(self):
        new = {
            "line_id": self.budget.id,
            "amount": 5,
            "date": "2026-05-01",
            "purpose": "Visit",
        }
        for name, value in (
            ("target_id", self.other_target.id),
            ("category_id", self.other_category.id),
            ("plan_id", self.draft.id),
            ("company_id", self.elsewhere.id),
        ):
            with self.subTest(name=name):
                for record, method, values in (
                    (self.request, "write", {name: value}),
                    (self.request.browse(), "create", {**new, name: value}),
                    (
                        self.budget,
                        "write",
                        {"commitment_ids": [Command.update(self.request.id, {name: value})]},
                    ),
                ):
                    user = self.manager if record == self.budget else self.seller
                    _result, error = self._call(user, record, method, values)
                    self.assertIn("cannot be set by hand: they follow", error or "")
                created = self._create_by_rpc(
                    self.seller, self.request, new, {f"default_{name}": value}
                )
                self.assertRecordValues(
                    created | self.request,
                    [
                        {
                            "target_id": self.target.id,
                            "category_id": self.category.id,
                            "plan_id": self.plan.id,
                            "company_id": self.company.id,
                        }
                    ]
                    * 2,
                )

    def _create_by_rpc(self, user, model, values, defaults):
        context = {"allowed_company_ids": user.company_ids.ids, **defaults}
        created, error = self._call(user, model.browse(), "create", values, context=context)
        self.assertFalse(error)
        return model.sudo().browse(created)
