from . import sales_ledger_entry
from . import sales_ledger_posting
from . import sale_order
from . import sale_order_line
