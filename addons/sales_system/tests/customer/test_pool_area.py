from odoo.tests import freeze_time, tagged

from .pool_common import TODAY, PoolCommon

MENUS = ("sales_pool_record_menu", "sales_pool_move_menu", "sales_pool_menu_configuration")


@tagged("post_install", "-at_install", "sales_system")
@freeze_time(TODAY)
class TestPoolArea(PoolCommon):
    """The area switched on and off, and where it shows."""

    def _switch(self, is_on):
        self.env["res.config.settings"].create({"group_sales_pool": is_on}).execute()
        self.env.invalidate_all()

    def test_switched_off_it_disappears_and_nothing_breaks(self):
        lead = self._create_pooled()
        menus = {self.env.ref(f"sales_system.{name}").id for name in MENUS}
        for is_on in (True, False, True):
            self._switch(is_on)
            with self.subTest(is_on=is_on):
                visible = self._as(self.manager, self.env["ir.ui.menu"])._visible_menu_ids()
                self.assertEqual(menus <= visible, is_on)
                for model in ("crm.lead", "res.partner"):
                    arch = self._as(self.seller, self.env[model]).get_view(view_type="form")["arch"]
                    for name in ("action_claim", "action_open_return", "pool_reason"):
                        self.assertEqual(name in arch, is_on)
                    bindings = self._as(self.seller, self.env["ir.actions.actions"]).get_bindings(
                        model
                    )
                    returns = [
                        action
                        for action in bindings.get("action", ())
                        if action["name"] == "Return to the Pool"
                    ]
                    self.assertEqual(bool(returns), is_on)
                new = self._as(self.seller, self.env["crm.lead"]).create({"name": "New"})
                self.assertEqual(new.user_id, self.seller)
        self.assertEqual(lead.pool_id, self.pool)
        self._as(self.seller, lead).action_claim()

    def test_several_at_once_of_both_kinds(self):
        lead = self._create_pooled()
        self.customer._return_to_pool("Test")
        rows = self._as(self.seller, self._row(lead) + self._row(self.customer))
        rows.action_claim()
        self.assertEqual(lead.user_id | self.customer.user_id, self.seller)
        claimed = self._as(self.seller, self._row(lead) + self._row(self.customer))
        action = claimed.action_open_return()
        wizard = (
            self._as(self.seller, self.env[action["res_model"]])
            .with_context(**action["context"])
            .create({"reason": "Both too far"})
        )
        self.assertEqual(wizard.record_count, 2)
        wizard.action_return()
        self.assertEqual((lead.pool_id, self.customer.pool_id), (self.pool, self.pool))

    def test_from_the_record_to_its_log_and_back(self):
        lead = self._create_pooled()
        moves = self._as(self.seller, lead).action_open_pool_moves()
        self.assertEqual(self.env["sales.pool.move"].search(moves["domain"]), self._moves(lead))
        move = self._as(self.seller, self._moves(lead))
        self.assertEqual(move.record_name, "Bikes for a school")
        self.assertEqual(move.action_open_record()["res_id"], lead.id)
        pool = self._as(self.seller, self.pool)
        self.assertEqual(pool.record_count, 1)
        rows = self.env["sales.pool.record"].search(pool.action_open_records()["domain"])
        self.assertEqual(rows.res_id, lead.id)
        self.assertTrue(pool.action_open_moves()["domain"])

    def test_rules_that_somebody_changed_stay(self):
        rule = self.env.ref("crm.crm_rule_personal_lead")
        narrowed = rule.domain_force
        self.env["ir.rule"]._widen_nobodys_leads()
        self.assertNotIn("pool", rule.domain_force)
        self.env["ir.rule"]._narrow_nobodys_leads()
        self.assertEqual(rule.domain_force, narrowed)
        rule.domain_force = "[('user_id', '=', user.id)]"
        self.env["ir.rule"]._widen_nobodys_leads()
        self.env["ir.rule"]._narrow_nobodys_leads()
        self.assertEqual(rule.domain_force, "[('user_id', '=', user.id)]")
