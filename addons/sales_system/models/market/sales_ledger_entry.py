from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL


class SalesLedgerEntry(models.Model):
    """Which segments the customer of an entry was in on its day.

    Not one of the entry's dimensions: a dimension is frozen in the entry, and this in the days of
    the membership.
    """

    _inherit = "sales.ledger.entry"

    market_segment_ids = fields.Many2many(
        "sales.market.segment",
        string="Market Segments",
        compute="_compute_market_segment_ids",
        search="_search_market_segment_ids",
        # A segment that is not used any more counted then.
        context={"active_test": False},
        groups="sales_team.group_sale_salesman",
        help="Those that the customer was in on the day of the entry.",
    )

    # === COMPUTE METHODS === #
    @api.depends("partner_id", "company_id", "date")
    @api.depends_context("allowed_company_ids", "uid")
    def _compute_market_segment_ids(self):
        segments = self.env["sales.market.segment"].with_context(active_test=False)
        rows = self.env.execute_query(
            SQL(
                """
                SELECT entry.id, array_agg(member.segment_id)
                  FROM sales_ledger_entry entry JOIN %(members)s
                 WHERE entry.id = ANY(%(ids)s) AND member.segment_id IN %(visible)s
                 GROUP BY entry.id
                """,
                members=self.env["sales.market.segment.member"]._get_of_entry("member", "entry"),
                ids=self.ids,
                visible=segments._search([]).subselect(),
            )
        )
        found = dict(rows)
        for entry in self:
            entry.market_segment_ids = segments.browse(found.get(entry.id, ()))

    def _search_market_segment_ids(self, operator, value):
        if operator in Domain.NEGATIVE_OPERATORS:
            return NotImplemented
        # Who sees an entry sees what its customer was in; of other companies one sees no entry.
        members = self.env["sales.market.segment.member"].sudo()
        found = self._with_segment_member(members, Domain("segment_id", operator, value))
        if operator == "in" and False in value:
            found |= ~self._with_segment_member(members, Domain.TRUE)
        return found

    # === BUSINESS METHODS === #
    @api.model
    def _with_segment_member(self, members, domain):
        """:return: domain of the entries whose customer was on their day such a member"""
        return Domain.custom(
            to_sql=lambda model, alias, query: SQL(
                "EXISTS (SELECT FROM sales_market_segment_member member"
                " WHERE %s AND member.id IN %s)",
                members._is_of_entry("member", alias),
                members._search(domain).subselect(),
            )
        )
