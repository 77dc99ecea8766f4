from . import sales_contract_terminate
from . import sales_contract_renew
