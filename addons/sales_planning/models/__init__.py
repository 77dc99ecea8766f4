from . import sales_target_plan
from . import sales_target_figures
from . import sales_target
from . import sales_target_cell
from . import sales_target_change
from . import sales_target_actual
from . import sales_import_kind
from . import sales_import_target
