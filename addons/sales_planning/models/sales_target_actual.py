from dataclasses import dataclass
from datetime import date, timedelta

from odoo import api, models
from odoo.tools import SQL

from .attainment.sales_target_figures import STANDING
from .sales_target import SEGMENT, TARGET_DIMENSIONS, TOTALS

# What is counted for a cell; the rest follows from it, from the numbers set and from today.
COUNTED = ("actual", "late")
CELL_COLUMNS = (*COUNTED, "unassigned", "gap", "expected_to_date", *STANDING)
TARGET_COLUMNS = (*TOTALS, "expected_to_date", *STANDING)


@dataclass(frozen=True)
class Layout:
    """What the nodes of a plan have in common, so that the ledger is read once for all.

    :param tuple combinations: the tuples of dimensions that nodes name together
    :param tuple bounds: first days of the slices: the plan's periods, cut further where a
        node begins or ends to count. Within a slice no node changes its mind.
    """

    combinations: tuple[tuple[str, ...], ...]
    bounds: tuple[date, ...]

    @property
    def dimensions(self):
        used = {name for combination in self.combinations for name in combination}
        return tuple(name for name in TARGET_DIMENSIONS if name in used)


class SalesTargetActual(models.AbstractModel):
    """Counts the sales ledger for all cells of a plan at once.

    One statement per plan. First the ledger is read once and summed by every dimension that
    any node names and by slice of time; from these sums, which are far fewer than entries,
    each combination of dimensions (salesperson; territory and category; …) is joined to its
    nodes. So the number of statements never depends on the number of nodes, nor the reading
    of the ledger on the number of combinations.
    """

    _name = "sales.target.actual"
    _description = "Target Actuals"

    @api.model
    def _count(self, plan):
        """Write the figures of the plan's cells and the totals of its nodes, from the ledger.

        Only rows whose figures changed are written. Callers post pending documents to the
        ledger first.
        """
        self.env.flush_all()
        layout = self._get_layout(plan)
        if layout.combinations:
            self._update(plan, layout)

    @api.model
    def _roll_up(self, plan, target_ids=None):
        """Write what follows from the numbers of the plan, with the actuals as they are.

        :param target_ids: only of these targets, else of all
        """
        self.env.flush_all()
        self._update(plan, target_ids=target_ids)

    @api.model
    def _update(self, plan, layout=None, target_ids=None):
        """:param layout: to count the actuals anew; without they stay"""
        clock = plan._get_clock()
        self.env.cr.execute(self._cells_query(plan, clock, layout, target_ids))
        self.env.cr.execute(self._targets_query(plan, clock, target_ids))
        plan.sudo().days_left = clock.days_left
        self.env["sales.target"].invalidate_model()
        self.env["sales.target.cell"].invalidate_model()
        plan.invalidate_recordset()

    @api.model
    def _get_layout(self, plan):
        """:return: the :class:`Layout` of the plan's nodes"""
        rows = self.env.execute_query(
            SQL(
                "SELECT DISTINCT %s, date_start, date_end + 1 FROM sales_target WHERE plan_id = %s",
                SQL(", ").join(
                    SQL("%s IS NOT NULL", SQL.identifier(name)) for name in TARGET_DIMENSIONS
                ),
                plan.id,
            )
        )
        combinations = set()
        # The day after the plan bounds those who count beyond it.
        bounds = {*self._get_firsts(plan), plan.date_to + timedelta(days=1)}
        for *used, first, after in rows:
            named = zip(TARGET_DIMENSIONS, used, strict=True)
            combinations.add(tuple(name for name, is_used in named if is_used))
            bounds.update(
                day for day in (first, after) if day and plan.date_from < day <= plan.date_to
            )
        return Layout(tuple(sorted(combinations)), tuple(sorted(bounds)))

    # === WRITING === #
    @api.model
    def _cells_query(self, plan, clock, layout=None, target_ids=None):
        """:return: ``SQL`` that sets all figures of the plan's cells"""
        digits = self._get_digits(plan)
        standing = self.env["sales.target.figures"]._standing_sql(digits)
        return SQL(
            """
            WITH %(counted_tables)s lower AS (%(lower)s)
            UPDATE sales_target_cell cell
               SET %(values)s
              FROM (
                    SELECT figure.id, figure.actual, figure.late, figure.unassigned, figure.gap,
                           figure.expected_to_date, %(standing)s
                      FROM (%(figures)s) AS figure
                   ) AS fresh
             WHERE fresh.id = cell.id AND %(changed)s
            """,
            counted_tables=self._counted_tables(plan, layout) if layout else SQL(""),
            lower=self._lower_query(plan, target_ids),
            values=self._assignments(CELL_COLUMNS),
            standing=self._select_list(standing),
            figures=self._cell_figures_query(
                plan, clock, digits, counted=bool(layout), target_ids=target_ids
            ),
            changed=self._is_changed("cell", CELL_COLUMNS),
        )

    @api.model
    def _cell_figures_query(self, plan, clock, digits, counted, target_ids=None):
        """:return: ``SQL`` of the cells with what their standing follows from"""
        actual, late, join = SQL("cell.actual"), SQL("cell.late"), SQL("")
        if counted:
            actual = SQL("COALESCE(counted.actual, 0)")
            late = SQL("COALESCE(counted.late, 0)")
            join = SQL(
                "LEFT JOIN counted ON counted.target_id = cell.target_id AND counted.period = %s",
                self._number_of(SQL("cell.date_from"), self._get_firsts(plan)),
            )
        return SQL(
            """
            SELECT cell.id, cell.assigned, cell.stretch, cell.challenge,
                   GREATEST(cell.assigned, cell.stretch) AS stretch_goal,
                   GREATEST(cell.assigned, cell.stretch, cell.challenge) AS challenge_goal,
                   %(actual)s AS actual, %(late)s AS late,
                   cell.assigned - lower.assigned AS unassigned,
                   %(gap)s AS gap,
                   %(expected)s AS expected_to_date,
                   %(days_left)s AS days_left
              FROM sales_target_cell cell
              JOIN sales_target target ON target.id = cell.target_id
              LEFT JOIN lower ON lower.target_id = cell.target_id
                             AND lower.date_from = cell.date_from
              %(join)s
             WHERE target.plan_id = %(plan)s AND %(wanted)s
            """,
            actual=actual,
            late=late,
            gap=self.env["sales.target.figures"]._gap_sql(SQL("cell.assigned"), actual),
            expected=self._expected_sql(clock, digits),
            days_left=self._days_left_sql(clock, SQL("cell.date_from"), SQL("cell.date_to")),
            join=join,
            plan=plan.id,
            wanted=self._wanted_sql(SQL("target.id"), target_ids),
        )

    @api.model
    def _lower_query(self, plan, target_ids=None):
        """:return: ``SQL`` of what the parts of each node sum up to, by period

        Parts without a number sum up to 0: of a node that has parts all is unassigned until one
        of them has a number. Of a node without parts nothing is, so it is not among the rows.
        """
        return SQL(
            """
            SELECT node.parent_id AS target_id, part.date_from,
                   COALESCE(SUM(part.assigned), 0) AS assigned
              FROM sales_target_cell part
              JOIN sales_target node ON node.id = part.target_id
             WHERE node.plan_id = %s AND node.parent_id IS NOT NULL AND %s
             GROUP BY 1, 2
            """,
            plan.id,
            self._wanted_sql(SQL("node.parent_id"), target_ids),
        )

    @api.model
    def _wanted_sql(self, column, target_ids):
        """:param target_ids: the only targets whose figures are wanted, None for all"""
        return SQL("TRUE") if target_ids is None else SQL("%s = ANY(%s)", column, target_ids)

    @api.model
    def _targets_query(self, plan, clock, target_ids=None):
        """:return: ``SQL`` that sets the totals of the plan's nodes from their cells"""
        standing = self.env["sales.target.figures"]._standing_sql(self._get_digits(plan))
        sums = {name: SQL("SUM(cell.%s)", SQL.identifier(name)) for name in TOTALS}
        return SQL(
            """
            UPDATE sales_target target
               SET %(values)s
              FROM (
                    SELECT figure.*, %(standing)s
                      FROM (
                            SELECT target.id, %(sums)s,
                                   SUM(cell.expected_to_date) AS expected_to_date,
                                   SUM(GREATEST(cell.assigned, cell.stretch))
                                       FILTER (WHERE cell.assigned IS NOT NULL) AS stretch_goal,
                                   SUM(GREATEST(cell.assigned, cell.stretch, cell.challenge))
                                       FILTER (WHERE cell.assigned IS NOT NULL) AS challenge_goal,
                                   %(days_left)s AS days_left
                              FROM sales_target target
                              JOIN sales_target_cell cell ON cell.target_id = target.id
                             WHERE target.plan_id = %(plan)s AND %(wanted)s
                             GROUP BY target.id
                           ) AS figure
                   ) AS fresh
             WHERE fresh.id = target.id AND %(changed)s
            """,
            values=self._assignments(TARGET_COLUMNS),
            standing=self._select_list(standing),
            sums=self._select_list(sums),
            days_left=self._days_left_sql(
                clock, SQL("%s::date", plan.date_from), SQL("%s::date", plan.date_to)
            ),
            changed=self._is_changed("target", TARGET_COLUMNS),
            plan=plan.id,
            wanted=self._wanted_sql(SQL("target.id"), target_ids),
        )

    @api.model
    def _assignments(self, columns):
        names = map(SQL.identifier, columns)
        return SQL(", ").join(SQL("%s = fresh.%s", name, name) for name in names)

    @api.model
    def _select_list(self, expressions):
        return SQL(", ").join(
            SQL("%s AS %s", expression, SQL.identifier(name))
            for name, expression in expressions.items()
        )

    @api.model
    def _is_changed(self, table, columns):
        return SQL(
            "(%s) IS DISTINCT FROM (%s)",
            SQL(", ").join(SQL.identifier(table, name) for name in columns),
            SQL(", ").join(SQL.identifier("fresh", name) for name in columns),
        )

    # === COUNTING === #
    @api.model
    def _counted_tables(self, plan, layout):
        """:return: ``SQL`` of common table expressions, the last of which is ``counted`` with
        target_id, period, actual and late
        """
        tables = [self._named_tables(plan, name) for name in layout.dimensions]
        counted = SQL(" UNION ALL ").join(
            self._counted_query(plan, layout, combination) for combination in layout.combinations
        )
        return SQL(
            "%s summed AS MATERIALIZED (%s), counted AS (%s),",
            SQL(" ").join(tables),
            self._summed_query(plan, layout),
            counted,
        )

    @api.model
    def _named_tables(self, plan, dimension):
        """:return: ``SQL`` of a table ``named_…`` of the records that agree with some node of the
        plan, with the closest record that a node names: two entries with the same closest
        records count for the same nodes. In a tree also of a table ``lineage_…`` of each record
        with all the named ones that it lies in.
        """
        if dimension == SEGMENT:
            return self._segment_tables(plan)
        column = SQL.identifier(dimension)
        named = SQL.identifier(f"named_{dimension}")
        nodes = SQL(
            "SELECT %s FROM sales_target WHERE plan_id = %s AND %s IS NOT NULL",
            column,
            plan.id,
            column,
        )
        if not self._is_tree(dimension):
            return SQL(
                "%s AS (SELECT DISTINCT node.%s AS member, node.%s AS closest FROM (%s) AS node),",
                named,
                column,
                column,
                nodes,
            )
        comodel = self.env[self.env["sales.target"]._fields[dimension].comodel_name]
        return SQL(
            """
            %(lineage)s AS MATERIALIZED (
                SELECT record.id AS member, step.id::integer AS ancestor, step.depth
                  FROM %(table)s record
                 CROSS JOIN unnest(string_to_array(trim(TRAILING '/' FROM record.parent_path), '/'))
                            WITH ORDINALITY AS step(id, depth)
                 WHERE step.id::integer IN (%(nodes)s)
            ), %(named)s AS MATERIALIZED (
                SELECT DISTINCT ON (member) member, ancestor AS closest
                  FROM %(lineage)s ORDER BY member, depth DESC
            ),
            """,
            lineage=self._lineage(dimension),
            table=SQL.identifier(comodel._table),
            nodes=nodes,
            named=named,
        )

    @api.model
    def _segment_tables(self, plan):
        """As :meth:`_named_tables`. What is closest to an entry is the set of the named segments
        that its customer was in on its day: sets have numbers, and their lineage are the
        segments in them. So the ledger is read once here too, and no entry becomes two.
        """
        return SQL(
            """
            segment_member AS MATERIALIZED (
                SELECT company_id, partner_id, segment_id,
                       GREATEST(date_from, %(first)s) AS date_from,
                       COALESCE(date_to, 'infinity') AS date_to
                  FROM sales_market_segment_member
                 WHERE segment_id IN (SELECT segment_id FROM sales_target WHERE plan_id = %(plan)s)
                   AND date_from <= %(last)s
                   AND COALESCE(date_to, 'infinity') > GREATEST(date_from, %(first)s)
            ), segment_span AS (
                SELECT company_id, partner_id, day AS date_from,
                       LEAD(day) OVER (PARTITION BY company_id, partner_id ORDER BY day) AS date_to
                  FROM (
                        SELECT company_id, partner_id, date_from AS day FROM segment_member
                         UNION
                        SELECT company_id, partner_id, date_to FROM segment_member
                       ) AS border
            ), segment_set AS (
                SELECT span.company_id, span.partner_id, span.date_from, span.date_to,
                       array_agg(member.segment_id ORDER BY member.segment_id) AS segments
                  FROM segment_span span
                  JOIN segment_member member
                    ON member.company_id = span.company_id
                   AND member.partner_id = span.partner_id
                   AND member.date_from <= span.date_from AND member.date_to > span.date_from
                 GROUP BY 1, 2, 3, 4
            ), %(named)s AS MATERIALIZED (
                SELECT company_id, partner_id, date_from, date_to, segments,
                       DENSE_RANK() OVER (ORDER BY segments) AS closest
                  FROM segment_set
            ), %(lineage)s AS MATERIALIZED (
                SELECT one.closest AS member, unnest(one.segments) AS ancestor
                  FROM (SELECT DISTINCT closest, segments FROM %(named)s) AS one
            ),
            """,
            plan=plan.id,
            first=SQL("%s::date", plan.date_from),
            last=plan.date_to,
            named=SQL.identifier(f"named_{SEGMENT}"),
            lineage=self._lineage(SEGMENT),
        )

    @api.model
    def _agrees_sql(self, dimension):
        """:return: ``SQL`` whether an entry is one of a row of the table ``named_…``"""
        named = f"named_{dimension}"
        if dimension != SEGMENT:
            return SQL(
                "%s = %s", SQL.identifier(named, "member"), SQL.identifier("entry", dimension)
            )
        return SQL(
            "%(named)s.company_id = entry.company_id AND %(named)s.partner_id = entry.partner_id"
            " AND entry.date >= %(named)s.date_from AND entry.date < %(named)s.date_to",
            named=SQL.identifier(named),
        )

    @api.model
    def _summed_query(self, plan, layout):
        """:return: ``SQL`` of the ledger summed by what its nodes can tell apart"""
        columns, joins = [], []
        for name in layout.dimensions:
            named = SQL.identifier(f"named_{name}")
            joins.append(SQL("LEFT JOIN %s ON %s", named, self._agrees_sql(name)))
            columns.append(SQL("%s.closest AS %s", named, SQL.identifier(name)))
        return SQL(
            """
            SELECT %(columns)s, SUM(entry.value) AS value,
                   SUM(entry.value) FILTER (WHERE entry.late_for IS NOT NULL) AS late
              FROM (%(entries)s) AS entry %(joins)s
             GROUP BY %(numbers)s
            """,
            columns=SQL(", ").join(
                [SQL("%s AS slice", self._number_of(SQL("entry.date"), layout.bounds)), *columns]
            ),
            joins=SQL(" ").join(joins),
            numbers=SQL(", ").join(SQL(str(number + 1)) for number in range(len(columns) + 1)),
            entries=self.env["sales.target.metric"]._entries_sql(
                plan, plan.date_from, plan.date_to
            ),
        )

    @api.model
    def _counted_query(self, plan, layout, combination):
        """:return: ``SQL`` of node, period and figures, for the nodes of one combination"""
        conditions = [
            SQL("%s = %s", SQL.identifier("target", name), SQL.identifier("part", name))
            if name in combination
            else SQL("%s IS NULL", SQL.identifier("target", name))
            for name in TARGET_DIMENSIONS
        ]
        digits = plan.currency_id.decimal_places if plan.currency_id else None
        value, late = (
            SQL("SUM(%s)", column) if digits is None else SQL("ROUND(SUM(%s), %s)", column, digits)
            for column in (SQL("part.value"), SQL("part.late"))
        )
        return SQL(
            """
            SELECT target.id AS target_id, %(period)s AS period,
                   %(value)s AS actual, %(late)s AS late
              FROM (%(parts)s) AS part CROSS JOIN sales_target target
             WHERE target.plan_id = %(plan)s AND %(conditions)s AND %(valid)s
             GROUP BY 1, 2
            """,
            period=self._number_of(
                SQL("(%s::date[])[part.slice]", list(layout.bounds)), self._get_firsts(plan)
            ),
            value=value,
            late=late,
            parts=self._parts_query(combination),
            plan=plan.id,
            conditions=SQL(" AND ").join(conditions),
            valid=self._valid_sql(layout),
        )

    @api.model
    def _parts_query(self, combination):
        """:return: ``SQL`` of the sums by what nodes of one combination name, so that the nodes
        are found by equality
        """
        columns, joins = [SQL("summed.slice")], []
        for name in combination:
            column = SQL.identifier("summed", name)
            if name == SEGMENT or self._is_tree(name):
                lineage = self._lineage(name)
                joins.append(SQL("JOIN %s ON %s.member = %s", lineage, lineage, column))
                columns.append(SQL("%s.ancestor AS %s", lineage, SQL.identifier(name)))
            else:
                columns.append(column)
        return SQL(
            """
            SELECT %(columns)s, SUM(summed.value) AS value, SUM(summed.late) AS late
              FROM summed %(joins)s GROUP BY %(numbers)s
            """,
            columns=SQL(", ").join(columns),
            joins=SQL(" ").join(joins),
            numbers=SQL(", ").join(SQL(str(number + 1)) for number in range(len(columns))),
        )

    @api.model
    def _valid_sql(self, layout):
        """:return: ``SQL`` condition that a slice lies in the days that its node counts"""
        return SQL(
            "(target.date_start IS NULL OR part.slice >= %s)"
            " AND (target.date_end IS NULL OR part.slice < %s)",
            self._number_of(SQL("target.date_start"), layout.bounds),
            self._number_of(SQL("(target.date_end + 1)"), layout.bounds),
        )

    @api.model
    def _lineage(self, dimension):
        return SQL.identifier(f"lineage_{dimension}")

    @api.model
    def _is_tree(self, dimension):
        return self.env["sales.target"]._is_tree(dimension)

    # === DAYS === #
    @api.model
    def _expected_sql(self, clock, digits):
        """:return: ``SQL`` of the part of a cell's target that is expected before today, over
        ``cell`` and its ``target``, whose dates narrow the period
        """
        first = SQL("GREATEST(cell.date_from, target.date_start)")
        last = SQL("LEAST(cell.date_to, target.date_end)")
        return SQL(
            """
            CASE WHEN %(last)s < %(today)s THEN cell.assigned
                 WHEN %(first)s >= %(today)s THEN cell.assigned * 0
                 ELSE ROUND(cell.assigned * COALESCE(
                          (%(before_today)s - %(before_first)s)::numeric
                          / NULLIF(%(until_last)s - %(before_first)s, 0), 0), %(digits)s) END
            """,
            first=first,
            last=last,
            today=clock.today_sql,
            before_today=self._workdays_sql(clock, SQL("%s - 1", clock.today_sql)),
            before_first=self._workdays_sql(clock, SQL("%s - 1", first)),
            until_last=self._workdays_sql(clock, last),
            digits=digits,
        )

    @api.model
    def _days_left_sql(self, clock, first, last):
        """:return: ``SQL`` of the working days from today in a span of a ``target``"""
        return SQL(
            "GREATEST(%s - %s, 0)",
            self._workdays_sql(clock, SQL("LEAST(%s, target.date_end)", last)),
            self._workdays_sql(
                clock, SQL("GREATEST(%s, %s, target.date_start) - 1", first, clock.today_sql)
            ),
        )

    @api.model
    def _workdays_sql(self, clock, day):
        """:return: ``SQL`` of how many of the clock's working days lie on or before a day"""
        return SQL("width_bucket(%s, %s)", day, clock.workdays_sql)

    @api.model
    def _number_of(self, day, firsts):
        """:return: ``SQL`` of the running number of the span that a day lies in

        :param firsts: the first days of the spans, in order
        """
        return SQL("width_bucket(%s, %s::date[])", day, list(firsts))

    @api.model
    def _get_firsts(self, plan):
        return [period.first for period in plan._get_periods()]

    @api.model
    def _get_digits(self, plan):
        """:return: int, decimals of a figure that results from a division"""
        return plan.currency_id.decimal_places if plan.currency_id else 2
