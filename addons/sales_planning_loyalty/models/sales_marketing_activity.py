from odoo import api, fields, models
from odoo.tools import SQL


class SalesMarketingActivity(models.Model):
    """Marketing activity with discount and loyalty programs.

    An order has used a program when it got a reward of it: points alone bring nothing yet.
    """

    _inherit = "sales.marketing.activity"

    # === FIELDS === #
    loyalty_program_ids = fields.One2many(
        "loyalty.program",
        "marketing_activity_id",
        string="Programs",
        context={"active_test": False},
    )
    loyalty_program_count = fields.Integer(
        "Number of Programs", compute="_compute_loyalty_counts", compute_sudo=True
    )
    coupon_count = fields.Integer(
        "Coupons Issued", compute="_compute_loyalty_counts", compute_sudo=True
    )
    coupon_used_count = fields.Integer(
        "Coupons Used",
        compute="_compute_loyalty_counts",
        compute_sudo=True,
        help="Those that gave a reward on a confirmed order.",
    )
    loyalty_order_count = fields.Integer(
        "Orders with a Reward",
        compute="_compute_loyalty_counts",
        compute_sudo=True,
        help="Orders that got a reward of its programs, confirmed on the days of the activity.",
    )

    # === COMPUTE METHODS === #
    @api.depends("loyalty_program_ids.coupon_ids")
    def _compute_loyalty_counts(self):
        programs = self._count_means("loyalty.program")
        coupons = self._count_coupons()
        orders = self._count_orders(
            SQL(
                """
                SELECT line.order_id, program.marketing_activity_id AS activity_id
                  FROM sale_order_line line
                  JOIN loyalty_reward reward ON reward.id = line.reward_id
                  JOIN loyalty_program program ON program.id = reward.program_id
                 WHERE program.marketing_activity_id = ANY(%s)
                """,
                self.ids,
            )
        )
        for activity in self:
            issued, used = coupons.get(activity._origin.id, (0, 0))
            activity.loyalty_program_count = programs.get(activity._origin, 0)
            activity.coupon_count = issued
            activity.coupon_used_count = used
            activity.loyalty_order_count = orders.get(activity._origin.id, 0)

    def _count_coupons(self):
        """:return: dict of id → (coupons that there are, coupons that gave a reward)"""
        self.env["loyalty.program"].flush_model(["marketing_activity_id"])
        self.env["loyalty.reward"].flush_model(["program_id"])
        self.env["loyalty.card"].flush_model(["program_id", "active"])
        self.env["sale.order.line"].flush_model(["order_id", "coupon_id", "reward_id", "state"])
        rows = self.env.execute_query(
            SQL(
                """
                SELECT program.marketing_activity_id, COUNT(*),
                       COUNT(*) FILTER (
                           WHERE EXISTS (
                               SELECT FROM sale_order_line line
                                WHERE line.coupon_id = card.id AND line.reward_id IS NOT NULL
                                  AND line.state = 'sale'))
                  FROM loyalty_card card
                  JOIN loyalty_program program ON program.id = card.program_id
                 WHERE program.marketing_activity_id = ANY(%s)
                 GROUP BY 1
                """,
                self.ids,
            )
        )
        return {activity_id: (issued, used) for activity_id, issued, used in rows}

    # === ACTION METHODS === #
    def action_open_loyalty_programs(self):
        self.ensure_one()
        return self._get_means_window(
            "loyalty.loyalty_program_discount_loyalty_action",
            self.env._("Programs of %(activity)s", activity=self.display_name),
        )

    def action_open_coupons(self):
        self.ensure_one()
        return {
            **self.env["ir.actions.act_window"]._for_xml_id("loyalty.loyalty_card_action"),
            "name": self.env._("Coupons of %(activity)s", activity=self.display_name),
            "domain": [("program_id.marketing_activity_id", "=", self.id)],
            "context": {"create": False, "active_test": False},
        }

    def action_open_loyalty_orders(self):
        self.ensure_one()
        return self._get_order_window(
            [("order_line.reward_id.program_id.marketing_activity_id", "=", self.id)]
        )
