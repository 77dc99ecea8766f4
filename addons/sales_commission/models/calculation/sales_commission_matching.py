from dataclasses import dataclass

from odoo import api, models
from odoo.tools import SQL

from ..plan.sales_commission_rule import RULE_DIMENSIONS, RULE_TREES

# What tells apart the rules that compete for one sale: those for the leader of the team do
# not compete with those for the salesperson.
COMPETITION = SQL("e.id, s.plan_id, s.period, s.role, s.leader_level, p.payee_id")

CREDIT_COLUMNS = (
    "entry_id",
    "document_id",
    "document_name",
    "date",
    "period",
    "plan_id",
    "rule_id",
    "payee_id",
    "user_id",
    "currency_id",
    "share",
    "base",
)


@dataclass(frozen=True)
class Usage:
    """What the rules of a scope make use of; all else stays out of the query.

    :param frozenset fields: conditions that some rule makes
    :param frozenset bases: what rules count
    :param bool competes: whether two rules of a plan may want one sale that only one gets
    :param bool documents: whether a rule pays an amount per document
    """

    fields: frozenset
    bases: frozenset
    leaders: bool
    discounts: bool
    competes: bool
    splits: bool
    documents: bool


class SalesCommissionMatching(models.AbstractModel):
    """Credits: which payee shares in which ledger entry by which rule, in what part.

    One query over the entries and the few rows of ``commission_scope``. Only the conditions
    that some rule of the scope makes use of become part of it.
    """

    _name = "sales.commission.matching"
    _description = "Commission Matching"

    @api.model
    def _create_credits(self, condition, entries=None, is_assigned=None):
        """Fill the temporary table ``commission_credit``.

        :param SQL condition: on the entry ``e``, the scope ``s`` and the payee ``p``
        :param SQL entries: what to match, with the columns of the ledger; the ledger itself
            where it is left out
        :param SQL is_assigned: see :meth:`_credit_query`
        """
        self.env.cr.execute(
            SQL(
                "CREATE TEMPORARY TABLE commission_credit ON COMMIT DROP AS %s",
                self._credit_query(condition, entries, is_assigned),
            )
        )
        # The planner has to know how many rows and payees there are.
        self.env.cr.execute("ANALYZE commission_credit")

    @api.model
    def _credit_query(self, condition, entries=None, is_assigned=None, has_payee=None):
        """A sale belongs to the plan of the day it was made, also where a lock moved its entry
        to a later day.

        :param SQL is_assigned: whether the plan pays the payee at all, instead of asking the
            plan's assignments
        :param SQL has_payee: whether somebody is there to be paid, instead of asking so
        :return: ``SQL`` of one row per credit: entry_id, document_id, document_name (of an
            import, which has no id), date, period, plan_id, rule_id, payee_id, user_id,
            currency_id, share and base
        """
        usage = self._get_usage()
        place = SQL("")
        if usage.competes:
            place = SQL(
                "s.rule_mode, row_number() OVER ("
                "PARTITION BY %s ORDER BY s.sequence, s.rule_id) AS place,",
                COMPETITION,
            )
        query = SQL(
            """
            %(leaders)s
            SELECT %(place)s
                   e.id AS entry_id, e.document_id, %(document_name)s AS document_name, e.date,
                   s.period, s.plan_id, s.rule_id, p.payee_id, e.user_id,
                   COALESCE(a.currency_id, s.company_currency_id) AS currency_id,
                   p.share, %(base)s AS base
              FROM commission_scope s
              JOIN %(entries)s e
                ON e.company_id = s.company_id
               AND e.event = s.event
               AND e.date BETWEEN s.date_from AND s.date_to
               AND COALESCE(e.late_for, e.date) BETWEEN s.valid_from AND s.valid_to
              %(joins)s
              LEFT JOIN sales_commission_assignment a
                ON a.plan_id = s.plan_id
               AND a.payee_id = p.payee_id
               AND COALESCE(e.late_for, e.date)
                   BETWEEN COALESCE(a.date_from, '-infinity') AND COALESCE(a.date_to, 'infinity')
             WHERE %(has_payee)s
               AND %(is_assigned)s
               AND %(conditions)s AND %(condition)s
            """,
            # Worked out once, and not for every sale.
            leaders=SQL("WITH leader AS MATERIALIZED (%s)", self._leaders_query())
            if usage.leaders
            else SQL(""),
            base=self._base_sql(usage),
            place=place,
            document_name=SQL(
                "CASE WHEN e.document_id IS NULL THEN e.reference END"
                if usage.documents
                else "NULL::varchar"
            ),
            entries=entries or SQL("sales_ledger_entry"),
            joins=SQL(" ").join((*self._tree_joins(usage), *self._payee_joins(usage))),
            has_payee=has_payee or SQL("p.payee_id IS NOT NULL"),
            is_assigned=is_assigned
            or SQL("(s.payee_scope = 'everyone' OR s.role = 'payee' OR a.id IS NOT NULL)"),
            conditions=self._conditions_sql(usage),
            condition=condition,
        )
        if not usage.competes:
            return query
        return SQL(
            "SELECT %s FROM (%s) ranked WHERE rule_mode <> 'first' OR place = 1",
            SQL(", ").join(map(SQL.identifier, CREDIT_COLUMNS)),
            query,
        )

    # === WHO === #
    @api.model
    def _payee_joins(self, usage):
        """:return: list of ``SQL`` joins that give ``p.payee_id`` and ``p.share``"""
        payee, share = SQL("seller.partner_id"), SQL("100::numeric")
        joins = [SQL("LEFT JOIN res_users seller ON seller.id = e.user_id")]
        if usage.splits:
            joins.append(self._split_join())
            payee = SQL("COALESCE(split.payee_id, seller.partner_id)")
            share = SQL("COALESCE(split.share, 100)")
        if usage.leaders:
            joins.append(self._leader_join())
        joins.append(
            SQL(
                """
                CROSS JOIN LATERAL (
                    SELECT CASE s.role WHEN 'salesperson' THEN %(payee)s
                                       WHEN 'leader' THEN %(leader)s
                                       WHEN 'payee' THEN s.named_payee_id
                                       ELSE e.channel_partner_id END AS payee_id,
                           %(share)s AS share) p
                """,
                payee=payee,
                leader=SQL("leader.partner_id") if usage.leaders else SQL("NULL::integer"),
                share=share,
            )
        )
        return joins

    @api.model
    def _split_join(self):
        """The shares of an order's lines, and of the invoice lines that bill them."""
        return SQL(
            """
            LEFT JOIN (
                SELECT TRUE AS is_order, line.id AS source_id, split.payee_id, split.share
                  FROM sales_commission_split split
                  JOIN sale_order_line line ON line.order_id = split.order_id
                 UNION
                SELECT FALSE, rel.invoice_line_id, split.payee_id, split.share
                  FROM sales_commission_split split
                  JOIN sale_order_line line ON line.order_id = split.order_id
                  JOIN sale_order_line_invoice_rel rel ON rel.order_line_id = line.id
            ) split
                ON s.role = 'salesperson'
               AND split.is_order = (e.document_model = 'sale.order')
               AND split.source_id = e.source_id
            """
        )

    @api.model
    def _leaders_query(self):
        """:return: ``SQL`` of team_id, level, user_id and partner_id: who leads a team, and those
        above it, so many levels up"""
        return SQL(
            """
            SELECT team.id AS team_id, upper.level, leader.id AS user_id, leader.partner_id
              FROM crm_team team
             CROSS JOIN LATERAL (
                   SELECT path.id::integer AS id,
                          row_number() OVER (ORDER BY path.place DESC) AS level
                     FROM unnest(string_to_array(rtrim(team.parent_path, '/'), '/'))
                          WITH ORDINALITY AS path (id, place)) upper
              JOIN crm_team above ON above.id = upper.id
              JOIN res_users leader ON leader.id = above.user_id
            """
        )

    @api.model
    def _leader_join(self):
        """Who sold it earns no second time as the leader."""
        return SQL(
            """
            LEFT JOIN leader
                ON leader.team_id = e.team_id
               AND leader.level = s.leader_level
               AND (s.own_sales OR leader.user_id IS DISTINCT FROM e.user_id)
            """
        )

    # === WHAT === #
    @api.model
    def _base_sql(self, usage):
        """:return: ``SQL`` of the payee's part of what the rule counts"""
        value = SQL(
            "CASE s.base %s ELSE COALESCE(e.amount, 0) END",
            SQL(" ").join(
                SQL("WHEN %s THEN COALESCE(%s, 0)", base, SQL.identifier("e", base))
                for base in ("margin", "quantity")
            ),
        )
        if usage.bases == {"amount"}:
            value = SQL("COALESCE(e.amount, 0)")
        if usage.splits:
            # Most sales are shared with nobody, and 100 % of a number is that number.
            return SQL("CASE WHEN p.share = 100 THEN %s ELSE %s * p.share * 0.01 END", value, value)
        return value

    @api.model
    def _tree_joins(self, usage):
        return [
            SQL(
                "LEFT JOIN %(table)s %(alias)s ON %(alias)s.id = %(entry)s",
                table=SQL.identifier(self.env["sales.commission.scope"]._tree_table(name)),
                alias=SQL.identifier(f"entry_{name}"),
                entry=SQL.identifier("e", name),
            )
            for name in RULE_TREES
            if name in usage.fields
        ]

    @api.model
    def _conditions_sql(self, usage):
        """:return: ``SQL`` of all conditions that rules of the scope make"""
        conditions = self._get_conditions(usage).values()
        return SQL(" AND ").join(conditions) if conditions else SQL("TRUE")

    @api.model
    def _get_conditions(self, usage):
        """:return: dict of field of the rule → ``SQL`` condition on ``s`` and ``e``"""
        conditions = {
            name: self._dimension_condition(name)
            for name in RULE_DIMENSIONS
            if name in usage.fields
        }
        if "tag_ids" in usage.fields:
            conditions["partner_tag_ids"] = SQL(
                """
                (s.tag_ids IS NULL OR EXISTS (
                    SELECT FROM res_partner_res_partner_category_rel tag
                     WHERE tag.partner_id = e.partner_id AND tag.category_id = ANY(s.tag_ids)))
                """
            )
        if usage.discounts:
            conditions["discount_from"] = SQL(
                "(COALESCE(e.discount, 0) >= COALESCE(s.discount_from, 0)"
                " AND (s.discount_to IS NULL OR COALESCE(e.discount, 0) < s.discount_to))"
            )
        if "customer_kind" in usage.fields:
            conditions["customer_kind"] = self._customer_kind_condition()
        return conditions

    @api.model
    def _dimension_condition(self, name):
        rule, entry = SQL.identifier("s", name), SQL.identifier("e", name)
        matches = SQL("%s = %s", rule, entry)
        if name in RULE_TREES:
            matches = SQL(
                "starts_with(%s, %s)",
                SQL.identifier(f"entry_{name}", "parent_path"),
                SQL.identifier("s", f"{name}_path"),
            )
        return SQL("(%s IS NULL OR %s)", rule, matches)

    @api.model
    def _customer_kind_condition(self):
        """New is a customer from its first sale of the rule's kind on, for some days; with a
        sale that is only expected, it may be the first."""
        return SQL(
            """
            (s.customer_kind IS NULL OR (s.customer_kind = 'new') = (
                COALESCE(e.late_for, e.date) < s.new_days + COALESCE((
                    SELECT MIN(COALESCE(first.late_for, first.date))
                      FROM sales_ledger_entry first
                     WHERE first.partner_id = e.partner_id
                       AND first.company_id = e.company_id
                       AND first.event = e.event
                       AND first.amount > 0), COALESCE(e.late_for, e.date))))
            """
        )

    # === WHAT THE SCOPE MAKES USE OF === #
    @api.model
    def _get_usage(self):
        """:return: the :class:`Usage` of ``commission_scope``, in one statement"""
        names = (*RULE_DIMENSIONS, "tag_ids", "customer_kind")
        [(*used, bases, leaders, discounts, competes, splits, documents)] = self.env.execute_query(
            SQL(
                """
                SELECT %(fields)s, array_agg(DISTINCT base),
                       COALESCE(BOOL_OR(role = 'leader'), FALSE),
                       COALESCE(BOOL_OR(discount_from > 0 OR discount_to IS NOT NULL), FALSE),
                       EXISTS (SELECT FROM commission_scope WHERE rule_mode = 'first'
                                GROUP BY plan_id, role, leader_level, event, named_payee_id
                               HAVING COUNT(DISTINCT rule_id) > 1),
                       EXISTS (SELECT FROM sales_commission_split split
                                 JOIN sale_order o ON o.id = split.order_id
                                WHERE o.company_id IN (SELECT company_id FROM commission_scope)),
                       COALESCE(BOOL_OR(rate_type = 'document'), FALSE)
                  FROM commission_scope
                """,
                fields=SQL(", ").join(SQL("COUNT(%s) > 0", SQL.identifier(name)) for name in names),
            )
        )
        return Usage(
            fields=frozenset(name for name, is_used in zip(names, used, strict=True) if is_used),
            bases=frozenset(bases or ()),
            leaders=leaders,
            discounts=discounts,
            competes=competes,
            splits=splits,
            documents=documents,
        )
