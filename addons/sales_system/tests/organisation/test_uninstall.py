from odoo.modules import get_manifest
from odoo.tests import tagged
from odoo.tools import convert_file

from odoo.addons.base.models.ir_model import MODULE_UNINSTALL_FLAG

from ...hooks import uninstall_hook
from ...models.customer.ir_rule import NARROWED, NOBODYS
from ..common import SalesSystemCommon

STANDARD = ("base", "account", "sales_team", "sale", "crm", "sale_crm")

# Those of the base are declared in too many places to read them in again.
REINSTALLED = ("sales_team", "sale", "crm", "sale_crm")


@tagged("post_install", "-at_install", "sales_system")
class TestUninstall(SalesSystemCommon):
    """Uninstalling leaves the groups and rules of Sales and CRM as they were."""

    def _snapshot(self):
        """What the standard addons own of groups and rules, and who implies what."""
        self.env.flush_all()
        self.env.invalidate_all()
        data = self.env["ir.model.data"].search(
            [("module", "in", STANDARD), ("model", "in", ("res.groups", "ir.rule"))]
        )
        snapshot = {}
        for line in data:
            record = self.env[line.model].browse(line.res_id)
            if line.model == "res.groups":
                values = (record.name, record.sequence, record.privilege_id.id)
                linked = record.implied_ids
            else:
                values = (record.domain_force, record.active, record.perm_read, record.perm_write)
                linked = record.groups
            snapshot[line.complete_name] = (*values, frozenset(linked.ids))
        return snapshot

    def _uninstall(self):
        """What uninstalling does to groups and rules: the hook, then the addon's own records.

        The addons that build on this one are uninstalled with it.
        """
        uninstall_hook(self.env)
        addon = self.env.ref("base.module_sales_system")
        addons = (addon | addon.downstream_dependencies()).mapped("name")
        for model in ("ir.model.access", "ir.rule", "res.groups"):
            data = self.env["ir.model.data"].search(
                [("module", "in", addons), ("model", "=", model)]
            )
            records = self.env[model].browse(data.mapped("res_id")).exists()
            records.with_context(**{MODULE_UNINSTALL_FLAG: True}).unlink()

    def test_standard_groups_and_rules_stay_as_they_were(self):
        # The addons that build on this one have areas of their own.
        addon = self.env.ref("base.module_sales_system")
        addons = (addon | addon.downstream_dependencies()).mapped("name")
        ours = set(
            self.env["ir.model.data"]
            .search([("module", "in", addons), ("model", "=", "res.groups")])
            .mapped("res_id")
        )
        before = self._snapshot()
        self._uninstall()
        after = self._snapshot()
        without_ours = {
            name: (*values, linked - ours) for name, (*values, linked) in before.items()
        }
        for name, domain in NARROWED.items():
            self.assertEqual(before[name][0], domain)
            without_ours[name] = (NOBODYS, *without_ours[name][1:])
        self.assertEqual(after, without_ours)
        changed = {name for name, values in before.items() if values != after[name]}
        self.assertEqual(
            changed,
            {
                "sales_team.group_sale_salesman_all_leads",
                # They had the areas that were switched on.
                "base.group_user",
                "sales_team.group_sale_salesman",
                "account.group_account_invoice",
                # They show leads without a salesperson to everybody again.
                *NARROWED,
            },
        )

    def test_they_are_what_the_standard_addons_declare(self):
        self._uninstall()
        after = self._snapshot()
        for module in REINSTALLED:
            for filename in get_manifest(module)["data"]:
                if filename.startswith("security/") and filename.endswith(".xml"):
                    convert_file(self.env, module, filename, None, mode="init")
        self.assertEqual(after, self._snapshot())

    def test_leaders_keep_their_own_documents(self):
        leader = self._create_user("leader", "sales_system.group_sale_salesman_team")
        self._uninstall()
        self.env.invalidate_all()
        self.assertTrue(leader.has_group("sales_team.group_sale_salesman"))
        self.assertFalse(leader.has_group("sales_team.group_sale_salesman_all_leads"))
