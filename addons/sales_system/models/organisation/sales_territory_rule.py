import re
from itertools import takewhile

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import SQL

# What a customer's territory is found by.
RULE_FIELDS = (
    "country_id",
    "state_id",
    "zip",
    "city",
    "company_id",
    "parent_id",
    "is_company",
    "partner_share",
    "territory_pinned",
)


def zip_key(code):
    """:return: a postal code as it is compared: capital letters and digits"""
    return re.sub(r"[^0-9A-Z]", "", (code or "").upper())


def zip_width(low, high):
    """Share of all postal codes that a range covers; codes are read as digits behind a point.

    "20" to "20" covers 1/100, "2000" to "2009" covers 1/1000.
    """
    base = 10 if (low + high).isdigit() else 36
    start = sum(int(char, 36) / base**place for place, char in enumerate(low, 1))
    stop = sum(int(char, 36) / base**place for place, char in enumerate(high, 1))
    return stop - start + base ** -len(high)


def zip_head(low, high):
    """:return: the beginning that both ends of a range share"""
    same = takewhile(lambda pair: pair[0] == pair[1], zip(low, high, strict=False))
    return "".join(char for char, _char in same)


class SalesTerritoryRule(models.Model):
    """Territory rule: the place whose customers lie in a territory.

    Of all rules that fit an address the most specific one wins: a city before a postal code
    range, a narrower range before a wider one, then a state, then a country. Of two equals
    that of the customer's own company comes first, then the sequence decides.
    """

    _name = "sales.territory.rule"
    _description = "Territory Rule"
    _order = "sequence, id"

    sequence = fields.Integer(default=10)
    territory_id = fields.Many2one(
        comodel_name="sales.territory", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="territory_id.company_id", store=True, index=True)
    country_id = fields.Many2one(
        comodel_name="res.country",
        compute="_compute_country_id",
        store=True,
        readonly=False,
        precompute=True,
        ondelete="cascade",
    )
    state_id = fields.Many2one(
        comodel_name="res.country.state",
        string="Province or State",
        ondelete="cascade",
        domain="[('country_id', '=?', country_id)]",
    )
    zip_from = fields.Char(
        string="Postal Code From",
        help="The beginning of a code is enough: 20 to 21 takes every code that begins with "
        "20 or 21.",
    )
    zip_to = fields.Char(string="Postal Code To", help="Empty: the same as From.")
    city = fields.Char(help="The name as it is written in addresses; capitals do not matter.")
    # As they are compared.
    zip_low = fields.Char(compute="_compute_zip", store=True, export_string_translation=False)
    zip_high = fields.Char(compute="_compute_zip", store=True, export_string_translation=False)
    zip_head = fields.Char(compute="_compute_zip", store=True, export_string_translation=False)
    zip_width = fields.Float(compute="_compute_zip", store=True, export_string_translation=False)

    # === COMPUTE METHODS === #
    @api.depends("state_id")
    def _compute_country_id(self):
        for rule in self:
            rule.country_id = rule.state_id.country_id or rule.country_id

    @api.depends("zip_from", "zip_to")
    def _compute_zip(self):
        for rule in self:
            low = zip_key(rule.zip_from)
            high = zip_key(rule.zip_to) or low
            rule.zip_low = low or False
            rule.zip_high = high or False
            rule.zip_head = zip_head(low, high)
            rule.zip_width = zip_width(low, high) if low else 0.0

    @api.depends("country_id", "state_id", "zip_from", "zip_to", "city")
    def _compute_display_name(self):
        for rule in self:
            codes = " – ".join(filter(None, (rule.zip_from, rule.zip_to)))
            places = (rule.country_id.name, rule.state_id.name, codes, rule.city)
            rule.display_name = ", ".join(filter(None, places))

    # === CONSTRAINT METHODS === #
    @api.constrains("country_id", "state_id", "zip_from", "zip_to", "city")
    def _check_place(self):
        for rule in self:
            if error := rule._place_error_message():
                raise ValidationError(error)

    def _place_error_message(self):
        self.ensure_one()
        territory = self.territory_id.display_name
        if not (self.country_id or zip_key(self.zip_from) or (self.city or "").strip()):
            return self.env._(
                "A rule of %(territory)s names no place: enter a country, a state, postal codes "
                "or a city.",
                territory=territory,
            )
        if self.state_id and self.state_id.country_id != self.country_id:
            return self.env._(
                "%(state)s lies in %(actual)s, not in %(country)s. Correct the rule of "
                "%(territory)s.",
                state=self.state_id.name,
                actual=self.state_id.country_id.name,
                country=self.country_id.name,
                territory=territory,
            )
        return self._zip_error_message(territory)

    def _zip_error_message(self, territory):
        if self.zip_to and not self.zip_low:
            return self.env._(
                "The postal codes of %(territory)s end with %(zip_to)s but begin nowhere: enter "
                "the first code too.",
                territory=territory,
                zip_to=self.zip_to,
            )
        if not self.zip_low:
            return None
        if not self.country_id:
            return self.env._(
                "Postal code %(zip_from)s of %(territory)s exists in many countries: enter the "
                "country too.",
                zip_from=self.zip_from,
                territory=territory,
            )
        if self.zip_high[: len(self.zip_low)] < self.zip_low[: len(self.zip_high)]:
            return self.env._(
                "The postal codes of %(territory)s run backwards, from %(zip_from)s to "
                "%(zip_to)s: exchange the two.",
                territory=territory,
                zip_from=self.zip_from,
                zip_to=self.zip_to,
            )
        return None

    # === BUSINESS METHODS === #
    @api.model
    def _assign(self, customers=None):
        """Give customers the territory that the rules say, in one statement.

        Contacts follow their company. Orders, invoices and the ledger keep what they have.

        :param customers: commercial partners; None for all of the user's companies
        :return: number of customers whose territory changed
        """
        change = self._change_query(customers)
        changed = self.env.execute_query(
            SQL(
                """
                UPDATE res_partner p
                   SET territory_id = change.after_id, write_uid = %s, write_date = %s
                  FROM (%s) AS change
                 WHERE p.commercial_partner_id = change.id
             RETURNING p.id, p.id = change.id
                """,
                self.env.uid,
                fields.Datetime.now(),
                change,
            )
        )
        partners = self.env["res.partner"].browse(partner_id for partner_id, _own in changed)
        partners.invalidate_recordset(["territory_id", "write_uid", "write_date"], flush=False)
        partners.modified(["territory_id"])
        return sum(own for _partner_id, own in changed)

    @api.model
    def _get_changes(self):
        """What :meth:`_assign` would do.

        :return: list of (territory before, territory after, number of customers), ids or None
        """
        return self.env.execute_query(
            SQL(
                "SELECT before_id, after_id, COUNT(*) FROM (%s) AS change"
                " GROUP BY before_id, after_id ORDER BY COUNT(*) DESC, before_id, after_id",
                self._change_query(None),
            )
        )

    @api.model
    def _change_query(self, customers):
        """:return: ``SQL`` with id, before_id, after_id of each customer that has to change"""
        if customers is None:
            self.env["res.partner"].flush_model(["territory_id", *RULE_FIELDS])
            companies = self.env.companies.ids
            scope = SQL("(p.company_id IS NULL OR p.company_id = ANY(%s))", companies)
        else:
            customers.flush_recordset(["territory_id", *RULE_FIELDS])
            scope = SQL("p.id = ANY(%s)", customers.ids)
        return self._match_query(
            SQL(
                """
                SELECT p.id, p.territory_id, p.company_id, p.country_id, p.state_id, p.zip, p.city
                  FROM res_partner p
                 WHERE p.commercial_partner_id = p.id AND p.partner_share
                   AND p.territory_pinned IS NOT TRUE AND %s
                """,
                scope,
            )
        )

    @api.model
    def _match_query(self, addresses):
        """Find the territories of addresses, whosever they are.

        Each kind of rule is joined on its own key, ranges of postal codes on the beginning
        that both ends share, and each address only once, whatever number of customers has it.

        :param SQL addresses: query with id, territory_id, company_id, country_id, state_id, zip
            and city
        :return: ``SQL`` with id, before_id, after_id of each whose territory is another
        """
        self.flush_model()
        self.env["sales.territory"].flush_model(["active"])
        return SQL(
            """
            WITH rule AS (
                SELECT r.territory_id, r.company_id, r.country_id, r.state_id,
                       r.zip_low, r.zip_high, COALESCE(r.zip_head, '') AS zip_head,
                       lower(NULLIF(btrim(r.city), '')) AS city,
                       row_number() OVER (
                           ORDER BY NULLIF(btrim(r.city), '') IS NULL,
                                    r.zip_low IS NULL, r.zip_width,
                                    r.state_id IS NULL, r.country_id IS NULL,
                                    r.company_id IS NULL, r.sequence, r.id
                       ) AS rank
                  FROM sales_territory_rule r
                  JOIN sales_territory t ON t.id = r.territory_id AND t.active
            ), customer AS (
                SELECT p.id, p.territory_id,
                       COALESCE(p.company_id, 0) AS company_id,
                       COALESCE(p.country_id, 0) AS country_id,
                       COALESCE(p.state_id, 0) AS state_id,
                       regexp_replace(upper(COALESCE(p.zip, '')), '[^0-9A-Z]', '', 'g') AS zip,
                       lower(btrim(COALESCE(p.city, ''))) AS city
                  FROM (%(addresses)s) AS p
            ), address AS (
                SELECT DISTINCT company_id, country_id, state_id, zip, city FROM customer
            ), zip_address AS MATERIALIZED (
                SELECT address.*, left(address.zip, head.length) AS zip_head
                  FROM address
                 CROSS JOIN (SELECT DISTINCT length(zip_head) AS length
                               FROM rule WHERE zip_low IS NOT NULL) AS head
            ), fitting AS (
                SELECT address.*, rule.rank FROM address
                  JOIN rule ON rule.city = address.city AND %(fits)s
                 UNION ALL
                SELECT address.company_id, address.country_id, address.state_id,
                       address.zip, address.city, rule.rank
                  FROM zip_address AS address
                  JOIN rule ON rule.city IS NULL AND rule.zip_low IS NOT NULL
                   AND rule.country_id = address.country_id
                   AND rule.zip_head = address.zip_head AND %(fits)s
                 UNION ALL
                SELECT address.*, rule.rank FROM address
                  JOIN rule ON rule.city IS NULL AND rule.zip_low IS NULL
                   AND rule.state_id = address.state_id AND %(fits)s
                 UNION ALL
                SELECT address.*, rule.rank FROM address
                  JOIN rule ON rule.city IS NULL AND rule.zip_low IS NULL
                   AND rule.state_id IS NULL
                   AND rule.country_id = address.country_id AND %(fits)s
            ), best AS (
                SELECT company_id, country_id, state_id, zip, city, MIN(rank) AS rank
                  FROM fitting GROUP BY company_id, country_id, state_id, zip, city
            )
            SELECT customer.id, customer.territory_id AS before_id, rule.territory_id AS after_id
              FROM customer
              LEFT JOIN best USING (company_id, country_id, state_id, zip, city)
              LEFT JOIN rule ON rule.rank = best.rank
             WHERE customer.territory_id IS DISTINCT FROM rule.territory_id
            """,
            addresses=addresses,
            fits=SQL(
                """
                (rule.company_id IS NULL OR rule.company_id = address.company_id)
                AND (rule.country_id IS NULL OR rule.country_id = address.country_id)
                AND (rule.state_id IS NULL OR rule.state_id = address.state_id)
                AND (rule.zip_low IS NULL OR (
                    left(address.zip, length(rule.zip_low)) >= rule.zip_low COLLATE "C"
                    AND left(address.zip, length(rule.zip_high)) <= rule.zip_high COLLATE "C"))
                """
            ),
        )
