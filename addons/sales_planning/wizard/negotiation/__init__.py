from . import sales_target_return
from . import sales_target_revise
from . import sales_target_revise_line
from . import sales_target_end
from . import sales_target_compare
from . import sales_target_difference
