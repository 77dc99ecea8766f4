from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import tagged

from ..common import SalesSystemCommon

SALES = "Order,Date,Customer,Amount\nS1,2018-01-01,C1,10\n"


@tagged("post_install", "-at_install", "sales_system")
class TestImportAccess(SalesSystemCommon):
    def test_an_administrator_of_sales_imports(self):
        sales_import = self._create_import(
            SALES + "S2,2018-01-01,C77,10\n", create_customer=True
        ).with_user(self.manager)
        sales_import.action_check()
        sales_import.action_import()
        self.assertEqual(sales_import.imported_count, 2)
        sales_import.action_reverse()
        self.assertEqual(sales_import.state, "reversed")

    def test_nobody_else_does(self):
        sales_import = self._create_import(SALES)
        sales_import.action_check()
        for user in (self.seller, self.leader, self.outsider):
            theirs = sales_import.with_user(user)
            with self.subTest(user=user.login):
                for method in ("action_check", "action_import", "action_reverse", "action_reset"):
                    with self.assertRaises(AccessError):
                        getattr(theirs, method)()
                with self.assertRaises(AccessError):
                    self.env["sales.import"].with_user(user).create({"kind": "ledger"})
                with self.assertRaises(AccessError):
                    theirs.match_ids.read(["key"])
        self.assertEqual(sales_import.state, "checked")

    def test_the_state_moves_by_the_buttons_only(self):
        sales_import = self._create_import(SALES)
        with self.assertRaisesRegex(UserError, "Use the buttons"):
            sales_import.with_user(self.manager).state = "done"
        with self.assertRaisesRegex(UserError, "starts as a draft"):
            self._create_import(SALES, state="checked")

    def test_another_company_sees_nothing_of_it(self):
        stranger = self._create_stranger()
        sales_import = self._create_import(SALES)
        sales_import.action_check()
        with self.assertRaises(AccessError):
            self._as(stranger, sales_import).action_import()
        for records in (sales_import, sales_import.match_ids, sales_import.column_ids):
            self.assertFalse(self._as(stranger, records).search([("id", "in", records.ids)]))

    def test_foreign_records_cannot_be_chosen(self):
        stranger = self._create_stranger()
        sales_import = self._create_import("Order,Date,Salesperson,Amount\nS1,2018-01-01,X,1\n")
        sales_import.action_check()
        for record in (stranger, self.product):
            with self.assertRaisesRegex(ValidationError, "cannot stand for the key X"):
                sales_import.match_ids.record = record
        profile = self.env["sales.import.profile"].create(
            {
                "name": "Shared",
                "kind": "ledger",
                "alias_ids": [
                    Command.create(
                        {
                            "entity": "salesperson",
                            "key": "X",
                            "record": f"res.users,{stranger.id}",
                        }
                    )
                ],
            }
        )
        sales_import.action_reset()
        sales_import.profile_id = profile
        sales_import.action_check()
        self.assertEqual(sales_import.match_ids.how, "missing")

    def test_records_of_another_company_are_not_matched(self):
        company = self.env["res.company"].create({"name": "Other"})
        self.env["res.partner"].create({"name": "Far", "ref": "FAR", "company_id": company.id})
        sales_import = self._create_import(
            "Order,Date,Customer,Amount\nS1,2018-01-01,FAR,1\n"
        ).with_user(self.manager)
        sales_import.action_check()
        self.assertEqual(sales_import.match_ids.how, "missing")
