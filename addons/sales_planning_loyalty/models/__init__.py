from . import loyalty_program
from . import sale_order
from . import sales_marketing_activity
