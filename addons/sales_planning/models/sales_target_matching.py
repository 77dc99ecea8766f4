from odoo import api, models
from odoo.tools import SQL

from .sales_target import SEGMENT, TARGET_DIMENSIONS


class SalesTargetMatching(models.AbstractModel):
    """Which entries count for which nodes, as pieces of SQL for whoever sums something up.

    An entry is any row with the dimensions of the ledger, its company and a day. It counts for a
    node that agrees with it in every dimension that the node names; in a tree also for what its
    record lies in, and for the segments that its customer was in on the day.
    """

    _name = "sales.target.matching"
    _description = "Matching of Entries to Targets"

    @api.model
    def _get_combinations(self, plan, target_ids=None):
        """:return: list of the tuples of dimensions that nodes of the plan name together

        :param list target_ids: only these nodes; None for all
        """
        chosen = SQL("TRUE") if target_ids is None else SQL("id = ANY(%s)", list(target_ids))
        rows = self.env.execute_query(
            SQL(
                "SELECT DISTINCT %s FROM sales_target WHERE plan_id = %s AND %s",
                SQL(", ").join(
                    SQL("%s IS NOT NULL", SQL.identifier(name)) for name in TARGET_DIMENSIONS
                ),
                plan.id,
                chosen,
            )
        )
        return [
            tuple(name for name, used in zip(TARGET_DIMENSIONS, row, strict=True) if used)
            for row in rows
        ]

    @api.model
    def _matched_query(self, combination, entries, nodes, period, figures, day=None):
        """Match entries to the nodes that name one combination of dimensions, and sum them up.

        :param tuple combination: the dimensions that the nodes name, and no others
        :param SQL entries: query or table with the dimensions; ``entry`` in the other parameters
        :param SQL nodes: condition on the nodes, which are called ``target``, and the entry
        :param SQL period: number of the period that an entry counts in
        :param SQL figures: what to sum up, with names
        :param SQL day: on which the customer has to be in a segment, ``entry.date`` unless told
        :return: ``SQL`` of target_id, period and the figures
        """
        joins, conditions = [], [nodes]
        for name in TARGET_DIMENSIONS:
            node = SQL.identifier("target", name)
            if name not in combination:
                conditions.append(SQL("%s IS NULL", node))
                continue
            join, entry = self._get_entry_column(name, day)
            joins.append(join)
            if self._is_tree(name):
                tree = self._tree_name(name)
                member, ancestor = SQL.identifier(tree, "member"), SQL.identifier(tree, "ancestor")
                joins.append(SQL("JOIN %s ON %s = %s", SQL.identifier(tree), member, entry))
                conditions.append(SQL("%s = %s", ancestor, node))
            else:
                conditions.append(SQL("%s = %s", entry, node))
        return SQL(
            """
            SELECT target.id AS target_id, %(period)s AS period, %(figures)s
              FROM (%(entries)s) AS entry %(joins)s CROSS JOIN sales_target target
             WHERE %(conditions)s
             GROUP BY 1, 2
            """,
            period=period,
            figures=figures,
            entries=entries,
            joins=SQL(" ").join(joins),
            conditions=SQL(" AND ").join(conditions),
        )

    @api.model
    def _get_entry_column(self, dimension, day=None):
        """:return: ``SQL`` of the join that it takes, and of what an ``entry`` says in a dimension;
        with a segment there is a row for each segment of the customer
        """
        if dimension != SEGMENT:
            return SQL(""), SQL.identifier("entry", dimension)
        members = self.env["sales.market.segment.member"]
        return (
            SQL("JOIN %s", members._get_of_entry("member", "entry", day)),
            SQL.identifier("member", "segment_id"),
        )

    @api.model
    def _in_force_sql(self):
        """:return: ``SQL`` condition: the entry lies in the days that the node is valid on"""
        return SQL(
            "(target.date_start IS NULL OR entry.date >= target.date_start)"
            " AND (target.date_end IS NULL OR entry.date <= target.date_end)"
        )

    @api.model
    def _trees_sql(self, combinations):
        """:return: ``SQL`` of the common table expressions that the combinations need, each
        with a comma after it
        """
        trees = {name for one in combinations for name in one if self._is_tree(name)}
        return SQL("").join(SQL("%s,", self._tree_query(name)) for name in sorted(trees))

    @api.model
    def _tree_query(self, dimension):
        """:return: ``SQL`` of a common table expression: each record with all that it lies in"""
        comodel = self.env[self.env["sales.target"]._fields[dimension].comodel_name]
        return SQL(
            """
            %(name)s AS (
                SELECT id AS member,
                       unnest(string_to_array(trim(TRAILING '/' FROM parent_path), '/'))::integer
                           AS ancestor
                  FROM %(table)s
            )
            """,
            name=SQL.identifier(self._tree_name(dimension)),
            table=SQL.identifier(comodel._table),
        )

    @api.model
    def _tree_name(self, dimension):
        return f"tree_{dimension}"

    @api.model
    def _is_tree(self, dimension):
        return self.env["sales.target"]._is_tree(dimension)
