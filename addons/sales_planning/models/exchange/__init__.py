from . import sales_target
from . import sales_target_plan
from . import sales_target_sheet
from . import sales_target_workbook
from . import sales_target_workbook_line
from . import sales_target_workbook_problem
from . import sales_target_workbook_check
