from odoo.tests import tagged

from .common import NegotiationRpcCase


@tagged("post_install", "-at_install", "sales_planning")
class TestProposalAccess(NegotiationRpcCase):
    """What owners, leaders and strangers can reach, also with a program."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._start()

    def _row(self, target):
        return self.env["sales.target.proposal"].browse(self._cell(target, 1).id)

    def test_an_owner_proposes(self):
        _result, error = self._call(
            self.seller, self._row(self.target), "write", {"proposed": 70, "reason": "Fair"}
        )
        self.assertFalse(error)
        self.assertEqual(self._cell(self.target, 1).proposed, 70)

    def test_an_owner_touches_nothing_else(self):
        own, foreign = self._row(self.target), self._row(self.other_target)
        for record, values, message in (
            (own, {"assigned": 1}, "Only the proposal and its reason .* not Assigned"),
            (own, {"proposed": 1, "assigned": 1}, "Only the proposal"),
            (own, {"target_id": self.other_target.id}, "Only the proposal"),
            (foreign, {"proposed": 1}, "not allowed|access"),
            (self._cell(self.target, 1), {"assigned": 1}, "not allowed"),
            (self._cell(self.target, 1), {"proposed": 1}, "not allowed"),
            (self.target, {"proposal_state": "accepted"}, "by hand|not allowed"),
            (self.target, {"responsible_id": self.other_seller.id}, "not allowed"),
            (self.plan, {"proposal_deadline": "2027-01-01"}, "not allowed"),
        ):
            with self.subTest(model=record._name, values=values):
                self._assert_refused(self.seller, record, "write", values, message=message)

    def test_nobody_creates_or_deletes_proposals(self):
        for user in (self.seller, self.manager):
            row = self._row(self.target)
            self._assert_refused(user, row, "unlink", message="not allowed")
            self._assert_refused(
                user, row.browse(), "create", {"proposed": 1}, message="not allowed"
            )

    def test_steps_of_others(self):
        self._submit(self.target)
        for user, record, method, args in (
            (self.other_seller, self.target, "action_accept_proposal", ()),
            (self.other_seller, self.target, "action_return_proposal", ("No",)),
            (self.seller, self.target, "action_accept_proposal", ()),
            (self.seller, self.other_target, "action_submit_proposal", ()),
            (self.seller, self.plan, "action_approve", ()),
            (self.seller, self.plan, "action_start_proposals", ()),
            (self.seller, self.plan, "action_stop_proposals", ()),
            (self.seller, self.plan, "action_new_version", ()),
            (self.region_leader, self.plan, "action_approve", ()),
            (self.outsider, self.target, "action_submit_proposal", ()),
        ):
            with self.subTest(user=user.login, method=method):
                self._assert_refused(user, record, method, *args, message=".")
                self.assertEqual(self.target.proposal_state, "submitted")

    def test_private_methods(self):
        for record, method in (
            (self.env["sales.target.numbers"], "_set"),
            (self.target, "_move_proposal"),
            (self.target, "_end_on"),
            (self.plan, "_copy_targets_from"),
        ):
            with self.subTest(method=method):
                self._assert_refused(self.manager, record, method, message="rivate|remotely")

    def test_the_trail_is_nobodys_to_edit(self):
        self._submit(self.target)
        for record in (
            self._cell(self.target, 1).change_ids[0],
            self.target.proposal_move_ids[0],
        ):
            for user in (self.seller, self.manager):
                with self.subTest(model=record._name, user=user.login):
                    self._assert_refused(user, record, "write", {"reason": "x"}, message=".")
                    self._assert_refused(user, record, "unlink", message=".")
                    self.assertTrue(record.exists())

    def test_another_company(self):
        stranger = self._create_stranger()
        self._submit(self.target)
        for model in ("sales.target.proposal", "sales.target.proposal.move"):
            self.assertFalse(self._as(stranger, self.env[model]).search([]))
        for record, method, args in (
            (self._row(self.target), "write", ({"proposed": 1},)),
            (self.target, "action_accept_proposal", ()),
            (self.plan, "action_new_version", ()),
        ):
            with self.subTest(method=method):
                self._assert_refused(stranger, record, method, *args, message=".")

    def test_who_sees_which_proposals(self):
        for user, targets in (
            (self.seller, self.target),
            (self.region_leader, self.top | self.target | self.other_target),
            (self.manager, self.top | self.target | self.other_target),
        ):
            with self.subTest(user=user.login):
                proposals = self._as(user, self.env["sales.target.proposal"]).search([])
                self.assertEqual(proposals.sudo().target_id, targets)

    def test_what_somebody_fills_in_is_nobody_elses(self):
        wizard = self._as(self.region_leader, self.env["sales.target.return"]).create(
            {"target_ids": self.target.ids, "reason": "Mine"}
        )
        self._assert_refused(self.seller, wizard, "read", ["reason"], message="not allowed|access")
