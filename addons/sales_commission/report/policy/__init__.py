from . import report_policy
from . import sales_commission_example
from . import sales_commission_example_pricing
from . import sales_commission_plan
from . import sales_commission_policy
