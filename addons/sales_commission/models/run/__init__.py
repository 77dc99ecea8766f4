from . import sales_commission_run
from . import sales_commission_run_rate
from . import sales_commission_run_total
