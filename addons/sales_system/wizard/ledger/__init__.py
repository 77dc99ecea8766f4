from . import sales_ledger_lock
