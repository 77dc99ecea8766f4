from . import sales_target_branch
from . import sales_target
from . import sales_target_matrix
