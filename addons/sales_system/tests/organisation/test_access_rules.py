from odoo.tests import TransactionCase, tagged

from ..access_rules import TEAM, AccessRules


@tagged("post_install", "-at_install", "sales_system")
class TestAccessRules(AccessRules, TransactionCase):
    addon = "sales_system"
    shared = frozenset(
        {
            "sales.territory",
            "sales.territory.rule",
            "sales.approval.rule",
            "sales.approval.step",
            "sales.channel.check",
            "sales.contract.clause",
            "sales.contract.template",
            "sales.customer.level",
            "sales.pool",
            "sales.pool.protection",
            "sales.follow.up.rule",
            "sales.stage.gate",
            "sales.competitor",
            "sales.competitor.product",
            "sales.competitor.price",
            "sales.competitor.event",
            "sales.market.indicator",
            "sales.market.data",
            "sales.market.share",
            "sales.market.segment",
            "sales.market.segment.size",
            "sales.market.research",
        }
    )
    personal = frozenset(
        {
            "sales.approval.delegation",
            "sales.approval.request.ask",
            "sales.approval.request.delegate",
            "sales.approval.request.reject",
            "sales.channel.report.return",
            "sales.channel.report.upload",
            "sales.channel.authorization.revoke",
            "sales.channel.application.accept",
            "sales.channel.application.reject",
            "sales.conflict.check",
            "sales.conflict.check.line",
            "sales.conflict.search",
            "sales.contract.comparison",
            "sales.contract.countersign",
            "sales.contract.renew",
            "sales.contract.terminate",
            "sales.stage.gate.pass",
            "sales.deal.registration.extend",
            "sales.deal.registration.reject",
            "sales.pool.return",
            "sales.customer.level.pin",
            "sales.customer.lose",
        }
    )
    technical = frozenset(
        {"sales.import.field", "sales.ledger.backfill", "sales.identity.backfill"}
    )

    def test_leaders_of_standard_models_are_looked_up_too(self):
        for rule in self.env["ir.rule"].search([("groups", "in", self.env.ref(TEAM).ids)]):
            with self.subTest(rule=rule.name):
                self.assertRegex(
                    rule.domain_force, r"(manager_ids|sales_leader_ids)', 'in', \[user\.id\]"
                )
