from odoo import api, fields, models
from odoo.tools import SQL

from odoo.addons.sales_system.engine.handover import HandoverKind


class SalesHandover(models.Model):
    """Targets pass with the work: their open remainder, and the say over those below."""

    _inherit = "sales.handover"

    # === FIELDS === #
    move_targets = fields.Boolean(
        string="Open Targets",
        default=True,
        help="What is still ahead of the targets goes on to the successor. Periods that are over, "
        "and the days before the handover, stay with the predecessor.",
    )
    takeover_ids = fields.One2many("sales.target.takeover", "handover_id", string="Takeovers")

    # === HOOKS === #
    @api.model
    def _get_kinds(self):
        return {
            **super()._get_kinds(),
            "target": HandoverKind(self.env._("Open Targets"), "sales.target", "move_targets"),
            "target_owner": HandoverKind(
                self.env._("Targets to Answer For"),
                "sales.target",
                "move_targets",
                user_field="responsible_id",
            ),
        }

    def _collect_target(self, user):
        """The topmost targets of a salesperson that still have something ahead, with how much."""
        if self.state == "undone":
            return self._taken_over_query(user)
        return SQL(
            """
            SELECT target.id AS res_id, %(name)s AS name, target.partner_id,
                   CASE WHEN plan.currency_id IS NOT NULL THEN ahead.amount END AS amount,
                   plan.currency_id,
                   CASE WHEN plan.currency_id IS NOT NULL THEN ahead.amount END AS company_amount,
                   target.team_id, target.territory_id
              FROM sales_target target
              JOIN sales_target_plan plan ON plan.id = target.plan_id
              JOIN res_company company ON company.id = plan.company_id
              LEFT JOIN res_currency currency ON currency.id = plan.currency_id
              JOIN res_users person ON person.id = target.user_id
              JOIN res_partner contact ON contact.id = person.partner_id
              JOIN LATERAL (
                    SELECT SUM(
                               cell.assigned - CASE
                                   WHEN cell.date_from >= %(day)s THEN 0
                                   ELSE ROUND(
                                       cell.assigned * (%(day)s - cell.date_from)
                                       / (cell.date_to - cell.date_from + 1)
                                       / COALESCE(currency.rounding, 1)
                                   ) * COALESCE(currency.rounding, 1)
                               END
                           ) AS amount
                      FROM sales_target_cell cell
                     WHERE cell.target_id = target.id AND cell.date_to >= %(day)s
                       AND (
                            plan.state <> 'approved'
                            OR cell.date_to > COALESCE(company.sales_lock_date, '-infinity')
                           )
                   ) AS ahead ON ahead.amount > 0
             WHERE target.user_id = %(user)s AND plan.state <> 'closed'
               AND COALESCE(target.date_end, %(day)s) >= %(day)s
               AND %(in_company)s
               AND NOT EXISTS (
                    SELECT FROM sales_target upper
                     WHERE upper.user_id = target.user_id AND upper.id <> target.id
                       AND target.parent_path LIKE upper.parent_path || '%%'
                   )
            """,
            name=self._target_name_sql(),
            day=SQL("%s::date", self.date),
            user=user.id,
            in_company=self._in_company("plan", required=True),
        )

    def _taken_over_query(self, user):
        """:return: ``SQL`` of the targets that a user took over by this handover, and still has"""
        return SQL(
            """
            SELECT takeover.target_id AS res_id
              FROM sales_target_takeover takeover
              JOIN sales_target receiver ON receiver.id = takeover.to_target_id
              JOIN sales_target_plan plan ON plan.id = receiver.plan_id
             WHERE takeover.handover_id = %s AND NOT COALESCE(takeover.is_returned, FALSE)
               AND receiver.user_id = %s AND plan.state <> 'closed'
               AND NOT EXISTS (
                    SELECT FROM sales_target_takeover later
                     WHERE later.target_id = takeover.to_target_id
                       AND NOT COALESCE(later.is_returned, FALSE)
                   )
            """,
            self.id,
            user.id,
        )

    def _collect_target_owner(self, user):
        """Targets of others that a user splits and decides on, in plans that go on."""
        return SQL(
            """
            SELECT target.id AS res_id, %(name)s AS name, target.partner_id,
                   NULL::numeric AS amount, plan.currency_id, NULL::numeric AS company_amount,
                   target.team_id, target.territory_id
              FROM sales_target target
              JOIN sales_target_plan plan ON plan.id = target.plan_id
              LEFT JOIN res_users person ON person.id = target.user_id
              LEFT JOIN res_partner contact ON contact.id = person.partner_id
             WHERE target.responsible_id = %(user)s
               AND target.user_id IS DISTINCT FROM %(user)s
               AND plan.state <> 'closed' AND plan.date_to >= %(day)s
               AND %(in_company)s
            """,
            name=self._target_name_sql(),
            user=user.id,
            day=self.date,
            in_company=self._in_company("plan", required=True),
        )

    @api.model
    def _target_name_sql(self):
        """:return: ``SQL`` of plan and target; its other dimensions are columns of the preview"""
        return SQL(
            """
            CONCAT_WS(
                ' · ', plan.name, contact.name,
                (SELECT COALESCE(team.name ->> %(lang)s, team.name ->> 'en_US')
                   FROM crm_team team WHERE team.id = target.team_id),
                (SELECT place.complete_name FROM sales_territory place
                  WHERE place.id = target.territory_id),
                (SELECT customer.name FROM res_partner customer
                  WHERE customer.id = target.partner_id),
                (SELECT COALESCE(item.name ->> %(lang)s, item.name ->> 'en_US')
                   FROM product_product product
                   JOIN product_template item ON item.id = product.product_tmpl_id
                  WHERE product.id = target.product_id),
                (SELECT category.complete_name FROM product_category category
                  WHERE category.id = target.categ_id),
                (SELECT segment.name FROM sales_market_segment segment
                  WHERE segment.id = target.segment_id)
            )
            """,
            lang=self.env.lang or "en_US",
        )

    # === MOVING === #
    def _move_target(self, records, user, lines):
        for _plan, targets in records.grouped("plan_id").items():
            if self.state == "undone":
                targets._take_back(self)
            else:
                targets._hand_over(user, self)

    @api.model
    def _get_owner(self, kind, record):
        if kind.model == "sales.target" and kind.user_field == "user_id":
            return self.env["sales.target.takeover"]._get_last_target(record).user_id
        return super()._get_owner(kind, record)

    def _get_target_reason(self, before, after):
        """:return: why numbers move, as their revision keeps it"""
        self.ensure_one()
        return self.env._(
            "Handover %(handover)s: %(before)s → %(after)s",
            handover=self.name,
            before=before[:1].name,
            after=after[:1].name,
        )
