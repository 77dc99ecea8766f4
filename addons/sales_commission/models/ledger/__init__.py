from . import sales_ledger_entry
