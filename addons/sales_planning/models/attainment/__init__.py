from . import sales_target_figures
from . import sales_target_plan
from . import sales_target
from . import sales_target_cell
