from decimal import Decimal
from typing import NamedTuple

from odoo import fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL
from odoo.tools.misc import formatLang

# Value of a row → column of the line; what a row leaves out stays as the report has it.
ROW_FIGURES = {
    "opening": "opening_quantity",
    "sell_in": "in_quantity",
    "sell_out": "out_quantity",
    "amount": "amount",
    "closing": "closing_quantity",
}
QUANTITIES = ("opening", "sell_in", "sell_out", "closing")
COLUMNS = ("product_id", *ROW_FIGURES.values(), "in_note")


class StockKey(NamedTuple):
    """What a row sets: the figures of one product, in the order of ``ROW_FIGURES``."""

    product_id: int
    figures: tuple
    note: str
    is_there: bool


class SalesImport(models.Model):
    """Stock of a channel partner: each row sets the figures of one product in its report."""

    _inherit = "sales.import"

    channel_lines = fields.Json(
        readonly=True,
        copy=False,
        export_string_translation=False,
        help="The lines that the import changed, before and after.",
    )

    # === CHECKING === #
    def _check_row_channel_stock(self, row, titles):
        for name in ("opening", "closing"):
            if row.values.get(name, 0) < 0:
                row.refuse(
                    titles[name],
                    row.values[name],
                    self.env._("is a negative stock: count it again"),
                )

    def _row_key_channel_stock(self, row, seen, titles):
        """:return: :class:`StockKey`, or None where the row is refused"""
        run = self._get_report_pass(seen)
        product_id = row.values["product"]
        self._refuse_service(row, run, titles)
        if run.uncovered and row.values["sell_out"]:
            self._refuse_unauthorized(row, run, titles, self.channel_report_id._get_days())
        for name in QUANTITIES:
            self._refuse_finer(row, titles, name, run.quantity_digits)
        self._refuse_finer(row, titles, "amount", run.amount_digits)
        if first := seen.get(product_id):
            row.refuse(
                titles["product"],
                run.keys[product_id],
                self.env._("stands in row %(row)s already: add the two up", row=first),
            )
        seen[product_id] = row.number
        line = run.lines.get(product_id)
        figures = self._row_figures(row, line)
        note = row.values.get("note") or (line and line.in_note) or ""
        self._refuse_opening(row, run, titles, line)
        self._refuse_figures(row, titles, line, figures, note)
        return StockKey(product_id, tuple(figures.values()), note, _holds(line, figures, note))

    def _row_figures(self, row, line):
        """:return: dict of the row's figures, completed by those of the line"""
        return {
            name: row.values.get(name, _decimal(line and line[column]))
            for name, column in ROW_FIGURES.items()
        }

    def _refuse_opening(self, row, run, titles, line):
        closed = _decimal(line and line.opening_quantity)
        if run.has_previous and row.values.get("opening", closed) != closed:
            row.refuse(
                titles["opening"],
                row.values["opening"],
                self.env._(
                    "is not the %(stock)s that the report before closed with",
                    stock=formatLang(self.env, float(closed), dp="Product Unit"),
                ),
            )

    def _refuse_figures(self, row, titles, line, figures, note):
        left = figures["opening"] + figures["sell_in"] - figures["sell_out"]
        said = {
            name: formatLang(self.env, float(figures[name]), dp="Product Unit")
            for name in QUANTITIES
        }
        if left < 0:
            row.refuse(
                titles["sell_out"],
                figures["sell_out"],
                self.env._(
                    "is more than opening stock %(opening)s and sell-in %(sell_in)s together, "
                    "which leaves a negative stock",
                    **said,
                ),
            )
        elif left != figures["closing"]:
            row.refuse(
                titles["closing"],
                figures["closing"],
                self.env._(
                    "is not opening stock %(opening)s + sell-in %(sell_in)s − sell-out "
                    "%(sell_out)s = %(left)s",
                    **said,
                    left=formatLang(self.env, float(left), dp="Product Unit"),
                ),
            )
        if line and line.detail_count and figures["sell_out"] != _decimal(line.out_quantity):
            row.refuse(
                titles["sell_out"],
                figures["sell_out"],
                self.env._(
                    "is not the %(sold)s of the %(count)s sell-out details: correct one of them",
                    sold=formatLang(self.env, line.out_quantity, dp="Product Unit"),
                    count=line.detail_count,
                ),
            )
        self._refuse_silent_correction(row, titles, line, figures, note)

    def _refuse_silent_correction(self, row, titles, line, figures, note):
        bought = _decimal(line and line.ledger_quantity)
        upstream = self.channel_report_id.partner_id.channel_upstream_id
        if "sell_in" in row.values and figures["sell_in"] != bought and not note and not upstream:
            row.refuse(
                titles["sell_in"],
                figures["sell_in"],
                self.env._(
                    "is not the %(bought)s that were invoiced: say why in a note, or correct it",
                    bought=formatLang(self.env, float(bought), dp="Product Unit"),
                ),
            )

    def _existing_keys_channel_stock(self, keys):
        """:return: set of the keys whose very figures stand in the report"""
        return {key for key in keys if key and key.is_there}

    # === IMPORTING === #
    def _post_rows_channel_stock(self, rows):
        """Set the figures with one statement.

        :param rows: iterator of valid rows that change something
        :return: number of lines
        """
        self.env.flush_all()
        keys = [row.values["key"] for row in rows]
        product_ids = [key.product_id for key in keys]
        before = self._get_channel_lines(product_ids)
        self._set_channel_lines((key.product_id, *key.figures, key.note) for key in keys)
        self.channel_lines = {"before": before, "after": self._get_channel_lines(product_ids)}
        return len(keys)

    def _get_channel_lines(self, product_ids):
        """:return: list of product, figures and note of each product's line; False in place of
        figures where the report has no line of it
        """
        lines = self.channel_report_id.line_ids.grouped("product_id")
        products = self.env["product.product"].browse(product_ids)
        return [
            [
                product.id,
                *(
                    product in lines and str(_decimal(lines[product][column]))
                    for column in ROW_FIGURES.values()
                ),
                (product in lines and lines[product].in_note) or "",
            ]
            for product in products
        ]

    def _set_channel_lines(self, lines):
        """Write lines of the report, in one statement.

        :param lines: iterator of tuples: product, figures, note
        """
        report = self.channel_report_id
        self.env.cr.execute(
            """
            CREATE TEMPORARY TABLE sales_import_staged (
                product_id int4, opening_quantity numeric, in_quantity numeric,
                out_quantity numeric, amount numeric, closing_quantity numeric, in_note varchar
            ) ON COMMIT DROP
            """
        )
        self._stage(lines)
        report._run_on_lines(
            SQL(
                """
                INSERT INTO sales_channel_report_line AS line (
                    %(head)s, categ_id, ledger_quantity, in_difference, detail_count, %(columns)s)
                SELECT %(head_values)s, t.categ_id, 0, s.in_quantity, 0, %(values)s
                  FROM sales_import_staged s
                  JOIN product_product p ON p.id = s.product_id
                  JOIN product_template t ON t.id = p.product_tmpl_id
                  JOIN sales_channel_report r ON r.id = %(report)s
                ON CONFLICT (report_id, product_id) DO UPDATE
                   SET (%(columns)s) = ROW(%(excluded)s),
                       in_difference = EXCLUDED.in_quantity - line.ledger_quantity
             RETURNING line.id
                """,
                report=report.id,
                columns=SQL(", ").join(map(SQL.identifier, COLUMNS)),
                values=SQL(", ").join(SQL.identifier("s", name) for name in COLUMNS),
                excluded=SQL(", ").join(SQL.identifier("excluded", name) for name in COLUMNS),
                **report._get_head_columns(),
            )
        )
        self.env.cr.execute("DROP TABLE sales_import_staged")

    # === REVERSING === #
    def _reverse_channel_stock(self):
        """Put the figures back that stood there before, and remove lines that did not.

        :raises UserError: the report was handed in with them, or changed since
        """
        self._check_channel_report()
        before, after = self.channel_lines["before"], self.channel_lines["after"]
        now = self._get_channel_lines([values[0] for values in after])
        changed = [values for values, wanted in zip(now, after, strict=True) if values != wanted]
        if changed:
            raise UserError(
                self.env._(
                    "%(count)s lines were changed after this import, the first is that of "
                    "%(product)s. Reversing would undo that too: correct the report by hand.",
                    count=len(changed),
                    product=self.env["product.product"].browse(changed[0][0]).display_name,
                )
            )
        self.env.flush_all()
        self._set_channel_lines(values for values in before if values[1] is not False)
        added = {values[0] for values in before if values[1] is False}
        lines = self.channel_report_id.line_ids
        lines.filtered(lambda line: line.product_id.id in added).unlink()

    def _action_open_result_channel_stock(self):
        return self._open_channel_report()


def _decimal(number):
    """:return: exact number of a figure that the ORM reads as a float; none is 0"""
    return Decimal(repr(number or 0.0))


def _holds(line, figures, note):
    """:return: whether a line has these very figures"""
    return bool(
        line
        and note == (line.in_note or "")
        and all(_decimal(line[column]) == figures[name] for name, column in ROW_FIGURES.items())
    )
