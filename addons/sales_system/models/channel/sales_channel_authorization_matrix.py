from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.fields import Domain
from odoo.tools import SQL


class SalesChannelAuthorization(models.Model):
    """Who holds what on a day: territories by product categories."""

    _inherit = "sales.channel.authorization"

    @api.model
    def get_matrix(self, day=None, company_id=None):
        """Read the authorization matrix of a company on a day, in a few statements of any size.

        Partners whose authorization the user may not see hold their cells without a name, so that
        a cell that looks free is free.

        :param day: ISO date; today by default
        :param company_id: one of the user's current companies; the first by default
        :return: dict of the day, the companies, rows (territories), columns (categories) and
            cells: lists of holders by “territory,category”
        :raises AccessError: the company is not one of these
        """
        self.check_access("read")
        company = self.env["res.company"].browse(company_id or self.env.company.id)
        if company not in self.env.companies:
            raise AccessError(self.env._("Switch the company on in the menu first."))
        day = fields.Date.to_date(day) or fields.Date.context_today(self)
        territories = self.env["sales.territory"].search_fetch(
            [("company_id", "in", (False, company.id))],
            ["name", "complete_name", "parent_id", "parent_path"],
        )
        categories = self._get_matrix_categories(company, day)
        cells = self._get_matrix_cells(company, day, territories, categories)
        held = {int(key.split(",")[1]) for key in cells}
        held_trees = {categ.parent_path.split("/")[0] for categ in categories if categ.id in held}
        return {
            "day": fields.Date.to_string(day),
            "company_id": company.id,
            "companies": [{"id": one.id, "name": one.name} for one in self.env.companies],
            "can_create": self.has_access("create"),
            "rows": self._get_matrix_nodes(territories.sorted("complete_name")),
            # What channel partners sell comes before what nobody asked for yet.
            "columns": self._get_matrix_nodes(
                categories.sorted(
                    lambda categ: (
                        categ.parent_path.split("/")[0] not in held_trees,
                        categ.complete_name,
                    )
                )
            ),
            "cells": cells,
        }

    @api.model
    def _get_matrix_nodes(self, records):
        """:param records: nodes of a tree, each behind the one above it
        :return: list of dicts, with how deep each lies in the tree
        """
        depths = {}
        nodes = []
        for record in records:
            # A parent of another company, or an archived one, is not in the table.
            parent = record.parent_id if record.parent_id in records else record.browse()
            depths[record.id] = depths.get(parent.id, -1) + 1
            nodes.append(
                {
                    "id": record.id,
                    "name": record.name,
                    "parent_id": parent.id,
                    "depth": depths[record.id],
                }
            )
        return nodes

    @api.model
    def _get_matrix_categories(self, company, day):
        """:return: the categories of what is sold or authorized, with all above them"""
        rows = self.env.execute_query(
            SQL(
                """
                SELECT DISTINCT above.id
                  FROM product_category used
                  JOIN product_category above ON starts_with(used.parent_path, above.parent_path)
                 WHERE EXISTS (SELECT FROM product_template t
                                WHERE t.categ_id = used.id AND t.active AND t.sale_ok
                                  AND (t.company_id IS NULL OR t.company_id = %(company)s))
                    OR EXISTS (SELECT FROM sales_channel_authorization_right r
                                WHERE r.categ_id = used.id AND r.company_id = %(company)s
                                  AND %(day)s BETWEEN r.date_from
                                      AND COALESCE(r.date_to, 'infinity'))
                """,
                company=company.id,
                day=day,
            )
        )
        return self.env["product.category"].search_fetch(
            Domain("id", "in", [categ_id for (categ_id,) in rows]),
            ["name", "complete_name", "parent_id", "parent_path"],
        )

    @api.model
    def _get_matrix_cells(self, company, day, territories, categories):
        """:return: dict of “territory,category” → its holders, whole ones before those of parts"""
        visible = set(self.search([("company_id", "=", company.id), ("state", "!=", "draft")]).ids)
        rows = self.env.execute_query(
            SQL(
                """
                SELECT territory.id, categ.id, r.authorization_id, partner.name,
                       bool_or(r.is_exclusive),
                       bool_or(starts_with(territory.parent_path, r.territory_path)
                               AND starts_with(categ.parent_path, r.categ_path)) AS whole
                  FROM sales_channel_authorization_right r
                  JOIN res_partner partner ON partner.id = r.holder_id
                  JOIN sales_territory territory
                    ON starts_with(territory.parent_path, r.territory_path)
                    OR starts_with(r.territory_path, territory.parent_path)
                  JOIN product_category categ
                    ON starts_with(categ.parent_path, r.categ_path)
                    OR starts_with(r.categ_path, categ.parent_path)
                 WHERE r.company_id = %(company)s AND r.holder_id = r.partner_id
                   AND %(day)s BETWEEN r.date_from AND COALESCE(r.date_to, 'infinity')
                   AND territory.id = ANY(%(territories)s) AND categ.id = ANY(%(categories)s)
                 GROUP BY territory.id, categ.id, r.authorization_id, partner.id
                 ORDER BY whole DESC, partner.name, r.authorization_id
                """,
                company=company.id,
                day=day,
                territories=territories.ids,
                categories=categories.ids,
            )
        )
        cells = {}
        for territory_id, categ_id, authorization_id, name, is_exclusive, is_whole in rows:
            seen = authorization_id in visible
            cells.setdefault(f"{territory_id},{categ_id}", []).append(
                {
                    "id": seen and authorization_id,
                    "name": name if seen else self.env._("Another partner"),
                    "is_exclusive": is_exclusive,
                    "is_whole": is_whole,
                }
            )
        return cells
