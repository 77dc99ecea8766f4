from . import sales_commission_explain
from . import sales_commission_explain_line
from . import sales_commission_explain_total
from . import sales_commission_explain_reasoning
from . import sales_commission_run
from . import sales_commission_statement
from . import sales_ledger_entry
