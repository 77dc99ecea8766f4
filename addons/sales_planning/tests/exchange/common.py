import base64
import io

from openpyxl import load_workbook

from ...engine.workbook import HEADER_ROW, META_SHEET
from ..decomposing.common import DecomposingCommon

# Where the numbers of January stand in the sheets of the tests: key, name, salesperson, team,
# evidence.
JANUARY = 6


class ExchangeCommon(DecomposingCommon):
    """Exporting the small tree, editing the file as Excel would, and bringing it back."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.target_east.responsible_id = cls.leader

    def _export(self, target=None, plan=None, value="assigned", user=None):
        """:return: the workbook, as openpyxl has it"""
        plan = plan or self.plan
        target = target if target is not None else self.env["sales.target"]
        sheets = self.env["sales.target.sheet"]
        if user:
            plan, target, sheets = (self._as(user, one) for one in (plan, target, sheets))
        _name, content = sheets._export(plan, target, value)
        return load_workbook(io.BytesIO(content))

    @staticmethod
    def _row_of(workbook, target):
        for row in workbook["Targets"].iter_rows(min_row=HEADER_ROW + 2):
            if row[0].value == str(target.id):
                return row[0].row
        return None

    def _set(self, workbook, target, month, number):
        """Type a number, as people do."""
        place = {"row": self._row_of(workbook, target), "column": JANUARY + month - 1}
        workbook["Targets"].cell(**place).value = number

    def _upload(self, workbook, user=None, check=True, **values):
        buffer = io.BytesIO()
        workbook.save(buffer)
        model = self.env["sales.target.workbook"]
        document = (self._as(user, model) if user else model).create(
            {
                "file": base64.b64encode(buffer.getvalue()),
                "filename": "targets.xlsx",
                "plan_id": self.plan.id,
                **values,
            }
        )
        if check:
            document.action_check()
        return document

    @staticmethod
    def _differences(document):
        """:return: set of (name, month, before, after)"""
        return {
            (
                line.target_name,
                line.date_from.month,
                line.amount_before,
                line.amount_after,
            )
            for line in document.line_ids
        }

    @staticmethod
    def _meta(workbook):
        return workbook[META_SHEET]
