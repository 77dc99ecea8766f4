from . import sales_commission_assignment
from . import sales_commission_plan
from . import sales_commission_rule
from . import sales_commission_rule_wording
from . import sales_commission_split
from . import sales_commission_tier
from . import sale_order
