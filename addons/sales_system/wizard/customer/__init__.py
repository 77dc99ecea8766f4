from . import crm_lead_lost
from . import sales_stage_gate_pass
