from odoo import api, models
from odoo.tools import SQL

from .sales_pool import POOL_KINDS_OF_MODEL


class SalesPool(models.Model):
    """Which pool takes which record, as expressions for statements over any number of them."""

    _inherit = "sales.pool"

    @api.model
    def _find(self, records):
        """:return: dict of the ids of records that a pool takes → the id of the first that does"""
        self.env.flush_all()
        expression = self._pool_expression(records._name)
        rows = self.env.execute_query(
            SQL(
                "SELECT id, pool_id FROM (SELECT record.id, %(pool)s AS pool_id FROM %(source)s"
                " WHERE record.id = ANY(%(ids)s)) AS found WHERE pool_id IS NOT NULL",
                pool=expression,
                source=self._record_source(records._name),
                ids=records.ids,
            )
        )
        return dict(rows)

    @api.model
    def _record_source(self, model):
        """:return: ``SQL`` of the table as ``record``, and as ``head`` the company it is about"""
        if model == "res.partner":
            return SQL("res_partner record JOIN res_partner head ON head.id = record.id")
        return SQL(
            """
            crm_lead record
            LEFT JOIN res_partner contact ON contact.id = record.partner_id
            LEFT JOIN res_partner head ON head.id = contact.commercial_partner_id
            """
        )

    @api.model
    def _pool_expression(self, model):
        """:return: ``SQL`` of the id of the pool that takes a record of the source, or NULL"""
        pools = self.sudo().search([("kind", "in", POOL_KINDS_OF_MODEL[model])])
        cases = [SQL("WHEN %s THEN %s", pool._match_condition(model), pool.id) for pool in pools]
        if not cases:
            return SQL("NULL::int")
        return SQL("CASE %s END", SQL(" ").join(cases))

    def _match_condition(self, model):
        """:return: ``SQL`` condition that a record of the source fits into the pool"""
        self.ensure_one()
        conditions = [
            SQL("(record.company_id IS NULL OR record.company_id = %s)", self.company_id.id)
        ]
        if model == "crm.lead" and self.team_ids:
            teams = self.env["crm.team"].with_context(active_test=False)
            below = teams.search([("id", "child_of", self.team_ids.ids)])
            conditions.append(
                SQL("(record.team_id IS NULL OR record.team_id = ANY(%s))", below.ids)
            )
        if self.territory_ids:
            territories = self.env["sales.territory"].with_context(active_test=False)
            inside = territories.search([("id", "child_of", self.territory_ids.ids)])
            conditions.append(SQL("head.territory_id = ANY(%s)", inside.ids))
        if self.level_ids:
            conditions.append(self._level_condition())
        if self.categ_ids:
            conditions.append(self._category_condition())
        return SQL("(%s)", SQL(" AND ").join(conditions))

    def _level_condition(self):
        return SQL(
            """
            EXISTS (SELECT FROM sales_customer_profile profile
                     WHERE profile.partner_id = head.id AND profile.company_id = %s
                       AND profile.level_id = ANY(%s))
            """,
            self.company_id.id,
            self.level_ids.ids,
        )

    def _category_condition(self):
        below = self.env["product.category"].search([("id", "child_of", self.categ_ids.ids)])
        return SQL(
            """
            EXISTS (SELECT FROM sales_ledger_entry entry
                     WHERE entry.partner_id = head.id AND entry.company_id = %s
                       AND entry.event = 'booked' AND entry.categ_id = ANY(%s))
            """,
            self.company_id.id,
            below.ids,
        )
