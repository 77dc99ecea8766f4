from datetime import datetime

from psycopg2 import errors

from odoo.exceptions import UserError
from odoo.tests import freeze_time, tagged
from odoo.tools import SQL, mute_logger

from ...models.customer.sales_customer_owner import OwnerReason
from ..common import SalesSystemCommon


@tagged("post_install", "-at_install", "sales_system")
class TestCustomerOwner(SalesSystemCommon):
    """Who looked after a customer, from when to when."""

    def setUp(self):
        super().setUp()
        for hour, user in ((8, self.seller), (9, self.seller), (10, self.other_seller)):
            with freeze_time(f"2026-03-02 {hour:02}:00:00"):
                self.customer.user_id = user

    def _history(self, partner):
        return [
            (owner.user_id, owner.date_from.hour, owner.date_to and owner.date_to.hour)
            for owner in partner.customer_owner_ids.sorted("id")
        ]

    def test_intervals(self):
        with freeze_time("2026-03-02 11:00:00"):
            self.customer.user_id = False
        with freeze_time("2026-03-02 12:00:00"):
            self.customer.user_id = self.seller
        self.assertEqual(
            self._history(self.customer),
            [
                (self.seller, 8, 10),
                (self.other_seller, 10, 11),
                (self.env["res.users"], 11, 12),
                (self.seller, 12, False),
            ],
        )
        self.assertEqual(set(self.customer.customer_owner_ids.mapped("reason")), {"hand"})
        self.assertEqual(self.customer.customer_owner_ids.changed_by_id, self.env.user)

    def test_a_customer_without_anybody_has_no_history(self):
        self.assertFalse(self.other_customer.customer_owner_ids)
        self.other_customer.user_id = False
        self.assertFalse(self.other_customer.customer_owner_ids)

    def test_created_with_a_salesperson_and_deleted(self):
        partner = self.env["res.partner"].create(
            {"name": "New", "is_company": True, "user_id": self.seller.id}
        )
        self.assertRecordValues(
            partner.customer_owner_ids, [{"user_id": self.seller.id, "date_to": False}]
        )
        partner.unlink()

    def test_contacts_have_none(self):
        contact = self.env["res.partner"].create({"name": "Ann", "parent_id": self.customer.id})
        contact.user_id = self.seller
        self.assertFalse(contact.customer_owner_ids)
        contact.parent_id = False
        self.assertEqual(contact.customer_owner_ids.user_id, self.seller)

    def test_reasons(self):
        for context, expected in (
            ({"sales_owner_reason": OwnerReason("pool", "Claimed")}, ("pool", "Claimed")),
            ({"import_file": True}, ("import", False)),
            # What a program could send.
            ({"sales_owner_reason": "pool"}, ("hand", False)),
            ({"sales_owner_reason": ["pool", "Claimed"]}, ("hand", False)),
        ):
            with self.subTest(context=context):
                self.customer.user_id = False
                self.customer.with_context(**context).user_id = self.seller
                last = self.customer.customer_owner_ids.filtered(lambda one: not one.date_to)
                self.assertEqual((last.reason, last.note), expected)

    def test_handover(self):
        handover = self.env["sales.handover"].create(
            {
                "company_id": self.company.id,
                "from_user_id": self.other_seller.id,
                "to_user_id": self.seller.id,
                "reason": "team",
            }
        )
        handover.action_collect()
        handover.action_hand_over()
        last = self.customer.customer_owner_ids.filtered(lambda one: not one.date_to)
        self.assertRecordValues(
            last, [{"user_id": self.seller.id, "reason": "handover", "note": handover.name}]
        )
        handover.action_undo()
        last = self.customer.customer_owner_ids.filtered(lambda one: not one.date_to)
        self.assertRecordValues(
            last, [{"user_id": self.other_seller.id, "reason": "handover", "note": handover.name}]
        )

    def test_statements_are_constant(self):
        counts = []
        for number in (1, 200):
            partners = self.env["res.partner"].create(
                [{"name": f"N{n}", "is_company": True} for n in range(number)]
            )
            self.env.flush_all()
            owners = self.env["sales.customer.owner"]
            partners.user_id = self.seller
            partners.flush_recordset()
            before = self.env.cr.sql_log_count
            owners._follow(partners)
            counts.append(self.env.cr.sql_log_count - before)
            self.assertEqual(len(partners.customer_owner_ids), number)
        self.assertEqual(counts[0], counts[1])

    def test_append_only(self):
        owner = self.customer.customer_owner_ids[:1]
        with self.assertRaisesRegex(UserError, "never edited"):
            owner.write({"note": "x"})
        with self.assertRaisesRegex(UserError, "never edited"):
            owner.unlink()
        ended = self.customer.customer_owner_ids.filtered("date_to")
        for assignment in (SQL("user_id = NULL"), SQL("date_to = now()")):
            with (
                mute_logger("odoo.sql_db"),
                self.assertRaises(errors.RestrictViolation),
                self.env.cr.savepoint(),
            ):
                self.env.cr.execute(
                    SQL("UPDATE sales_customer_owner SET %s WHERE id = %s", assignment, ended.id)
                )

    def test_two_at_once(self):
        with (
            mute_logger("odoo.sql_db"),
            self.assertRaises(errors.UniqueViolation),
            self.env.cr.savepoint(),
        ):
            self.env.cr.execute(
                SQL(
                    """
                    INSERT INTO sales_customer_owner (partner_id, date_from, reason)
                    VALUES (%s, %s, 'hand')
                    """,
                    self.customer.id,
                    datetime(2026, 3, 3),
                )
            )

    def test_history_of_those_who_were_there_before(self):
        self.env.cr.execute("DELETE FROM sales_customer_owner")
        self.env["sales.customer.owner"]._begin()
        self.env.invalidate_all()
        self.assertRecordValues(
            self.customer.customer_owner_ids,
            [{"user_id": self.other_seller.id, "reason": "start", "date_to": False}],
        )

    def test_merging_customers(self):
        self.other_customer.user_id = self.seller
        self.env["sales.customer.count"]._count(self.company)
        self.env.flush_all()
        wizard = self.env["base.partner.merge.automatic.wizard"].create({})
        wizard._merge((self.customer | self.other_customer).ids, self.customer)
        self.assertFalse(self.other_customer.exists())
        owners = self.customer.customer_owner_ids
        self.assertEqual(len(owners), 3)
        self.assertEqual(owners.filtered(lambda one: not one.date_to).user_id, self.other_seller)
        profiles = self.env["sales.customer.profile"].search(
            [("partner_id", "=", self.customer.id), ("company_id", "=", self.company.id)]
        )
        self.assertEqual(len(profiles), 1)
