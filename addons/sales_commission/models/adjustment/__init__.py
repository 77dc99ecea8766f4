from . import sales_commission_adjustment
from . import sales_commission_adjustment_bases
from . import sales_commission_calculation
from . import sales_commission_explaining
from . import sales_commission_run
