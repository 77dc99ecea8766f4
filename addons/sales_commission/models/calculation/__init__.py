from . import sales_commission_appending
from . import sales_commission_calculation
from . import sales_commission_matching
from . import sales_commission_pricing
from . import sales_commission_restating
from . import sales_commission_scope
