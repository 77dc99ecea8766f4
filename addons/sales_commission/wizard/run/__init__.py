from . import sales_commission_run_pay
