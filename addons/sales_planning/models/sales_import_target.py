from decimal import Decimal
from typing import NamedTuple

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL, format_date
from odoo.tools.misc import formatLang

from odoo.addons.sales_system.engine.import_rows import read_rows

from ..engine import periods
from .sales_target import SEGMENT

# Value of a row → dimension of the node that it sets a number for.
ROW_DIMENSIONS = {
    "salesperson": "user_id",
    "team": "team_id",
    "territory": "territory_id",
    "customer": "partner_id",
    "product": "product_id",
    "category": "categ_id",
    "segment": SEGMENT,
}
# Where the scratch dict of one pass over the file keeps what its rows are checked against.
CHECKED_AGAINST = "target_plan"


class TargetKey(NamedTuple):
    """What a row sets: a node's records, a period, and the number there before and after.

    :param tuple records: per entry of ``ROW_DIMENSIONS`` an id, None, or the text in the
        file of a record that is still to be created
    """

    records: tuple
    period: periods.Period
    amount_before: float | None
    amount_after: float


class TargetPass(NamedTuple):
    """The plan as one pass over the file sees it.

    :param tuple periods: the plan's sub-periods
    :param dict numbers: (records, first day) → number that is assigned already
    :param dict archived_segments: id → name of those that the plan has no target for
    """

    periods: tuple
    numbers: dict
    archived_segments: dict


