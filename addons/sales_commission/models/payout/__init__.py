from . import res_company
from . import res_config_settings
from . import sales_commission_calculation
from . import sales_commission_payout
from . import sales_commission_run
from . import sales_commission_statement
from . import sales_commission_statement_billing
