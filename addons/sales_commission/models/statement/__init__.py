from . import sales_commission_earning
from . import sales_commission_measure
from . import sales_commission_statement
from . import sales_commission_statement_line
