from odoo.tests import tagged

from odoo.addons.base.models.ir_model import MODULE_UNINSTALL_FLAG

from ..hooks import uninstall_hook
from .marketing.common import MarketingCommon


@tagged("post_install", "-at_install", "sales_planning")
class TestUninstall(MarketingCommon):
    """Uninstalling deletes what the addon brought without a refusal, and leaves no function."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.campaign = cls.env["utm.campaign"].create({"title": "Spring"})
        cls.advert.campaign_id = cls.campaign
        cls._create_budget(cls.advert, 100)
        cls.env["ir.model.data"].create(
            [
                {
                    "module": "sales_planning",
                    "name": f"uninstalled_{record._table}",
                    "model": record._name,
                    "res_id": record.id,
                }
                for record in (cls.campaign, cls.adverts, cls.advert)
            ]
        )

    def test_what_keys_restrict_is_not_refused(self):
        uninstall_hook(self.env)
        owned = self.env["ir.model.data"].search([("name", "=like", "uninstalled\\_%")])
        # Tables of the addon are dropped with all that is in them.
        self.assertEqual(owned.mapped("model"), ["utm.campaign"])
        self.campaign.with_context(**{MODULE_UNINSTALL_FLAG: True}).unlink()
        self.env.flush_all()

    def test_no_guard_is_left(self):
        query = "SELECT proname FROM pg_proc WHERE proname LIKE 'sales\\_target\\_%'"
        self.env.cr.execute(query)
        self.assertTrue(self.env.cr.fetchall())
        uninstall_hook(self.env)
        self.env.cr.execute(query)
        self.assertFalse(self.env.cr.fetchall())
