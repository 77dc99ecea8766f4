from . import base_partner_merge
from . import sales_customer_level_pin
from . import sales_customer_lose
