from odoo import models
from odoo.tools import format_date

from ...engine.statement_workbook import Column, StatementSheet, Table, write_statement


class SalesCommissionStatement(models.Model):
    """The statement as a workbook: by rule and tier, and sale by sale."""

    _inherit = "sales.commission.statement"

    def _export_xlsx(self):
        """:return: (file name, bytes)"""
        self.ensure_one()
        self.check_access("read")
        self.env["sales.export.log"]._log(self, ["xlsx"])
        # What its lines name, such as a rule, whoever reads the statement may read in it.
        statement = self.sudo()
        sheet = StatementSheet(
            heading=statement.display_name,
            facts=statement._get_sheet_facts(),
            figures=tuple(
                self._fields[name]._description_string(self.env)
                for name in ("earned_amount", "deducted_amount", "amount")
            ),
            lines=statement._get_sheet_lines(),
            sales=statement._get_sheet_sales(),
            money_format=statement._get_money_format(),
        )
        name = "".join(
            " " if sign in '\\/:*?"<>|\r\n\t' else sign for sign in statement.display_name
        )
        return f"{name}.xlsx", write_statement(sheet)

    def _get_sheet_facts(self):
        return (
            (self.env._("Payee"), self.payee_id.name),
            (self.env._("Run"), self.run_id.name),
            (
                self.env._("Period"),
                f"{format_date(self.env, self.date_from)} – {format_date(self.env, self.date_to)}",
            ),
            (self.env._("Company"), self.company_id.name),
            (self.env._("Currency"), self.currency_id.name),
        )

    def _get_sheet_lines(self):
        return Table(
            name=self.env._("Statement"),
            columns=(
                Column(self.env._("Plan, rule and tier"), width=48),
                Column(self.env._("Earnings"), "number", 10),
                Column(self.env._("Base"), "number", 16),
                Column(self.env._("Quantity"), "number", 12),
                Column(self.env._("Rate"), "percent", 12),
                Column(self.env._("Target"), "number", 16),
                Column(self.env._("Attainment"), "percent", 12),
                Column(self.env._("Commission"), "money", 16),
            ),
            rows=[
                (
                    line._get_label(),
                    line.earning_count,
                    line.base or None,
                    line.quantity or None,
                    line.rate or None,
                    line.target_amount or None,
                    line.attainment or None,
                    line.amount,
                )
                for line in self.line_ids
            ],
            total=self.env._("Total"),
        )

    def _get_sheet_sales(self):
        return Table(
            name=self.env._("Sales"),
            columns=(
                Column(self.env._("Date"), "date", 12),
                Column(self.env._("Document"), width=20),
                Column(self.env._("Customer"), width=26),
                Column(self.env._("Product"), width=26),
                Column(self.env._("Rule"), width=22),
                Column(self.env._("Share"), "percent", 9),
                Column(self.env._("Base"), "number", 16),
                Column(self.env._("Rate"), "percent", 12),
                Column(self.env._("How It Came About"), width=80),
                Column(self.env._("Commission"), "money", 16),
            ),
            rows=[
                (
                    earning.date,
                    earning.reference or "",
                    earning.partner_id.name or "",
                    earning.product_id.display_name or "",
                    earning.rule_id.name or "",
                    earning.share or None,
                    earning.base or earning.quantity or None,
                    earning.rate or None,
                    earning.explanation,
                    earning.amount,
                )
                for earning in self.earning_ids.sorted(lambda one: (one.date, one.id))
            ],
            total=self.env._("Total"),
        )

    def _get_money_format(self):
        places = self.currency_id.decimal_places
        return "#,##0" + ("." + "0" * places if places else "")
