from . import sales_pool_return
from . import sales_conflict_check
