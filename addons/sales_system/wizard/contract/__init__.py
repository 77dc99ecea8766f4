from . import sales_contract_terminate
from . import sales_contract_renew
from . import sales_contract_countersign
from . import sales_contract_comparison
