"""What the ledger costs those who work: orders and invoices with and without our addons."""

from tools import platform
from tools.database import Databases
from tools.odoo_session import open_environment

from .harness import compare

ORDERS = 20
LINES_PER_ORDER = 10
DATABASE_WITHOUT = "sales_bench_without"


def run(env):
    """Yield one result per step; the other side is the same step in a database with Odoo's
    own addons only. Judged by CPU time: 10 % drowns in the noise of the clock."""
    with platform.ready() as ready:
        databases = Databases(ready)
        databases.copy_base(DATABASE_WITHOUT, demo=False)
        try:
            with open_environment(DATABASE_WITHOUT) as plain_env:
                yield from _compare(Shop(env), Shop(plain_env))
                plain_env.cr.rollback()
        finally:
            databases.drop(DATABASE_WITHOUT)


def _compare(ours, plain):
    for step in ("confirm", "invoice"):
        yield compare(
            f"overhead_{step}", ORDERS * LINES_PER_ORDER,
            ours=getattr(ours, step), best_sql=getattr(plain, step),
            env=ours.env, sql_env=plain.env, repeat=9, target=1.1, judged_by="cpu_seconds",
        )  # fmt: skip


class Shop:
    """Twenty orders of ten lines, in either database.

    :param env: environment of the database
    """

    def __init__(self, env):
        self.env = env
        if not env.company.chart_template:
            env["account.chart.template"].try_loading(
                "generic_coa", company=env.company, install_demo=False
            )
        self.product = env["product.product"].create(
            {"name": "Bench", "list_price": 10.0, "invoice_policy": "order"}
        )
        self.partner = env["res.partner"].create({"name": "Bench"})
        self.confirmed = self._create_orders()
        self.confirmed.action_confirm()
        env.cr.flush()
        self.confirm()  # the first time fills the caches
        env.cr.flush()

    def _create_orders(self):
        line = {"product_id": self.product.id, "product_uom_qty": 2}
        return self.env["sale.order"].create(
            [
                {
                    "partner_id": self.partner.id,
                    "order_line": [(0, 0, dict(line)) for _number in range(LINES_PER_ORDER)],
                }
                for _number in range(ORDERS)
            ]
        )

    def confirm(self):
        self._create_orders().action_confirm()
        self.env.cr.flush()

    def invoice(self):
        self.confirmed._create_invoices().action_post()
        self.env.cr.flush()