class SalesImport(models.Model):
    """Targets: each row sets the number of one node of a plan in one period."""

    _inherit = "sales.import"

    target_plan_id = fields.Many2one(
        "sales.target.plan",
        compute="_compute_target_plan_id",
        store=True,
        readonly=False,
        check_company=True,
        domain="[('state', '=', 'draft'), ('company_id', '=', company_id)]",
        help="Leave empty to have a plan made that covers the months of the file.",
    )
    overwrite_targets = fields.Boolean(
        "Overwrite targets",
        help="Replace numbers that the plan already has instead of refusing their rows.",
    )

    # === COMPUTE METHODS === #
    @api.depends("kind", "company_id")
    def _compute_target_plan_id(self):
        """The company's draft, where there is exactly one to choose from."""
        for record in self:
            plan = record.target_plan_id
            if record.kind != "target" or plan.company_id == record.company_id:
                record.target_plan_id = plan
                continue
            drafts = self.env["sales.target.plan"].search(
                [("state", "=", "draft"), ("company_id", "=", record.company_id.id)], limit=2
            )
            record.target_plan_id = drafts if len(drafts) == 1 else False

    # === CHECKING === #
    def _check(self):
        if self.kind == "target" and self.target_plan_id:
            self._check_target_plan()
        return super()._check()

    def _check_target_plan(self):
        plan = self.target_plan_id
        if plan.state == "proposing":
            raise UserError(
                self.env._(
                    "The owners of %(plan)s propose their targets now. Choose Stop Proposals there "
                    "first, or import into another plan.",
                    plan=plan.name,
                )
            )
        plan._check_draft()
        if plan.company_id != self.company_id:
            raise UserError(
                self.env._(
                    "%(plan)s belongs to %(plan_company)s and the import to %(company)s. "
                    "Choose a plan of the same company.",
                    plan=plan.name,
                    plan_company=plan.company_id.name,
                    company=self.company_id.name,
                )
            )

    def _prepare_target_plan_values(self):
        """:return: dict of a draft that covers the months of the file"""
        table, columns = self._open()
        month = [column for column in columns if column.name == "month"]
        days = [
            row.values["month"]
            for row in read_rows(table, month, self.env._)
            if "month" in row.values
        ]
        if not days:
            raise UserError(
                self.env._(
                    "No row of %(file)s names a month. Choose the target plan yourself, or "
                    "another order of day and month.",
                    file=self.filename,
                )
            )
        first, last = min(days).replace(day=1), fields.Date.end_of(max(days), "month")
        return {
            "name": self.env._(
                "Targets %(first)s – %(last)s",
                first=format_date(self.env, first, date_format="yyyy-MM"),
                last=format_date(self.env, last, date_format="yyyy-MM"),
            ),
            "company_id": self.company_id.id,
            "metric": "booked",
            "period": "month",
            "date_from": first,
            "date_to": last,
        }

    def _look_up(self, row, entities, records, titles):
        keys = {name: row.values.get(name) for name in ROW_DIMENSIONS}
        super()._look_up(row, entities, records, titles)
        if self.kind == "target":
            # Records that are still to be created have no id yet: the file's key tells them
            # apart. No record has such an id, so nothing is assigned to them already.
            row.values["new_keys"] = {
                name: key for name, key in keys.items() if key and not row.values.get(name)
            }

    def _check_row_target(self, row, titles):
        values = row.values
        if reason := self.env["sales.target.numbers"]._get_number_reason(
            values["amount"], self._get_target_currency()
        ):
            row.refuse(titles["amount"], values["amount"], reason)
        if not any(values.get(name) or values["new_keys"].get(name) for name in ROW_DIMENSIONS):
            row.refuse(
                "",
                "",
                self.env._(
                    "the row names nobody and nothing that the target is for: fill in a "
                    "salesperson, team, territory, customer, product, category or segment"
                ),
            )

    def _refuse_archived_segment(self, row, titles, run):
        """As the target itself would, once it is created: see its check."""
        segment_id = row.values.get("segment")
        if segment_id in run.archived_segments:
            row.refuse(
                titles["segment"],
                run.archived_segments[segment_id],
                self.env._("is archived: choose another segment, or take it out of the archive"),
            )

    def _get_target_currency(self):
        """:return: of the numbers, none where they are pieces; a plan still to be made is in that
        of its company
        """
        plan = self.target_plan_id
        return plan.currency_id if plan else self.company_id.currency_id

    def _row_key_target(self, row, seen, titles):
        """:return: :class:`TargetKey`, or None where the row is refused"""
        run = seen.get(CHECKED_AGAINST)
        if run is None:
            run = seen[CHECKED_AGAINST] = self._start_target_pass()
        month, amount = row.values["month"], float(row.values["amount"])
        period = periods.find(run.periods, month)
        if not period:
            row.refuse(titles["month"], month, self._outside_reason())
            return None
        self._refuse_archived_segment(row, titles, run)
        records = self._row_records(row)
        if first := seen.get((records, period)):
            row.refuse(
                titles["month"],
                month,
                self.env._("of the same target stands in row %(row)s already", row=first),
            )
            return None
        seen[records, period] = row.number
        before = run.numbers.get((records, period.first))
        if before not in (None, amount) and not self.overwrite_targets:
            row.refuse(
                titles["amount"],
                row.values["amount"],
                self.env._(
                    "differs from the %(number)s that the plan already has there: correct the "
                    "file, or tick “Overwrite targets”",
                    number=formatLang(self.env, before),
                ),
            )
        return TargetKey(records, period, before, amount)

    def _start_target_pass(self):
        plan = self.target_plan_id
        if not plan:
            # A check makes no plan, it only looks at the one that the import is going to make.
            planned = plan.new(self._prepare_target_plan_values())
            planned._check_length()
            return TargetPass(planned._get_periods(), {}, self._get_archived_segments())
        columns = SQL(", ").join(SQL.identifier("t", name) for name in ROW_DIMENSIONS.values())
        plan.flush_recordset()
        self.env["sales.target.cell"].flush_model()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT c.date_from, c.assigned, %s
                  FROM sales_target_cell c JOIN sales_target t ON t.id = c.target_id
                 WHERE t.plan_id = %s AND c.assigned IS NOT NULL
                   AND t.channel_partner_id IS NULL AND t.campaign_id IS NULL
                   AND t.contract_id IS NULL
                """,
                columns,
                plan.id,
            )
        )
        numbers = {(tuple(records), first): float(assigned) for first, assigned, *records in rows}
        return TargetPass(plan._get_periods(), numbers, self._get_archived_segments())

    def _get_archived_segments(self):
        used = self.target_plan_id.target_ids.segment_id
        segments = self.env["sales.market.segment"].search(
            [("active", "=", False), ("id", "not in", used.ids)]
        )
        return {segment.id: segment.name for segment in segments}

    def _row_records(self, row):
        """:return: tuple as in :class:`TargetKey`"""
        values = row.values
        ids = {name: values.get(name) for name in ROW_DIMENSIONS}
        if ids["customer"]:
            # The ledger counts what a contact buys for the company that it belongs to.
            partner = self.env["res.partner"].browse(ids["customer"])
            ids["customer"] = partner.commercial_partner_id.id
        return tuple(ids[name] or values["new_keys"].get(name) for name in ROW_DIMENSIONS)

    def _outside_reason(self):
        plan = self.target_plan_id
        return self.env._(
            "lies outside of %(plan)s, which runs from %(first)s to %(last)s",
            plan=plan.name,
            first=format_date(self.env, plan.date_from),
            last=format_date(self.env, plan.date_to),
        )

    def _existing_keys_target(self, keys):
        """:return: set of the keys whose very number is assigned already"""
        return {key for key in keys if key and key.amount_before == key.amount_after}

    # === IMPORTING === #
    def _import(self):
        if self.kind == "target" and not self.target_plan_id:
            self.target_plan_id = self.env["sales.target.plan"].create(
                self._prepare_target_plan_values()
            )
        return super()._import()

    def _post_rows_target(self, rows):
        """Create the nodes that are missing and set the numbers, in one statement.

        :param rows: iterator of valid rows that change something
        :return: number of cells that got a number
        """
        plan = self.target_plan_id
        self.env["sales.target.numbers"]._lock(plan)
        self._check_target_plan()
        keys = [row.values["key"] for row in rows]
        target_ids = self._get_target_ids({key.records for key in keys})
        cells = self._get_cell_ids(plan)
        changed = self.env["sales.target.numbers"]._set(
            plan,
            "assigned",
            {
                cells[target_ids[key.records], key.period.first]: Decimal(str(key.amount_after))
                for key in keys
            },
            "imported",
            origin=self,
        )
        plan._refresh()
        return changed

    def _get_cell_ids(self, plan):
        """:return: dict of (target id, first day) → id of their cell"""
        self.env.flush_all()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT cell.target_id, cell.date_from, cell.id
                  FROM sales_target_cell cell JOIN sales_target target ON target.id = target_id
                 WHERE target.plan_id = %s
                """,
                plan.id,
            )
        )
        return {(target_id, first): cell_id for target_id, first, cell_id in rows}

    def _get_target_ids(self, wanted):
        """:return: dict of records → id of their node, created where the plan has none"""
        names = tuple(ROW_DIMENSIONS.values())
        nodes = self.env["sales.target"]
        domain = [
            ("plan_id", "=", self.target_plan_id.id),
            ("channel_partner_id", "=", False),
            ("campaign_id", "=", False),
            ("contract_id", "=", False),
        ]
        result = {
            tuple(node[name].id or None for name in names): node.id
            for node in nodes.search_fetch(domain, names)
        }
        missing = sorted(wanted - result.keys(), key=lambda ids: [one or 0 for one in ids])
        created = nodes.create(
            [
                {
                    "plan_id": self.target_plan_id.id,
                    "import_id": self.id,
                    **dict(zip(names, records, strict=True)),
                }
                for records in missing
            ]
        )
        return {**result, **dict(zip(missing, created.ids, strict=True))}

    # === REVERSING === #
    def _reverse_target(self):
        """Put back the numbers that stood there before, and remove nodes left without any.

        :raises UserError: the plan is fixed, or somebody changed a number since
        """
        plan = self.target_plan_id
        self.env["sales.target.numbers"]._lock(plan)
        self._check_target_plan()
        if changed := self._get_changed_since():
            raise UserError(
                self.env._(
                    "%(count)s numbers were changed after this import, the first is %(cell)s. "
                    "Reversing would undo that too: correct the targets by hand instead.",
                    count=len(changed),
                    cell=changed[0].display_name,
                )
            )
        numbers = self.env["sales.target.numbers"]
        before = self.env.execute_query(
            SQL(
                "SELECT cell_id, amount_before::text FROM sales_target_change WHERE import_id = %s",
                self.id,
            )
        )
        numbers._set(
            plan,
            "assigned",
            {cell_id: numbers._to_decimal(number) for cell_id, number in before},
            "imported",
        )
        self._unlink_empty_targets()

    def _get_changed_since(self):
        """:return: the cells whose number is no longer what this import set; none is not 0"""
        self.env.flush_all()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT cell.id
                  FROM sales_target_change change
                  JOIN sales_target_cell cell ON cell.id = change.cell_id
                 WHERE change.import_id = %s
                   AND cell.assigned IS DISTINCT FROM change.amount_after
                 ORDER BY change.id DESC
                """,
                self.id,
            )
        )
        return self.env["sales.target.cell"].browse([cell_id for (cell_id,) in rows])

    def _unlink_empty_targets(self):
        """Remove the nodes that this import created and that nobody has used since."""
        own = self.env["sales.target"].search([("import_id", "=", self.id)])
        used = self.env["sales.target.cell"].search(
            [("target_id", "in", own.ids), ("assigned", "!=", False)]
        )
        (own - used.target_id).filtered(lambda target: not target.child_ids).unlink()

    def _action_open_result_target(self):
        return {
            **self.env["ir.actions.act_window"]._for_xml_id(
                "sales_planning.sales_target_cell_action"
            ),
            "name": self.env._("Targets of %(name)s", name=self.name),
            "view_mode": "list,kanban,pivot,graph",
            "views": [(False, view) for view in ("list", "kanban", "pivot", "graph")],
            "domain": [("change_ids.import_id", "=", self.id)],
            "context": {},
        }
