from . import sales_pool_return
