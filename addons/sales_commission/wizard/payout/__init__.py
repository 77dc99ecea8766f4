from . import sales_commission_pay
