from psycopg2.errors import UniqueViolation

from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import freeze_time, tagged
from odoo.tools import mute_logger

from ..common import RpcCase
from ..contract.common import TODAY, ContractCommon
from .common import AuthorizationMixin


@tagged("post_install", "-at_install", "sales_system")
@freeze_time(TODAY)
class TestChannelDiversion(AuthorizationMixin, ContractCommon, RpcCase):
    """Sales of a channel partner in the territory of another one."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._create_channel()
        cls._authorize(cls.distributor, cls.region, cls.category)
        cls._authorize(cls.rival, cls.north, cls.category, is_exclusive=True)
        cls.beijing = cls.env["sales.territory"].create(
            {"name": "Beijing", "parent_id": cls.north.id}
        )

    @classmethod
    def _sell(cls, territory=None, quantity=2, **values):
        line = {"product_id": cls.product.id, "product_uom_qty": quantity, "price_unit": 1000}
        return cls._create_order(
            **{
                "channel_partner_id": cls.distributor.id,
                "territory_id": (territory or cls.beijing).id,
                "order_line": [Command.create(line)],
                **values,
            }
        )

    @classmethod
    def _report(cls, day="2026-06-01", submit=True, **values):
        """A report of May and its details in Beijing."""
        report = cls.env["sales.channel.report"].create(
            {
                "partner_id": cls.distributor.id,
                "company_id": cls.company.id,
                "date_from": "2026-05-01",
                "sale_ids": [
                    Command.create(
                        {
                            "date": "2026-05-20",
                            "reference": f"INV{number}",
                            "product_id": cls.product.id,
                            "quantity": 3,
                            "amount": 3000,
                            "customer_name": "Hutong Bikes",
                            "territory_id": territory.id,
                        }
                    )
                    for number, territory in enumerate((cls.beijing, cls.city))
                ],
                **values,
            }
        )
        if submit:
            report._update_state(("draft",), "submitted")
        return report

    def _find(self):
        return self.env["sales.channel.diversion"]._find(self.company)

    def _cases(self):
        return self.env["sales.channel.diversion"].search([("company_id", "=", self.company.id)])

    # === EVIDENCE === #
    def test_orders_and_sell_out_become_evidence_once(self):
        orders = self._sell() | self._sell(quantity=1)
        self._sell(self.city)
        self._report()
        self._find()
        june, may = self._cases()
        self.assertRecordValues(
            june | may,
            [
                {
                    "partner_id": self.distributor.id,
                    "territory_id": self.beijing.id,
                    "user_id": self.seller.id,
                    "holder_ids": self.rival.ids,
                    "line_count": count,
                    "amount": amount,
                    "state": "open",
                }
                for count, amount in ((2, 3000), (1, 3000))
            ],
        )
        self.assertEqual([str(case.month) for case in june | may], ["2026-06-01", "2026-05-01"])
        self.assertEqual(june.month_name, "June 2026")
        self.env["res.lang"]._activate_lang("zh_CN")
        self.assertEqual(june.with_context(lang="zh_CN").month_name, "2026年6月")
        self.assertRecordValues(
            june.line_ids,
            [
                {
                    "document": order.name,
                    "customer": "Acme Bikes",
                    "product_id": self.product.id,
                    "quantity": order.order_line.product_uom_qty,
                    "amount": order.amount_untaxed,
                    "holder_id": self.rival.id,
                }
                for order in orders
            ],
        )
        self.assertRecordValues(
            may.line_ids, [{"document": "INV0", "customer": "Hutong Bikes", "quantity": 3}]
        )
        self.assertFalse(self._find())
        self.assertEqual(self._cases().mapped("line_count"), [2, 1])
        # Further evidence joins the case.
        self._sell()
        self.assertEqual(self._find(), june)
        self.assertEqual(june.line_count, 3)

    def test_what_is_no_diversion(self):
        self._sell(self.city)
        self._sell(state="draft")._action_cancel()
        self._report(submit=False)
        self._create_order(channel_partner_id=self.reseller.id, territory_id=self.beijing.id)
        lamp = self.env["product.product"].create({"name": "Lamp", "categ_id": self.parts.id})
        self._create_order(
            channel_partner_id=self.distributor.id,
            territory_id=self.city.id,
            order_line=[Command.create({"product_id": lamp.id})],
        )
        self.assertFalse(self._find())

    def test_an_order_that_is_cancelled(self):
        order = self._sell()
        kept = self._sell()
        case = self._find()
        order._action_cancel()
        self._find()
        self.assertEqual(case.line_ids.order_line_id, kept.order_line)
        case.action_investigate()
        case.decision_reason = "Agreed"
        case.action_confirm()
        kept._action_cancel()
        self._find()
        self.assertEqual(case.line_count, 1)

    def test_amounts_in_the_currency_of_the_company(self):
        euro = self.env.ref("base.EUR")
        euro.active = True
        self.env["res.currency.rate"].search([("currency_id", "=", euro.id)]).unlink()
        self.env["res.currency.rate"].create(
            {"currency_id": euro.id, "name": "2026-01-01", "rate": 0.5}
        )
        pricelist = self.env["product.pricelist"].create({"name": "€", "currency_id": euro.id})
        self._sell(pricelist_id=pricelist.id)
        self._report(currency_id=euro.id)
        self._find()
        self.assertEqual(self._cases().mapped("amount"), [4000, 6000])

    def test_a_constant_number_of_statements(self):
        """However many cases get further evidence, of however many sales."""
        pricelist = self.env["product.pricelist"].create(
            {"name": "€", "currency_id": self._rate_of_euro().id}
        )
        partners = self.env["res.partner"]
        for number in range(9):
            partner = self._create_channel_partner(f"East {number}")
            self._authorize(partner, self.region, self.category)
            partners |= partner

        def sell(sellers):
            for partner in sellers:
                self._sell(channel_partner_id=partner.id, pricelist_id=pricelist.id)

        def count(sellers):
            sell(sellers)
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            cases = self._find()
            self.env.flush_all()
            statements = self.env.cr.sql_log_count - before
            self.assertEqual(cases.partner_id, sellers)
            return statements

        sell(partners)
        self.assertEqual(self._find().mapped("amount"), [4000] * 9)
        self.assertEqual(count(partners[:2]), count(partners))
        self.assertEqual(set(self._cases().mapped("amount")), {8000, 12000})

    def test_of_another_company(self):
        self._sell()
        other = self._create_stranger().company_id
        self.assertFalse(self.env["sales.channel.diversion"]._find(other))
        # A case with a server runs crons as it is.
        self.env.ref("sales_system.ir_cron_sales_channel_diversion_find").method_direct_trigger()
        self.assertEqual(len(self._cases()), 1)

    # === THE CASE === #
    def test_from_open_to_settled(self):
        self._sell()
        case = self._as(self.leader, self._find())
        case.action_investigate()
        with self._refused(UserError, "Enter the reasons for the decision on DC/"):
            case.action_confirm()
        case.write({"decision_reason": "Admitted", "penalty_amount": 500})
        case.action_confirm()
        with self._refused(UserError, "June 2026 has been decided"):
            case.penalty_amount = 0
        case.action_settle()
        self.assertEqual(case.state, "settled")
        # What turns up later is another case; the first cannot be reopened beside it.
        self._sell()
        later = self._find()
        self.assertNotEqual(later, case)
        with mute_logger("odoo.sql_db"), self.assertRaises(UniqueViolation):
            case.action_reopen()
            self.env.flush_all()

    def test_who_looks_after_the_partner_does_not_decide(self):
        self._sell()
        case = self._as(self.seller, self._find())
        case.action_investigate()
        case.write({"decision_reason": "Admitted"})
        with self._refused(UserError, "look after East Wheels .* yourself. Ask a sales manager"):
            case.action_dismiss()
        case.sudo().team_id = self.env["crm.team"].create(
            {"name": "East", "company_id": self.company.id, "user_id": self.leader.id}
        )
        case.user_id = False  # does not help
        self.env.flush_all()
        refusal = f"Ask {self.leader.name} or a sales manager"
        for method in ("action_confirm", "action_dismiss"):
            with self.subTest(method=method):
                _result, error = self._call(self.seller, case, method)
                self.assertIn(refusal, error or "")
        self._as(self.leader, case).action_confirm()
        _result, error = self._call(self.seller, case, "action_reopen")
        self.assertIn(refusal, error or "")
        self.assertEqual(case.state, "confirmed")
        self.distributor.channel_manager_id = self.manager
        self._as(self.manager, case).action_reopen()
        self.assertEqual(case.state, "investigating")

    def test_dismissed_and_reopened(self):
        self._sell()
        case = self._find()
        with self._refused(UserError, "“To Investigate”"):
            case.action_settle()
        case.action_investigate()
        with self._refused(UserError, "stays as a record"):
            case.unlink()
        case.decision_reason = "A gift to a school"
        case.action_dismiss()
        self.assertFalse(self._find())
        case.action_reopen()
        self.assertEqual(case.state, "investigating")
        empty = self.env["sales.channel.diversion"].create(
            {
                "partner_id": self.rival.id,
                "territory_id": self.city.id,
                "company_id": self.company.id,
            }
        )
        empty.action_investigate()
        empty.decision_reason = "A hint"
        with self._refused(UserError, "has no evidence"):
            empty.action_confirm()

    def test_numbers_start_anew_every_year_and_in_every_company(self):
        self.env.flush_all()
        other = self._create_stranger().company_id
        for code, prefix, records in (
            ("sales.channel.diversion", "DC", self._new_case),
            ("sales.channel.authorization", "CA", self._new_authorization),
        ):
            with self.subTest(code=code):
                records(self.company)
                with freeze_time("2031-02-03"):
                    first, second = records(self.company), records(self.company)
                with freeze_time("2032-02-03"):
                    third = records(self.company)
                numbers = [f"{prefix}/2031/0001", f"{prefix}/2031/0002", f"{prefix}/2032/0001"]
                self.assertEqual([first.name, second.name, third.name], numbers)
                sequence = self.env["ir.sequence"].search([("code", "=", code)])
                sequence.copy({"company_id": other.id, "prefix": "X/", "code": code})
                self.assertEqual(records(other).name, "X/0001")

    def _new_case(self, company):
        partner = self._create_channel_partner("New", company_id=company.id)
        values = {"partner_id": partner.id, "territory_id": self.city.id, "company_id": company.id}
        return self.env["sales.channel.diversion"].create(values)

    def _new_authorization(self, company):
        partner = self._create_channel_partner("New", company_id=company.id)
        return self._authorize(partner, self.city, self.parts, active=False, company_id=company.id)

    # === RIGHTS === #
    @mute_logger("odoo.sql_db")
    def test_rights(self):
        self._sell()
        case = self._find()
        line = case.line_ids
        self.assertTrue(self._as(self.seller, case).read(["name"]))
        cases = self.env["sales.channel.diversion"]
        self.env.flush_all()
        for user in (self.other_seller, self.outsider):
            for record, method, args in (
                (case, "read", (["amount"],)),
                (case, "action_investigate", ()),
                (line, "read", (["amount"],)),
                (line, "action_open_document", ()),
                (cases, "action_find", ()),
            ):
                with self.subTest(user=user.login, method=method):
                    _result, error = self._call(user, record, method, *args)
                    self.assertTrue(error)
        for record, method, args, sentence in (
            (line, "write", ({"amount": 1},), "not allowed"),
            (case, "write", ({"state": "settled"},), "cannot be set by hand"),
            (case, "write", ({"penalty_amount": -1},), "cannot be negative"),
            (
                cases,
                "create",
                (
                    [
                        {
                            "state": "confirmed",
                            "partner_id": self.distributor.id,
                            "territory_id": self.city.id,
                        }
                    ],
                ),
                "starts as a draft",
            ),
            (cases, "action_find", (), "Only leaders"),
            (cases, "_find", (self.company.ids,), "_find"),
        ):
            with self.subTest(method=method, sentence=sentence):
                _result, error = self._call(self.seller, record, method, *args)
                self.assertIn(sentence, error or "")
        mine = {"partner_id": self.distributor.id, "territory_id": self.city.id}
        for values in ({"name": "DC/1"}, {"line_count": 9}, {"amount": 9}):
            for method, args in (("write", (values,)), ("create", ([{**mine, **values}],))):
                with self.subTest(method=method, **values):
                    target = case if method == "write" else cases
                    _result, error = self._call(self.manager, target, method, *args)
                    self.assertIn("of a diversion case cannot be set by hand", error or "")
        action, error = self._call(self.leader, cases, "action_find")
        self.assertEqual((action["res_model"], error), ("sales.channel.diversion", None))
