OWN, TEAM, ALL = (
    "sales_team.group_sale_salesman",
    "sales_system.group_sale_salesman_team",
    "sales_team.group_sale_salesman_all_leads",
)


class AccessRules:
    """Every model of one addon, also of those yet to come, is guarded level by level.

    A test case of an addon inherits this and names what needs no levels.
    """

    addon = None
    # Configuration that everybody works by, whosever documents they may see.
    shared = frozenset()
    # Of one person, whatever their level.
    personal = frozenset()
    # Plumbing of the addon, the same for all companies.
    technical = frozenset()

    def _models(self):
        """:return: the models that somebody may read, with the groups that may"""
        found = False
        for name, model in self.env.registry.items():
            if model._original_module == self.addon and not model._abstract:
                found = True
                access = self.env["ir.model.access"].search([("model_id.model", "=", name)])
                self.assertTrue(access, f"{name} has no access right")
                yield name, access.filtered("perm_read").group_id
        self.assertTrue(found, f"{self.addon} has no models")

    def _rules(self, name):
        return self.env["ir.rule"].search([("model_id.model", "=", name)])

    def test_companies(self):
        for name, groups in self._models():
            if not groups or name in self.technical:
                continue
            with self.subTest(model=name):
                domains = self._rules(name).filtered("global").mapped("domain_force")
                self.assertTrue(
                    any("company_id" in domain or "create_uid" in domain for domain in domains)
                )

    def test_levels(self):
        everybody = self.env.ref(OWN) | self.env.ref("base.group_user")
        for name, groups in self._models():
            if not groups & everybody or name in self.shared | self.personal:
                continue
            with self.subTest(model=name):
                granted = self._rules(name).groups
                self.assertTrue(granted & everybody)
                self.assertLessEqual(self.env.ref(TEAM) | self.env.ref(ALL), granted)

    def test_what_is_of_one_person_is_for_nobody_else(self):
        for name in self.personal:
            with self.subTest(model=name):
                domains = self._rules(name).mapped("domain_force")
                self.assertTrue(any("user.id" in domain for domain in domains))

    def test_leaders_are_looked_up_and_never_listed(self):
        """A rule that names ids would outlive the change of a leader."""
        models = [name for name, _groups in self._models()]
        rules = self.env["ir.rule"].search([("groups", "in", self.env.ref(TEAM).ids)])
        for rule in rules.filtered(lambda rule: rule.model_id.model in models):
            with self.subTest(rule=rule.name):
                self.assertRegex(
                    rule.domain_force, r"(manager_ids|sales_leader_ids)', 'in', \[user\.id\]"
                )
