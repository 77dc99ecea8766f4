from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .common import ApprovalCommon


@tagged("post_install", "-at_install", "sales_system")
class TestApprovalAccess(ApprovalCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.order = cls._create_quotation()
        cls.request = cls._request(cls.order)

    def _sees(self, user):
        return bool(self._as(user, self.request).search([("id", "=", self.request.id)]))

    def test_levels(self):
        for user in (self.seller, self.city_leader, self.east_leader, self.director):
            self.assertTrue(self._sees(user), user.login)
        for user in (self.leader, self.manager):
            self.assertTrue(self._sees(user), user.login)
        for user in (self.other_seller, self.west_leader, self.outsider, self._create_stranger()):
            self.assertFalse(self._sees(user), user.login)

    def test_a_former_leader_sees_nothing(self):
        self.east.user_id = self.west_leader
        self.assertFalse(self._sees(self.east_leader))
        self.assertTrue(self._sees(self.west_leader))

    def test_who_does_not_decide(self):
        for user in (self.seller, self.other_seller, self.leader, self.manager, self.outsider):
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                self._as(user, self.request).action_approve()
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                self._as(user, self.request).action_reject("No")
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                self._as(user, self.request).action_delegate(self.manager.id)
        self.assertEqual(self.order.approval_state, "pending")

    def test_the_requester_with_all_rights_does_not_approve(self):
        """Neither as administrator nor in code that runs as superuser for them."""
        admin = self._create_user("boss", "sales_team.group_sale_manager,base.group_system")
        self.shanghai.user_id = admin
        order = self._create_quotation()
        request = self._request(order, admin)
        self.assertEqual(request.actor_ids, self.east_leader)
        with self._refused(AccessError, "you asked for it"):
            self._as(admin, request).action_approve()
        with self._refused(AccessError, "you asked for it"):
            self._as(admin, request).sudo().action_approve()
        with self._refused(AccessError, "you asked for it"):
            self._as(admin, order).action_approve()

    def test_nobody_writes(self):
        for user in (self.seller, self.city_leader, self.manager):
            request = self._as(user, self.request)
            with self.assertRaises(AccessError):
                request.write({"state": "approved"})
            with self.assertRaises(AccessError):
                request.create({"res_model": "sale.order", "res_id": self.order.id})
            with self.assertRaises(AccessError):
                request.unlink()

    def test_who_may_not_edit_the_order_does_not_ask(self):
        order = self._create_quotation()
        with self.assertRaises(AccessError):
            self._as(self.other_seller, order).action_request_approval()
        with self.assertRaises(AccessError):
            self._as(self.outsider, order).action_request_approval()

    def test_rules_belong_to_administrators(self):
        for user in (self.seller, self.leader):
            with self.assertRaises(AccessError):
                self._as(user, self.rule).write({"threshold": 99.0})
            with self.assertRaises(AccessError):
                self._as(user, self.rule.step_ids).write({"hours": 1})
        self._as(self.manager, self.rule).threshold = 20.0

    def test_an_approver_without_sales(self):
        """Finance decides on the card, without rights on orders."""
        self.rule.step_ids.write({"kind": "user", "user_id": self.outsider.id})
        request = self._request(self._create_quotation())
        mine = self._as(self.outsider, request)
        values = mine.read(["reasons", "amount", "margin_percent", "booked_amount", "partner_id"])
        self.assertEqual(values[0]["amount"], 820.0)
        self.assertEqual(round(values[0]["margin_percent"], 2), 26.83)
        self.assertFalse(mine.can_open_document)
        self.assertTrue(self._as(self.city_leader, request).can_open_document)
        with self.assertRaises(AccessError):
            mine.action_open_document()
        mine.action_approve()
        self.assertEqual(request.state, "approved")

    def test_delegations_of_others(self):
        delegations = self.env["sales.approval.delegation"]
        values = {
            "user_id": self.city_leader.id,
            "delegate_id": self.other_seller.id,
            "date_from": "2099-01-01",
            "date_to": "2099-01-02",
        }
        with self.assertRaises(AccessError):
            self._as(self.other_seller, delegations).create(values)
        delegation = self._as(self.city_leader, delegations).create(values)
        self.assertTrue(self._as(self.other_seller, delegations).search([]))
        with self.assertRaises(AccessError):
            self._as(self.other_seller, delegation).write({"date_to": "2099-01-05"})
        self.assertFalse(self._as(self.west_leader, delegations).search([]))

    def test_the_card(self):
        booked = self._create_quotation(discount=10.0)
        booked.action_confirm()
        self.env["sales.ledger.posting"]._post_pending()
        request = self._as(self.city_leader, self.request)
        self.assertRecordValues(
            request,
            [
                {
                    "partner_id": self.customer.id,
                    "amount": 820.0,
                    "discount_percent": 18.0,
                    "booked_amount": 900.0,
                    "has_credit_limit": False,
                    "time_left": "23 h left",
                    "can_decide": True,
                }
            ],
        )
        self.assertFalse(self._as(self.seller, self.request).can_decide)

    def test_an_inbox_of_many_cards_costs_as_many_queries_as_one_of_few(self):
        for _index in range(12):
            self._request(self._create_quotation())
        fields = ["reasons", "amount", "margin_percent", "booked_amount", "has_changed"]
        fields += ["credit_percent", "time_left", "can_decide", "requester_id", "partner_id"]
        inbox = self._as(self.city_leader, self.request).search([("state", "=", "pending")])
        counts = []
        for requests in (inbox[:2], inbox[:2], inbox):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            requests.browse(requests.ids).read(fields)
            counts.append(self.env.cr.sql_log_count - before)
        self.assertEqual(counts[2], counts[1])

    def test_the_credit_of_many_customers_is_read_at_once(self):
        self.company.account_use_credit_limit = True
        orders = self.env["sale.order"]
        for index in range(8):
            customer = self.customer.copy({"name": f"Customer {index}"})
            customer.credit_limit = 1000.0 * (index + 1)
            orders += self._create_quotation(partner_id=customer.id)
        counts = []
        for some in (orders[:2], orders[:2], orders):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            used = some.browse(some.ids)._measure_approval_credit()
            counts.append(self.env.cr.sql_log_count - before)
        self.assertEqual(counts[2], counts[1])
        self.assertEqual([used[order.id] for order in orders[:2]], [82.0, 41.0])

    def test_a_customer_does_not_learn_the_limits(self):
        portal = self._create_user("customer", "base.group_portal")
        self.order.partner_id = portal.partner_id
        self.order.order_line.discount = 18.0
        self.order.message_subscribe(portal.partner_id.ids)
        order = self.order.with_user(portal)
        with self.assertRaises(AccessError):
            order.read(["approval_reasons"])
        with self._refused(UserError, "still being checked") as refusal:
            order.sudo().action_confirm()
        self.assertNotIn("18", str(refusal.exception).replace(order.name, ""))
