from . import sales_deal_registration_reject
from . import sales_deal_registration_extend
