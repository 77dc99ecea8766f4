from . import sales_contract
from . import sales_contract_line
from . import sales_contract_milestone
from . import res_company
from . import res_config_settings
