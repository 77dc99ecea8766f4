from . import crm_lead_lost
from . import sales_stage_gate_pass
from . import sales_pool_return
from . import sales_conflict_check
