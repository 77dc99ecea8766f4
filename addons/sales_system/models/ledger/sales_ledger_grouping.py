from odoo import api, models
from odoo.tools import unique


class SalesLedgerGrouping(models.AbstractModel):
    """Grouped reading of millions of entries.

    To return groups in the order of, say, the salespeople's names, the ORM joins users and
    partners to every entry and sorts by them in the database. Groups are few and entries
    many: here the database groups by the bare column, and the groups are sorted afterwards.
    """

    _name = "sales.ledger.grouping"
    _description = "Grouped Reading of the Sales Ledger"

    @api.model
    def _read_group(
        self, domain, groupby=(), aggregates=(), having=(), offset=0, limit=None, order=None
    ):
        if offset or limit or not self._is_order_of(order, groupby):
            return super()._read_group(domain, groupby, aggregates, having, offset, limit, order)
        rows = super()._read_group(domain, groupby, aggregates, having)
        return self._sort_groups(rows, len(groupby))

    @api.model
    def _read_grouping_sets(self, domain, grouping_sets, aggregates=(), order=None):
        specs = unique(spec for groupby in grouping_sets for spec in groupby)
        if not self._is_order_of(order, specs):
            return super()._read_grouping_sets(domain, grouping_sets, aggregates, order)
        return [
            self._sort_groups(rows, len(groupby))
            for rows, groupby in zip(
                super()._read_grouping_sets(domain, grouping_sets, aggregates),
                grouping_sets,
                strict=True,
            )
        ]

    @api.model
    def _is_order_of(self, order, groupby):
        """:return: whether the order is the natural one of the groups"""
        return bool(order) and order.replace(" ", "") == ",".join(groupby)

    @api.model
    def _sort_groups(self, rows, depth):
        """:return: the rows in the order of their first ``depth`` values, the groups"""
        ranks = [self._rank({row[column] for row in rows}) for column in range(depth)]
        return sorted(
            rows, key=lambda row: [rank[value] for rank, value in zip(ranks, row, strict=False)]
        )

    @api.model
    def _rank(self, values):
        """:return: dict of value → place in the natural order, nothing last"""
        filled = [value for value in values if value or value == 0]
        if filled and isinstance(filled[0], models.BaseModel):
            records = filled[0].browse().concat(*filled).sudo()
            ordered = [record.sudo(False) for record in records.sorted()]
        else:
            ordered = sorted(filled)
        empty = [value for value in values if not (value or value == 0)]
        return {value: place for place, value in enumerate([*ordered, *empty])}
