from . import sales_target_plan
from . import sales_target_refusal
from . import sales_target_branch
from . import sales_target
from . import sales_target_transfer
from . import sales_target_matrix
from . import sales_target_balance
from . import sales_target_cell
