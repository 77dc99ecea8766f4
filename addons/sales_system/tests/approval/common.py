from contextlib import contextmanager

from odoo.fields import Command

from ..organisation.common import OrganisationCommon


class ApprovalCommon(OrganisationCommon):
    """The teams with one limit: discounts above 15 % are approved by the team's leader."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.rule = cls._create_rule()

    @contextmanager
    def _refused(self, exception, message):
        """Expect a sentence, and that what was refused has left nothing behind."""
        with self.assertRaises(exception) as refusal:
            yield refusal
        self.assertRegex(str(refusal.exception), message)

    @classmethod
    def _create_rule(cls, steps=({"kind": "leader"},), **values):
        return cls.env["sales.approval.rule"].create(
            {
                "name": "Discount",
                "company_id": cls.company.id,
                "basis": "discount",
                "threshold": 15.0,
                "step_ids": [Command.create(step) for step in steps],
                **values,
            }
        )

    @classmethod
    def _create_quotation(cls, discount=18.0, price=1000.0, **values):
        order = cls._create_order(
            lines=((1, price),), confirm=False, team_id=cls.shanghai.id, **values
        )
        order.order_line.discount = discount
        return order

    @classmethod
    def _request(cls, order, user=None):
        """:return: the pending request that a person asked for"""
        cls._as(user or cls.seller, order).action_request_approval()
        return order.approval_request_ids.filtered(lambda request: request.state == "pending")

    @classmethod
    def _approve(cls, request, user=None):
        cls._as(user or cls.city_leader, request).action_approve()

    @classmethod
    def _create_approved(cls, **values):
        order = cls._create_quotation(**values)
        cls._approve(cls._request(order))
        return order
