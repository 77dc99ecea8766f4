from . import res_config_settings
from . import sale_order
from . import sales_commission_estimating
from . import sales_commission_estimating_matching
from . import sales_commission_estimating_pricing
