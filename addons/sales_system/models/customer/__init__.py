from . import res_config_settings
from . import sales_contact_mixin
from . import sales_customer_level
from . import sales_customer_profile
from . import res_partner
from . import crm_lead
from . import sale_order
