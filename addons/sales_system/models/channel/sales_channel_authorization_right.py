from psycopg2.errors import ExclusionViolation

from odoo import api, fields, models
from odoo.exceptions import ConcurrencyError, UserError
from odoo.tools import SQL

from .extensions import create_btree_gist

# A node of a tree as the range of all paths below it: “1/5/” up to “1/50”, for “0” follows “/”.
# Two nodes lie in each other exactly where their ranges overlap; '' is everything.
_RANGE = "sales_tree_range(NULLIF({0}, ''), NULLIF(left({0}, -1), '') || '0')"
_TERRITORIES = _RANGE.format("territory_path")
_CATEGORIES = _RANGE.format("categ_path")
_DAYS = "daterange(date_from, date_to, '[]')"
# An exclusive right meets all others, one that is not meets only those.
_SPAN = (
    "(CASE WHEN is_exclusive THEN int4range(NULL, NULL)"
    " ELSE int4range(authorization_id, authorization_id, '[]') END)"
)
COLUMNS = (
    "authorization_id",
    "company_id",
    "holder_id",
    "partner_id",
    "upstream_id",
    "territory_id",
    "categ_id",
    "territory_path",
    "categ_path",
    "date_from",
    "date_to",
    "is_exclusive",
)


class SalesChannelAuthorizationRight(models.Model):
    """Right: one territory × category of an authorization that is or was valid.

    The database itself keeps two rights apart of which one is exclusive, so that two users
    who grant them at the same moment cannot both succeed.

    A right stands once for its holder and once for each partner above, as a link from one to
    the other. Two partners of whom one buys from the other share all links of the upper one and
    never meet. Any others part at some partner, or at the top: there they have links from the
    same upstream partner to different ones, and these are what the constraint compares.
    See docs/adr/0012-channel-authorizations.md.
    """

    _name = "sales.channel.authorization.right"
    _description = "Channel Right"
    _log_access = False

    # === FIELDS === #
    authorization_id = fields.Many2one(
        "sales.channel.authorization", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one("res.company", required=True, ondelete="cascade")
    holder_id = fields.Many2one("res.partner", required=True, ondelete="restrict")
    partner_id = fields.Many2one("res.partner", required=True, index=True, ondelete="restrict")
    upstream_id = fields.Many2one("res.partner", ondelete="restrict")
    territory_id = fields.Many2one("sales.territory", ondelete="restrict", index=True)
    categ_id = fields.Many2one("product.category", ondelete="restrict", index=True)
    territory_path = fields.Char(required=True)
    categ_path = fields.Char(required=True)
    date_from = fields.Date(required=True)
    date_to = fields.Date()
    is_exclusive = fields.Boolean()

    # === CONSTRAINTS AND INDEXES === #
    _exclusive = models.Constraint(
        f"""EXCLUDE USING gist (
            company_id WITH =,
            COALESCE(upstream_id, 0) WITH =,
            partner_id WITH <>,
            ({_TERRITORIES}) WITH &&,
            ({_CATEGORIES}) WITH &&,
            ({_DAYS}) WITH &&,
            {_SPAN} WITH &&
        )""",
        "Another channel partner holds an exclusive right to some of this, or would lose it. "
        "Change the territories, the categories or the days.",
    )
    _holder_idx = models.Index("(holder_id, company_id)")

    def _auto_init(self):
        cr = self.env.cr
        create_btree_gist(cr)
        cr.execute("SELECT to_regtype('sales_tree_range')")
        if not cr.fetchone()[0]:
            cr.execute('CREATE TYPE sales_tree_range AS RANGE (subtype = text, collation = "C")')
        return super()._auto_init()

    # === BUSINESS METHODS === #
    @api.model
    def _rebuild(self, authorizations):
        """Write the rights of authorizations as they are now.

        :raises UserError: somebody else holds one of them
        """
        if not authorizations:
            return
        self.env.flush_all()
        self._hold_trees(authorizations)
        if clash := self._find_clash(authorizations):
            raise UserError(self._get_clash_text(clash))
        self.env.cr.execute(
            SQL(
                "DELETE FROM sales_channel_authorization_right WHERE authorization_id = ANY(%s)",
                authorizations.ids,
            )
        )
        columns = SQL(", ").join(map(SQL.identifier, COLUMNS))
        try:
            self.env.cr.execute(
                SQL(
                    "INSERT INTO sales_channel_authorization_right (%(columns)s)"
                    " SELECT %(columns)s FROM (%(rights)s) AS granted",
                    columns=columns,
                    rights=self._expected_query(authorizations),
                ),
                log_exceptions=False,
            )
        except ExclusionViolation as error:
            # Somebody was faster since this transaction began: run again and see who.
            raise ConcurrencyError("An exclusive right was granted at this moment") from error
        self.invalidate_model(flush=False)

    @api.model
    def _follow(self, column, ids):
        """Write the rights again whose tree has changed.

        :param str column: ``territory_id``, ``categ_id`` or ``partner_id``
        :param ids: of the moved records, with all that moved along
        """
        self.env.flush_all()
        rows = self.env.execute_query(
            SQL(
                "SELECT DISTINCT authorization_id FROM sales_channel_authorization_right"
                " WHERE %s = ANY(%s)",
                SQL.identifier(column),
                list(ids),
            )
        )
        affected = self.env["sales.channel.authorization"].browse(row_id for (row_id,) in rows)
        self._rebuild(affected)

    @api.model
    def _hold_trees(self, authorizations):
        """Have whoever moves one of these places, categories or partners at this moment run
        again on what this transaction leaves: a row that was only locked would not do that.
        """
        ids = authorizations.ids
        for table, column, relation, key in (
            ("sales_territory", "parent_path", "territory", "territory_id"),
            ("product_category", "parent_path", "categ", "categ_id"),
        ):
            self.env.cr.execute(
                SQL(
                    "UPDATE %(table)s SET %(column)s = %(column)s WHERE id IN ("
                    " SELECT %(key)s FROM %(relation)s WHERE authorization_id = ANY(%(ids)s))",
                    table=SQL.identifier(table),
                    column=SQL.identifier(column),
                    relation=SQL.identifier(f"sales_channel_authorization_{relation}_rel"),
                    key=SQL.identifier(key),
                    ids=ids,
                )
            )
        self.env.cr.execute(
            SQL(
                "WITH RECURSIVE %s UPDATE res_partner SET channel_upstream_id = channel_upstream_id"
                " WHERE id IN (SELECT partner_id FROM link)",
                self._link_query(ids),
            )
        )

    @api.model
    def _link_query(self, authorization_ids):
        """:return: ``SQL`` of a recursive CTE: the holder of each authorization and all above"""
        return SQL(
            """
            link AS (
                SELECT a.id AS authorization_id, p.id AS partner_id,
                       p.channel_upstream_id AS upstream_id
                  FROM sales_channel_authorization a JOIN res_partner p ON p.id = a.partner_id
                 WHERE a.id = ANY(%s)
                 UNION
                SELECT link.authorization_id, p.id, p.channel_upstream_id
                  FROM link JOIN res_partner p ON p.id = link.upstream_id
            )
            """,
            authorization_ids,
        )

    @api.model
    def _expected_query(self, authorizations):
        """:return: ``SQL`` of the rights that authorizations should have"""
        return SQL(
            """
            WITH RECURSIVE %(links)s
            SELECT a.id AS authorization_id, a.company_id, a.partner_id AS holder_id,
                   link.partner_id, link.upstream_id, territory.id AS territory_id,
                   categ.id AS categ_id, COALESCE(territory.parent_path, '') AS territory_path,
                   COALESCE(categ.parent_path, '') AS categ_path, a.date_from,
                   a.date_end AS date_to, a.is_exclusive
              FROM sales_channel_authorization a
              JOIN link ON link.authorization_id = a.id
              LEFT JOIN sales_channel_authorization_territory_rel in_territory
                ON in_territory.authorization_id = a.id
              LEFT JOIN sales_territory territory ON territory.id = in_territory.territory_id
              LEFT JOIN sales_channel_authorization_categ_rel in_categ
                ON in_categ.authorization_id = a.id
              LEFT JOIN product_category categ ON categ.id = in_categ.categ_id
             WHERE a.state <> 'draft' AND (a.date_end IS NULL OR a.date_end >= a.date_from)
            """,
            links=self._link_query(authorizations.ids),
        )

    @api.model
    def _find_clash(self, authorizations):
        """Look for rights that exclude each other, by the terms of the constraint.

        :return: dict of the first two that do, and what they share; None where there are none
        """
        rows = self.env.execute_query_dict(
            SQL(
                """
                WITH mine AS MATERIALIZED (%(rights)s),
                     held AS (
                    SELECT %(columns)s FROM mine
                     UNION ALL
                    SELECT %(columns)s FROM sales_channel_authorization_right
                     WHERE authorization_id <> ALL(%(ids)s)
                )
                SELECT mine.authorization_id, held.authorization_id AS other_id,
                       CASE WHEN length(mine.territory_path) >= length(held.territory_path)
                            THEN mine.territory_id ELSE held.territory_id END AS territory_id,
                       CASE WHEN length(mine.categ_path) >= length(held.categ_path)
                            THEN mine.categ_id ELSE held.categ_id END AS categ_id,
                       GREATEST(mine.date_from, held.date_from) AS date_from,
                       LEAST(mine.date_to, held.date_to) AS date_to
                  FROM mine
                  JOIN held ON held.company_id = mine.company_id
                   AND COALESCE(held.upstream_id, 0) = COALESCE(mine.upstream_id, 0)
                   AND held.partner_id <> mine.partner_id
                   AND (held.is_exclusive OR mine.is_exclusive)
                   AND (starts_with(held.territory_path, mine.territory_path)
                        OR starts_with(mine.territory_path, held.territory_path))
                   AND (starts_with(held.categ_path, mine.categ_path)
                        OR starts_with(mine.categ_path, held.categ_path))
                   AND daterange(held.date_from, held.date_to, '[]')
                       && daterange(mine.date_from, mine.date_to, '[]')
                 ORDER BY mine.authorization_id, other_id, territory_id, categ_id
                 LIMIT 1
                """,
                rights=self._expected_query(authorizations),
                columns=SQL(", ").join(map(SQL.identifier, COLUMNS)),
                ids=authorizations.ids,
            )
        )
        return rows[0] if rows else None

    @api.model
    def _get_clash_text(self, clash):
        """:return: sentence on who holds what; partners that the user may not see stay unnamed"""
        authorizations = self.env["sales.channel.authorization"]
        mine = authorizations.browse(clash["authorization_id"])
        other = authorizations.browse(clash["other_id"])
        territory = self.env["sales.territory"].browse(clash["territory_id"]).sudo()
        categ = self.env["product.category"].browse(clash["categ_id"]).sudo()
        values = {
            "partner": mine._get_holder_name(),
            "holder": other._get_holder_name(),
            "category": categ.display_name or self.env._("all products"),
            "territory": territory.display_name or self.env._("everywhere"),
            "start": authorizations._format_end(clash["date_from"]),
            "end": authorizations._format_end(clash["date_to"]),
        }
        if other.sudo().is_exclusive:
            return self.env._(
                "%(holder)s is authorized exclusively for %(category)s in %(territory)s, "
                "%(start)s – %(end)s, so %(partner)s cannot be authorized for it too. Change the "
                "territories, the categories or the days, or revoke the other authorization.",
                **values,
            )
        return self.env._(
            "%(holder)s is authorized for %(category)s in %(territory)s too, %(start)s – %(end)s, "
            "so the right of %(partner)s cannot be exclusive. Change the territories, the "
            "categories or the days, take the exclusivity out, or revoke the other authorization.",
            **values,
        )
