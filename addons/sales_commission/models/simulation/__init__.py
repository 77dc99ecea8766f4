from . import sales_commission_simulation
from . import sales_commission_simulation_line
from . import sales_commission_simulation_payee
from . import sales_commission_simulating
from . import sales_commission_simulating_pricing
from . import sales_commission_plan
