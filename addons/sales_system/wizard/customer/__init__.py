from . import crm_lead_lost
from . import sales_stage_gate_pass
from . import sales_pool_return
from . import sales_conflict_check
from . import base_partner_merge
from . import sales_customer_level_pin
from . import sales_customer_lose
