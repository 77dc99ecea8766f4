from odoo import api, models

# More sales than these are for the workbook: nobody reads fifty pages of lines.
MOST_SALES = 1000


class ReportStatement(models.AbstractModel):
    _name = "report.sales_commission.report_statement"
    _description = "Printed Commission Statement"

    @api.model
    def _get_report_values(self, docids, data=None):
        statements = self.env["sales.commission.statement"].browse(docids)
        statements.check_access("read")
        # What its lines name, such as a rule, whoever reads the statement may read in it.
        return {
            "doc_ids": docids,
            "doc_model": statements._name,
            "docs": statements.sudo(),
            "most_sales": MOST_SALES,
        }
