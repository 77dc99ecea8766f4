from psycopg2 import IntegrityError

from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.base.models.ir_model import MODULE_UNINSTALL_FLAG

from ..hooks import uninstall_hook
from .common import SalesCommissionCommon


@tagged("post_install", "-at_install", "sales_commission")
class TestUninstall(SalesCommissionCommon):
    """Uninstalling deletes what the addon brought without a refusal."""

    def test_what_keys_restrict_is_not_refused(self):
        plan = self._create_plan({})
        self._sell(100, user=self.li_na)
        self._create_run(approve=True)
        plan = plan.with_context(**{MODULE_UNINSTALL_FLAG: True})
        with (
            mute_logger("odoo.sql_db"),
            self.assertRaises(IntegrityError),
            self.env.cr.savepoint(),
        ):
            plan.unlink()
        data = self.env["ir.model.data"].create(
            {
                "module": "sales_commission",
                "name": "uninstalled",
                "model": plan._name,
                "res_id": plan.id,
            }
        )
        uninstall_hook(self.env)
        # The table of the plans is dropped with all that is in it; until then nothing keeps them.
        self.assertFalse(data.exists())
        plan.unlink()
        self.env.flush_all()
