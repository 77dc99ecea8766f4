from odoo import fields, models
from odoo.tools import SQL


class SalesMarketSegmentMember(models.Model):
    """Member of a segment: from one day on, and up to the day before another.

    Written by snapshots only. Who comes back gets a further row. The rows of a customer in a
    segment do not overlap, so a sale is counted for a segment once.
    """

    _name = "sales.market.segment.member"
    _description = "Member of a Market Segment"
    _order = "date_from desc, id desc"
    _rec_name = "partner_id"
    _log_access = False

    # === FIELDS === #
    segment_id = fields.Many2one(
        "sales.market.segment", required=True, readonly=True, ondelete="cascade"
    )
    partner_id = fields.Many2one(
        "res.partner", string="Customer", required=True, readonly=True, ondelete="cascade"
    )
    company_id = fields.Many2one("res.company", required=True, readonly=True, ondelete="cascade")
    date_from = fields.Date(string="Member Since", required=True, readonly=True)
    date_to = fields.Date(
        string="Left On", readonly=True, help="The first day on which it was no member any more."
    )

    # === CONSTRAINTS AND INDEXES === #
    _date_range = models.Constraint(
        "CHECK (date_to >= date_from)", "A customer cannot leave a segment before coming into it."
    )
    _open_unique = models.UniqueIndex(
        "(segment_id, partner_id) WHERE date_to IS NULL",
        "A snapshot of this segment is being taken by somebody else. Try again.",
    )
    _partner_idx = models.Index("(partner_id, segment_id, date_from)")

    # === ACTION METHODS === #
    def action_open_partner(self):
        self.ensure_one()
        return self.partner_id.get_formview_action()

    # === BUSINESS METHODS === #
    def _get_on_day(self, member, day):
        """:return: ``SQL``: whether a row of members, of this alias, holds on a day"""
        return SQL(
            "%(date_from)s <= %(day)s AND (%(date_to)s IS NULL OR %(date_to)s > %(day)s)",
            date_from=SQL.identifier(member, "date_from"),
            date_to=SQL.identifier(member, "date_to"),
            day=day,
        )

    def _is_of_entry(self, member, entry, day=None):
        """:param day: ``SQL`` of the day to look at, that of the entry unless told
        :return: ``SQL``: whether a row of members is of the customer of an entry and holds
            on its day; both are aliases
        """
        return SQL(
            "%s = %s AND %s = %s AND %s",
            SQL.identifier(member, "partner_id"),
            SQL.identifier(entry, "partner_id"),
            SQL.identifier(member, "company_id"),
            SQL.identifier(entry, "company_id"),
            self._get_on_day(member, day or SQL.identifier(entry, "date")),
        )

    def _get_of_entry(self, member, entry, day=None):
        """:return: ``SQL`` of the table of members, under an alias, ``ON`` those of an entry"""
        return SQL(
            "sales_market_segment_member %s ON %s",
            SQL.identifier(member),
            self._is_of_entry(member, entry, day),
        )
