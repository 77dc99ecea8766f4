from odoo import api, models
from odoo.tools import SQL

from .sales_conflict_radar import MATCH_KIND

# How much of their trigrams two names share to be similar; pg_trgm's own default finds too much.
SIMILARITY = 0.45
# Names that begin alike or resemble each other, of all companies, before the best are taken.
CANDIDATES = 200
LIMIT = 20
# Registrations in these states tell of a customer that somebody works on.
LIVE_REGISTRATIONS = ("submitted", "approved", "conflict", "converted")
# Exact keys come first, and then names by how much of them is the same.
EXACT = 2.0
KEY_TABLES = {
    "sales_identity_key": SQL("known.partner_id, known.lead_id, NULL::int AS registration_id"),
    "sales_deal_registration_key": SQL(
        "NULL::int AS partner_id, NULL::int AS lead_id, known.registration_id"
    ),
}


class SalesConflictRadar(models.AbstractModel):
    """Finds records by their keys, in one statement over indexes.

    Exact keys come from B-tree indexes; of names, also those that begin alike and, where the
    database has pg_trgm, those that resemble it.
    """

    _inherit = "sales.conflict.radar"

    # === BUSINESS METHODS === #
    @api.model
    def _find(self, keys, similar=False, excluded=None):
        """Find the records that have one of the keys, in the companies of the user.

        :param keys: list of (kind, key)
        :param similar: find also names that begin with it or resemble it
        :param excluded: customer or lead that is not looked for
        :return: rows (type, id, kind, score, name, user, team, since, is in a pool), best
            first
        """
        if not keys:
            return []
        self.env["sales.identity.key"]._renew_pending()
        for model in ("sales.deal.registration", "sales.deal.registration.key"):
            self.env[model].flush_model()
        if similar and self.env.registry.has_trigram:
            self.env.cr.execute(
                "SELECT set_config('pg_trgm.similarity_threshold', %s, TRUE)", [str(SIMILARITY)]
            )
        return self.env.execute_query(self._find_query(keys, similar, excluded))

    @api.model
    def _find_query(self, keys, similar=False, excluded=None):
        # Numbers resemble no name.
        names = [key for kind, key in keys if similar and kind == "name" and not key.isdecimal()]
        return SQL(
            """
            WITH hit AS (%(hits)s),
            known AS (%(partners)s UNION ALL %(leads)s UNION ALL %(registrations)s)
            SELECT *
              FROM (
                    SELECT DISTINCT ON (record_type, id) *
                      FROM known
                     ORDER BY record_type, id, score DESC, array_position(%(order)s, kind)
                   ) best
             ORDER BY score DESC, array_position(%(order)s, kind), id
             LIMIT %(limit)s
            """,
            hits=SQL(" UNION ALL ").join(
                query
                for table, columns in KEY_TABLES.items()
                for query in self._hit_queries(SQL.identifier(table), columns, keys, names)
            ),
            partners=self._partner_query(excluded),
            leads=self._lead_query(excluded),
            registrations=self._registration_query(),
            order=[kind for kind, _label in MATCH_KIND],
            limit=LIMIT,
        )

    @api.model
    def _hit_queries(self, table, columns, keys, names):
        """:return: generator of SQL of (partner, lead, registration, kind, score)"""
        kinds, texts = zip(*keys, strict=True)
        yield SQL(
            """
            SELECT %(columns)s, known.kind::text, %(exact)s::float AS score
              FROM unnest(%(kinds)s, %(texts)s) AS wanted (kind, key)
              JOIN %(table)s known ON known.key = wanted.key AND known.kind = wanted.kind
            """,
            columns=columns,
            exact=EXACT,
            kinds=list(kinds),
            texts=list(texts),
            table=table,
        )
        for name in names:
            # A key of a name has letters and digits only, so it holds no wildcard.
            yield SQL(
                """
                (SELECT %(columns)s, 'similar', length(%(name)s)::float / length(known.key)
                   FROM %(table)s known
                  WHERE known.kind = 'name' AND known.key LIKE %(prefix)s
                  ORDER BY known.key USING ~<~
                  LIMIT %(limit)s)
                """,
                columns=columns,
                name=name,
                prefix=f"{name}%",
                table=table,
                limit=CANDIDATES,
            )
            if self.env.registry.has_trigram:
                yield SQL(
                    """
                    (SELECT %(columns)s, 'similar', similarity(known.key, %(name)s)
                       FROM %(table)s known
                      WHERE known.kind = 'name' AND known.key %% %(name)s
                      ORDER BY 5 DESC
                      LIMIT %(limit)s)
                    """,
                    columns=columns,
                    name=name,
                    table=table,
                    limit=CANDIDATES,
                )

    @api.model
    def _partner_query(self, excluded):
        """Contacts stand for their companies; colleagues and our own companies are none."""
        return SQL(
            """
            SELECT 'customer' AS record_type, customer.id, hit.kind, hit.score, customer.name,
                   customer.user_id, owner.sale_team_id AS team_id,
                   customer.create_date AS since, customer.pool_id IS NOT NULL AS is_pooled
              FROM hit
              JOIN res_partner contact ON contact.id = hit.partner_id
              JOIN res_partner customer ON customer.id = contact.commercial_partner_id
              LEFT JOIN res_users owner ON owner.id = customer.user_id
             WHERE contact.active AND customer.active
               AND contact.partner_share AND customer.partner_share
               AND customer.id IS DISTINCT FROM %s
               AND (customer.company_id IS NULL OR customer.company_id = ANY(%s))
               AND NOT EXISTS (SELECT FROM res_company us WHERE us.partner_id = customer.id)
            """,
            self._get_excluded(excluded, "res.partner"),
            self.env.companies.ids,
        )

    @api.model
    def _lead_query(self, excluded):
        return SQL(
            """
            SELECT lead.type, lead.id, hit.kind, hit.score,
                   COALESCE(lead.partner_name, lead.contact_name, lead.name),
                   lead.user_id, COALESCE(lead.team_id, owner.sale_team_id), lead.create_date,
                   lead.pool_id IS NOT NULL
              FROM hit
              JOIN crm_lead lead ON lead.id = hit.lead_id
              LEFT JOIN res_users owner ON owner.id = lead.user_id
             WHERE lead.active AND lead.won_status = 'pending'
               AND lead.id IS DISTINCT FROM %s
               AND (lead.company_id IS NULL OR lead.company_id = ANY(%s))
            """,
            self._get_excluded(excluded, "crm.lead"),
            self.env.companies.ids,
        )

    @api.model
    def _registration_query(self):
        return SQL(
            """
            SELECT 'registration', deal.id, hit.kind, hit.score, deal.customer_name,
                   deal.user_id, owner.sale_team_id, deal.create_date, FALSE
              FROM hit
              JOIN sales_deal_registration deal ON deal.id = hit.registration_id
              LEFT JOIN res_users owner ON owner.id = deal.user_id
             WHERE deal.state = ANY(%s) AND deal.company_id = ANY(%s)
            """,
            list(LIVE_REGISTRATIONS),
            self.env.companies.ids,
        )

    @staticmethod
    def _get_excluded(record, model):
        return record.id or None if record is not None and record._name == model else None
