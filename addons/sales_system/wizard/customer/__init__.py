from . import sales_conflict_check
