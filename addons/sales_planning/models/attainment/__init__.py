from . import sales_target_figures
from . import sales_target_plan
