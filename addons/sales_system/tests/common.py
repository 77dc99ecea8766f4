import base64
from contextlib import contextmanager
from threading import RLock
from unittest.mock import patch

from odoo.fields import Command
from odoo.modules.registry import Registry
from odoo.tests import HttpCase, TransactionCase, new_test_user
from odoo.tools import mute_logger

DEMO_LOGINS = ("li.na", "wang.wei", "zhao.lei")


@contextmanager
def threads_allowed():
    """Let threads make environments: Odoo's runner holds the lock of the registries."""
    with patch.object(Registry, "_lock", RLock()):
        yield


class SalesSystemCommon(TransactionCase):
    """A small company: two salespeople, a leader of all, an administrator, two customers."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env = cls.env(
            context={**cls.env.context, "tracking_disable": True, "no_reset_password": True}
        )
        cls.company = cls.env["res.company"].create(
            {"name": "Bike Works", "currency_id": cls.env.ref("base.USD").id}
        )
        cls.env.user.company_ids |= cls.company
        # Limits for all companies that the database happens to hold.
        cls.env["sales.approval.rule"].search([]).active = False
        cls.env = cls.env(context={**cls.env.context, "allowed_company_ids": cls.company.ids})
        cls.company = cls.company.with_env(cls.env)
        cls._make_room()
        cls.seller = cls._create_user("li.na", "sales_team.group_sale_salesman")
        cls.other_seller = cls._create_user("wang.wei", "sales_team.group_sale_salesman")
        cls.leader = cls._create_user("zhao.lei", "sales_team.group_sale_salesman_all_leads")
        cls.manager = cls._create_user("chen.jie", "sales_team.group_sale_manager")
        cls.outsider = cls._create_user("no.sales", "base.group_user")
        cls.region = cls.env["sales.territory"].create({"name": "East", "code": "E"})
        cls.city = cls.env["sales.territory"].create(
            {"name": "Shanghai", "code": "SH", "parent_id": cls.region.id}
        )
        cls.customer = cls.env["res.partner"].create(
            {"name": "Acme Bikes", "ref": "C1", "is_company": True, "territory_id": cls.city.id}
        )
        cls.other_customer = cls.env["res.partner"].create(
            {"name": "Velo Shop", "ref": "C2", "is_company": True}
        )
        cls.category = cls.env["product.category"].create({"name": "Bikes"})
        cls.product = cls.env["product.product"].create(
            {
                "name": "Road Bike",
                "default_code": "P1",
                "list_price": 1000.0,
                "standard_price": 600.0,
                "categ_id": cls.category.id,
                "taxes_id": [Command.clear()],
            }
        )

    @classmethod
    def _make_room(cls):
        """Take the names that the tests use from the demo data, which tours run on."""
        for user in cls.env["res.users"].search([("login", "in", DEMO_LOGINS)]):
            user.login = f"demo.{user.login}"
        for territory in cls.env["sales.territory"].search([("code", "!=", False)]):
            territory.code = f"demo.{territory.code}"
        cls.env.flush_all()

    @classmethod
    def _create_user(cls, login, groups, company=None):
        company = company or cls.company
        return new_test_user(
            cls.env,
            login=login,
            groups=groups,
            company_id=company.id,
            company_ids=[Command.set(company.ids)],
            salesperson_code=login.upper(),
        )

    @classmethod
    def _create_stranger(cls):
        """:return: an administrator of sales in another company"""
        company = cls.env["res.company"].create({"name": "Other"})
        return cls._create_user("stranger", "sales_team.group_sale_manager", company)

    @staticmethod
    def _as(user, records):
        """:return: the records as the user's own browser would ask for them"""
        return records.with_user(user).with_context(allowed_company_ids=user.company_ids.ids)

    @classmethod
    def _rate_of_euro(cls):
        """:return: the euro, of which one is two dollars"""
        euro = cls.env.ref("base.EUR")
        euro.active = True
        rates = cls.env["res.currency.rate"]
        rates.search([("currency_id", "in", (euro | cls.company.currency_id).ids)]).unlink()
        rates.create({"currency_id": euro.id, "name": "2026-01-01", "rate": 0.5})
        return euro

    def _group_totals(self, records, field, groupby):
        """:return: totals that a grouped list shows, by the rule of the client
        (``getAggregatesFromGroupData``): it takes the aggregate of the field in groups of one
        currency, and ``sum_currency`` in others only
        """
        info = records.fields_get([field])[field]
        own, converted = f"{field}:{info['aggregator']}", f"{field}:sum_currency"
        currencies = f"{info['currency_field']}:array_agg_distinct"
        groups = records.web_read_group(
            [("id", "in", records.ids)], [groupby], [own, converted, currencies]
        )["groups"]
        return [
            # Nothing is shown where this is the same aggregate, which the client passes over.
            group[converted] if len(group[currencies]) > 1 else own != converted and group[own]
            for group in groups
        ]

    @classmethod
    def _create_order(cls, lines=((1, 1000.0),), confirm=True, **values):
        """:param lines: (quantity, unit price) of each line"""
        order = cls.env["sale.order"].create(
            {
                "partner_id": cls.customer.id,
                "user_id": cls.seller.id,
                "company_id": cls.company.id,
                "order_line": [
                    Command.create(
                        {
                            "product_id": cls.product.id,
                            "product_uom_qty": quantity,
                            "price_unit": price,
                        }
                    )
                    for quantity, price in lines
                ],
                **values,
            }
        )
        if confirm:
            order.action_confirm()
        return order

    @classmethod
    def _create_import(cls, content, filename="sales.csv", **values):
        """:param content: text or bytes of the file"""
        if isinstance(content, str):
            content = content.encode()
        return cls.env["sales.import"].create(
            {
                "kind": "ledger",
                "company_id": cls.company.id,
                "file": base64.b64encode(content),
                "filename": filename,
                **values,
            }
        )

    def _ledger(self, document):
        """Entries of a document, after what the transaction has pending is posted."""
        self.env["sales.ledger.posting"]._post_pending()
        return self.env["sales.ledger.entry"].search(
            [("document_model", "=", document._name), ("document_id", "=", document.id)],
            order="id",
        )

    def _ledger_sum(self, document, figure="amount"):
        return round(sum(self._ledger(document).mapped(figure)), 2)


class RpcCase(HttpCase):
    """Calls the server as a program does, or somebody with a browser's console."""

    def _post_json(self, route, params):
        with mute_logger("odoo.http"):
            answer = self.url_open(
                route, json={"jsonrpc": "2.0", "method": "call", "id": 0, "params": params}
            )
        return answer.json()

    def _call(self, user, record, method, *args, **kwargs):
        """:return: (result, sentence of the error)"""
        self.authenticate(user.login, user.login)
        answer = self._post_json(
            f"/web/dataset/call_kw/{record._name}/{method}",
            {
                "model": record._name,
                "method": method,
                "args": [record.ids, *args] if record else list(args),
                "kwargs": {"context": {"allowed_company_ids": user.company_ids.ids}, **kwargs},
            },
        )
        self.env.invalidate_all()
        error = answer.get("error")
        return answer.get("result"), error and error["data"]["message"]
