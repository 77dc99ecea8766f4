from . import sales_strategy
from . import sales_strategy_goal
from . import sales_strategy_approval
