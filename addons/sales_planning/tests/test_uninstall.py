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
        cls._own(cls.campaign, cls.adverts, cls.advert)

    @classmethod
    def _own(cls, *records):
        """Let the addon have brought some records."""
        return cls.env["ir.model.data"].create(
            [
                {
                    "module": "sales_planning",
                    "name": f"uninstalled_{record._table}_{record.id}",
                    "model": record._name,
                    "res_id": record.id,
                }
                for record in records
            ]
        )

    def test_what_keys_restrict_is_not_refused(self):
        uninstall_hook(self.env)
        owned = self.env["ir.model.data"].search([("name", "=like", "uninstalled\\_%")])
        # Tables of the addon are dropped with all that is in them.
        self.assertEqual(owned.mapped("model"), ["utm.campaign"])
        self.campaign.with_context(**{MODULE_UNINSTALL_FLAG: True}).unlink()
        self.env.flush_all()

    def test_an_import_whose_sales_are_posted_stays(self):
        posted = self._create_import("Date,Amount,Sales Rep\n2026-01-01,5,LI.NA")
        posted.action_check()
        posted.action_import()
        entries = self.env["sales.ledger.entry"].search([("import_id", "=", posted.id)])
        self.assertEqual(entries.amount, 5)
        empty = self._create_import("Date,Amount,Sales Rep\n2026-01-01,5,LI.NA")
        owned = self._own(posted, empty)
        uninstall_hook(self.env)
        self.assertEqual(owned.exists().mapped("res_id"), empty.ids)

    def test_no_guard_is_left(self):
        query = "SELECT proname FROM pg_proc WHERE proname LIKE 'sales\\_target\\_%'"
        self.env.cr.execute(query)
        self.assertTrue(self.env.cr.fetchall())
        uninstall_hook(self.env)
        self.env.cr.execute(query)
        self.assertFalse(self.env.cr.fetchall())
