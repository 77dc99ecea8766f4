from psycopg2.errors import RestrictViolation

from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, freeze_time, tagged
from odoo.tools import mute_logger

from .pool_common import TODAY, PoolCommon


@tagged("post_install", "-at_install", "sales_system")
@freeze_time(TODAY)
class TestPoolReturn(PoolCommon):
    """Giving leads and customers into a pool, and getting them back."""

    def test_with_a_reason(self):
        lead = self._create_lead()
        action = self._as(self.seller, lead).action_open_return()
        wizard = Form(
            self._as(self.seller, self.env[action["res_model"]]).with_context(**action["context"])
        )
        self.assertEqual(wizard.record_count, 1)
        wizard.reason = "Buys next year"
        wizard.save().action_return()
        self.assertRecordValues(
            lead,
            [
                {
                    "user_id": False,
                    "date_open": False,
                    "pool_id": self.pool.id,
                    "pool_reason": "Buys next year",
                    "team_id": self.shanghai.id,
                }
            ],
        )
        self.assertEqual(self._moves(lead).user_id, self.seller)

    def test_without_a_reason(self):
        lead = self._create_lead()
        for reason in (None, False, "", "  ", 3):
            with self.assertRaisesRegex(UserError, "Say why"):
                self._as(self.seller, lead).action_return(reason)
        wizard = self._as(self.seller, self.env["sales.pool.return"])
        with self.assertRaisesRegex(UserError, "Say why"):
            wizard.create({"lead_ids": [(6, 0, lead.ids)]}).action_return()
        self.assertEqual(lead.user_id, self.seller)
        self.assertFalse(self._moves(lead))

    def test_who_may(self):
        lead = self._create_lead()
        self.customer.user_id = self.seller
        for record in (lead, self.customer):
            for user in (self.other_seller, self.west_leader, self.outsider):
                with self.subTest(record=record, user=user.login), self.assertRaises(AccessError):
                    self._as(user, record).action_return("Mine")
        self.assertEqual(self.customer.user_id, self.seller)
        self._as(self.city_leader, lead).action_return("Too much on her desk")
        self._as(self.leader, self.customer).action_return("Too much on her desk")
        self.assertFalse(lead.user_id | self.customer.user_id)

    def test_twice(self):
        lead = self._create_pooled()
        with self.assertRaisesRegex(UserError, "lies in the pool East already"):
            self._as(self.leader, lead).action_return("Again")

    def test_no_claimed_record_is_emptied_without_a_reason(self):
        lead = self._create_pooled()
        self._as(self.other_seller, lead).action_claim()
        with self.assertRaisesRegex(UserError, "Return it there with a reason"):
            self._as(self.other_seller, lead).user_id = False
        self._as(self.other_seller, lead).action_return("Too far")
        self.assertEqual(lead.pool_id, self.pool)

    def test_what_other_addons_do_when_the_salesperson_changes(self):
        """They come before the pool, and see its claims and returns as any other write."""
        seen = []
        model = type(self.env["crm.lead"])
        write = model.write

        def watched(records, vals):
            if "user_id" in vals:
                seen.append(vals["user_id"])
            return write(records, vals)

        self.patch(model, "write", watched)
        lead = self._create_pooled()
        self._as(self.other_seller, lead).action_claim()
        self._as(self.other_seller, lead).action_return("Too far")
        self._as(self.leader, lead).action_give_back()
        user = self.other_seller.id
        self.assertEqual(seen, [False, user, False, user])
        # Nor does a program get past the log by naming the context.
        self._as(self.leader, lead).with_context(sales_pool_write=True).user_id = self.seller
        self.assertEqual(lead.pool_id.ids, [])

    def test_the_history_of_a_customer_tells_of_the_pool(self):
        self.customer.user_id = self.seller
        self._as(self.seller, self.customer).action_return("Moves away")
        self._as(self.other_seller, self.customer).action_claim()
        history = self.customer.customer_owner_ids.sorted("id")[-2:]
        self.assertRecordValues(
            history,
            [
                {"user_id": False, "reason": "pool", "note": "Moves away"},
                {"user_id": self.other_seller.id, "reason": "pool", "note": "East"},
            ],
        )

    # === WHICH POOL === #
    def test_the_first_pool_that_fits(self):
        west = self._create_pool(name="West", team_ids=[(6, 0, self.west.ids)], sequence=5)
        region = self._create_pool(
            name="Region", team_ids=False, territory_ids=[(6, 0, self.region.ids)], sequence=3
        )
        customers = self._create_pool(name="Customers", kind="customers", sequence=1)
        category = self._create_pool(
            name="Bikes", categ_ids=[(6, 0, self.category.ids)], sequence=2, team_ids=False
        )
        placed = self.env["res.partner"].create({"name": "Placed", "territory_id": self.city.id})
        buyer = self.env["res.partner"].create({"name": "Buyer", "territory_id": self.city.id})
        self._create_order(partner_id=buyer.id)
        self.env["sales.ledger.posting"]._post_pending()
        for values, pool in (
            ({}, self.pool),
            ({"team_id": self.west.id}, west),
            ({"partner_id": placed.id}, region),
            ({"partner_id": buyer.id}, category),
        ):
            lead = self._create_lead(**values)
            lead._return_to_pool("Test")
            self.assertEqual(lead.pool_id, pool)
        placed._return_to_pool("Test")
        self.assertEqual(placed.pool_id, customers)

    def test_by_level(self):
        level = self.env["sales.customer.level"].create({"name": "A"})
        self.pool.level_ids = level
        lead = self._create_lead(partner_id=self.customer.id)
        with self.assertRaisesRegex(UserError, "No public pool takes Bikes for a school"):
            self._as(self.seller, lead).action_return("Test")
        self._set_level(self.customer, level)
        self._as(self.seller, lead).action_return("Test")
        self.assertEqual(lead.pool_id, self.pool)

    def test_pools_of_another_company(self):
        stranger = self._create_stranger()
        self.pool.sequence = 50
        other = self._create_pool(
            name="Elsewhere", company_id=stranger.company_id.id, team_ids=False, sequence=1
        )
        lead = self._create_pooled()
        self.assertEqual(lead.pool_id, self.pool)
        self.customer.company_id = self.company
        self.customer._return_to_pool("Test")
        self.assertEqual(self.customer.pool_id, self.pool)
        self.assertFalse(self._as(stranger, self.env["sales.pool.record"]).search([]))
        self.assertFalse(self._as(stranger, self.env["sales.pool.move"]).search([]))
        self.assertNotIn(self.pool, self._as(stranger, self.env["sales.pool"]).search([]))
        self.assertIn(other, self._as(stranger, self.env["sales.pool"]).search([]))

    # === AND BACK === #
    def test_given_back_in_one_click(self):
        leads = self._create_pooled(2)
        self._as(self.city_leader, leads[0]).action_give_back()
        self._as(self.leader, self._moves(leads[1])).action_give_back()
        self.assertRecordValues(leads, [{"user_id": self.seller.id, "pool_id": False}] * 2)
        self.assertEqual(self._moves(leads[0]).mapped("kind"), ["return", "assign"])
        with self.assertRaisesRegex(UserError, "is in no public pool any more"):
            self._as(self.leader, leads[0]).action_give_back()

    def test_who_may_not_give_back(self):
        lead = self._create_pooled()
        for user in (self.other_seller, self.west_leader):
            with self.assertRaisesRegex(AccessError, "Only leaders"):
                self._as(user, lead).action_give_back()
        self.seller.active = False
        with self.assertRaisesRegex(UserError, "nobody who is still here"):
            self._as(self.leader, lead).action_give_back()

    def test_administrators_of_another_company_decide_nothing(self):
        stranger = self._create_stranger()
        # Customers that companies share are read in all of them.
        self.customer.user_id = self.seller
        self.customer._return_to_pool("Test")
        lead = self._create_pooled()
        for record in (self.customer, lead):
            with (
                self.subTest(record=record),
                self.assertRaisesRegex(AccessError, "Only leaders"),
            ):
                self._as(stranger, record).action_give_back()
        with self.assertRaisesRegex(AccessError, "only leaders assign from the pool"):
            self._as(stranger, self.customer).user_id = stranger
        self.assertEqual((self.customer.pool_id, lead.pool_id), (self.pool, self.pool))
        self.assertFalse(self.customer.user_id | lead.user_id)

    def test_handed_over(self):
        """A claimed record moves with a handover, and its log goes on."""
        lead = self._create_pooled()
        self._as(self.other_seller, lead).action_claim()
        handover = self.env["sales.handover"].create(
            {
                "company_id": self.company.id,
                "from_user_id": self.other_seller.id,
                "to_user_id": self.seller.id,
            }
        )
        handover.action_collect()
        handover.action_hand_over()
        self.assertEqual((lead.user_id, lead.claimed_pool_id.ids), (self.seller, []))
        self.assertEqual(self._moves(lead).mapped("kind"), ["return", "claim", "assign"])
        self.assertEqual(str(lead.protected_until), "2026-04-01")
        handover.action_undo()
        self.assertEqual(lead.user_id, self.other_seller)
        self.assertEqual(len(self._moves(lead)), 3)

    @mute_logger("odoo.sql_db")
    def test_the_log_stays(self):
        lead = self._create_pooled()
        move = self._moves(lead)
        for method, args in (("write", [{"reason": "x"}]), ("unlink", []), ("create", [[{}]])):
            with self.assertRaisesRegex(UserError, "neither changed nor deleted"):
                getattr(move, method)(*args)
        for statement in ("UPDATE sales_pool_move SET reason = 'x'", "DELETE FROM sales_pool_move"):
            with self.assertRaises(RestrictViolation), self.env.cr.savepoint():
                self.env.cr.execute(statement)
        lead.unlink()
        self.assertEqual(move.record_name, f"Lead {move.res_id}")

    def test_number_of_statements(self):
        def count(number):
            leads = self.env["crm.lead"].concat(*(self._create_lead() for _ in range(number)))
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self._as(self.seller, leads).action_return("Test")
            self.env.flush_all()
            return self.env.cr.sql_log_count - before

        count(1)
        self.assertEqual(count(2), count(40))
