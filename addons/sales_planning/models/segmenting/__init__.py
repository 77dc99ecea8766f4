from . import sales_market_segment
from . import sales_target_plan
