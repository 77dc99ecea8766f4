from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

OPEN_STATES = ("planned", "running")


class SalesMarketingActivity(models.Model):
    """How an activity is carried out: for whom, and with which means."""

    _inherit = "sales.marketing.activity"

    # === FIELDS === #
    audience_count = fields.Integer(
        "Audience",
        compute="_compute_audience_count",
        help="Customers in its segments today, their contacts among them, as far as you may see "
        "them.",
    )
    pricelist_ids = fields.One2many(
        "product.pricelist",
        "marketing_activity_id",
        string="Price Lists",
        context={"active_test": False},
    )
    pricelist_count = fields.Integer(
        "Number of Price Lists", compute="_compute_pricelist_counts", compute_sudo=True
    )
    pricelist_order_count = fields.Integer(
        "Orders at These Prices",
        compute="_compute_pricelist_counts",
        compute_sudo=True,
        help="Orders at the prices of its price lists, confirmed on the days of the activity.",
    )

    # === COMPUTE METHODS === #
    @api.depends("segment_ids")
    @api.depends_context("uid", "allowed_company_ids")
    def _compute_audience_count(self):
        """One statement for all activities; it finds whom :meth:`action_open_audience` opens."""
        partners = self.env["res.partner"]._search(self._get_audience_domain())
        self.env["sales.marketing.activity"].flush_model(["segment_ids"])
        counts = dict(
            self.env.execute_query(
                SQL(
                    """
                    SELECT audience.sales_marketing_activity_id, COUNT(DISTINCT partner.id)
                      FROM res_partner partner
                      JOIN sales_market_segment_member member
                        ON member.partner_id = partner.commercial_partner_id
                       AND member.date_to IS NULL
                      JOIN %(audience)s audience
                        ON audience.sales_market_segment_id = member.segment_id
                     WHERE audience.sales_marketing_activity_id = ANY(%(activities)s)
                       AND partner.id IN %(partners)s
                     GROUP BY 1
                    """,
                    audience=SQL.identifier(self._fields["segment_ids"].relation),
                    activities=self.ids,
                    partners=partners.subselect(),
                )
            )
        )
        for activity in self:
            activity.audience_count = counts.get(activity._origin.id, 0)

    @api.depends("pricelist_ids.marketing_activity_id")
    def _compute_pricelist_counts(self):
        pricelists = self._count_means("product.pricelist")
        self.env["product.pricelist"].flush_model(["marketing_activity_id"])
        self.env["sale.order"].flush_model(["pricelist_id"])
        orders = self._count_orders(
            SQL(
                """
                SELECT o.id AS order_id, l.marketing_activity_id AS activity_id
                  FROM sale_order o JOIN product_pricelist l ON l.id = o.pricelist_id
                 WHERE l.marketing_activity_id = ANY(%s)
                """,
                self.ids,
            )
        )
        for activity in self:
            activity.pricelist_count = pricelists.get(activity._origin, 0)
            activity.pricelist_order_count = orders.get(activity._origin.id, 0)

    # === ACTION METHODS === #
    def action_open_audience(self):
        """Open the customers that the activity is for, as far as the user may see them."""
        self.ensure_one()
        self._check_has_segments()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Audience of %(activity)s", activity=self.display_name),
            "res_model": "res.partner",
            "view_mode": "list,kanban,form",
            "domain": self._get_audience_domain(),
            "context": {"create": False},
            "help": self.env._(
                "Nobody is in these segments today. Their customers are looked for every night."
            ),
        }

    def action_open_pricelists(self):
        self.ensure_one()
        return self._get_means_window(
            "product.product_pricelist_action2",
            self.env._("Price Lists of %(activity)s", activity=self.display_name),
            default_base="list_price",
        )

    def action_open_pricelist_orders(self):
        self.ensure_one()
        return self._get_order_window([("pricelist_id.marketing_activity_id", "=", self.id)])

    # === BUSINESS METHODS === #
    def _get_audience_domain(self):
        """:return: domain of the partners that are in any segment of the activities now"""
        return self.segment_ids._get_audience_domain()

    def _check_has_segments(self):
        """:raises UserError: it is for nobody in particular, which is not for everybody"""
        self.ensure_one()
        if not self.segment_ids:
            raise UserError(
                self.env._(
                    "%(activity)s has no segment, so it has no audience. Choose “Segments” "
                    "first: the plan has to be a draft for that.",
                    activity=self.display_name,
                )
            )

    def _check_takes_means(self):
        """:raises UserError: an activity is over, or not for this user to change"""
        if not self:
            # Whoever changes the means of no activity needs no right to activities.
            return
        self.check_access("write")
        for activity in self:
            if activity.state not in OPEN_STATES or activity.plan_state == "closed":
                raise UserError(
                    self.env._(
                        "%(activity)s is over, and what it worked with stays. Take it one step "
                        "back before you change that.",
                        activity=activity.display_name,
                    )
                )

    def _take_means(self):
        """Let results be marked: without a campaign nobody would see them."""
        self._check_takes_means()
        for activity in self.filtered(lambda activity: not activity.campaign_id):
            activity.action_create_campaign()

    def _get_winner(self, order):
        """:return: of the activities that run on the day of the order, the one that began last"""
        running = self.filtered(
            lambda activity: (
                activity.state == "running"
                and activity.campaign_id
                and activity.company_id == order.company_id
                and activity.date_from <= order.ledger_date <= activity.date_to
            )
        )
        return running.sorted(lambda activity: (activity.date_from, activity.id))[-1:]

    def _count_means(self, model):
        """:param str model: one with ``sales.marketing.means.mixin``
        :return: dict of activity → number of its records, those in the archive among them
        """
        return dict(
            self.env[model]
            .with_context(active_test=False)
            ._read_group(
                [("marketing_activity_id", "in", self.ids)], ["marketing_activity_id"], ["__count"]
            )
        )

    def _get_means_window(self, xml_id, name, **context):
        """:param str xml_id: of the action that shows means of this sort
        :return: action that opens what :meth:`_count_means` counts, and makes more of it
        """
        return {
            **self.env["ir.actions.act_window"]._for_xml_id(xml_id),
            "name": name,
            "domain": [("marketing_activity_id", "=", self.id)],
            "context": {
                "default_marketing_activity_id": self.id,
                "default_company_id": self.company_id.id,
                "active_test": False,
                **context,
            },
        }

    def _count_orders(self, uses):
        """:param SQL uses: query of order_id and activity_id, with or without duplicates
        :return: dict of id → number of orders that were confirmed on the days of the activity
        """
        self.env["sale.order"].flush_model(["state", "company_id", "ledger_date"])
        self.env["sales.marketing.activity"].flush_model(["company_id", "date_from", "date_to"])
        return dict(
            self.env.execute_query(
                SQL(
                    """
                    SELECT activity.id, COUNT(DISTINCT o.id)
                      FROM (%s) AS uses
                      JOIN sale_order o ON o.id = uses.order_id
                      JOIN sales_marketing_activity activity ON activity.id = uses.activity_id
                     WHERE o.state = 'sale' AND o.company_id = activity.company_id
                       AND o.ledger_date BETWEEN activity.date_from AND activity.date_to
                     GROUP BY 1
                    """,
                    uses,
                )
            )
        )

    def _get_order_window(self, domain):
        """:return: action that opens the orders which :meth:`_count_orders` counts"""
        return {
            **self.env["ir.actions.act_window"]._for_xml_id("sale.action_orders"),
            "name": self.env._("Orders of %(activity)s", activity=self.display_name),
            "domain": [
                *domain,
                ("state", "=", "sale"),
                ("company_id", "=", self.company_id.id),
                ("ledger_date", ">=", self.date_from),
                ("ledger_date", "<=", self.date_to),
            ],
            "context": {"create": False},
        }
