from odoo.tests import TransactionCase, tagged

OWN, TEAM, ALL = (
    "sales_team.group_sale_salesman",
    "sales_system.group_sale_salesman_team",
    "sales_team.group_sale_salesman_all_leads",
)
# Configuration that everybody works by, whosever documents they may see.
SHARED = {
    "sales.territory",
    "sales.territory.rule",
    "sales.approval.rule",
    "sales.approval.step",
}
# Of one person, whatever their level.
PERSONAL = {
    "sales.approval.delegation",
    "sales.approval.request.ask",
    "sales.approval.request.delegate",
    "sales.approval.request.reject",
    "sales.contract.renew",
    "sales.contract.terminate",
}
# Plumbing of the addons, the same for all companies.
TECHNICAL = {"sales.import.field", "sales.ledger.backfill"}


@tagged("post_install", "-at_install", "sales_system")
class TestAccessRules(TransactionCase):
    """Every model of these addons, also of those yet to come, is guarded level by level."""

    def _models(self):
        """:return: the models that somebody may read, with the groups that may"""
        for name, model in self.env.registry.items():
            if name.startswith("sales.") and not model._abstract:
                access = self.env["ir.model.access"].search([("model_id.model", "=", name)])
                self.assertTrue(access, f"{name} has no access right")
                yield name, access.filtered("perm_read").group_id

    def _rules(self, name):
        return self.env["ir.rule"].search([("model_id.model", "=", name)])

    def test_companies(self):
        for name, groups in self._models():
            if not groups or name in TECHNICAL:
                continue
            with self.subTest(model=name):
                domains = self._rules(name).filtered("global").mapped("domain_force")
                self.assertTrue(
                    any("company_id" in domain or "create_uid" in domain for domain in domains)
                )

    def test_levels(self):
        everybody = self.env.ref(OWN) | self.env.ref("base.group_user")
        for name, groups in self._models():
            if not groups & everybody or name in SHARED | PERSONAL:
                continue
            with self.subTest(model=name):
                granted = self._rules(name).groups
                self.assertTrue(granted & everybody)
                self.assertLessEqual(self.env.ref(TEAM) | self.env.ref(ALL), granted)

    def test_leaders_are_looked_up_and_never_listed(self):
        """A rule that names ids would outlive the change of a leader."""
        for rule in self.env["ir.rule"].search([("groups", "in", self.env.ref(TEAM).ids)]):
            with self.subTest(rule=rule.name):
                self.assertRegex(
                    rule.domain_force, r"(manager_ids|sales_leader_ids)', 'in', \[user\.id\]"
                )
