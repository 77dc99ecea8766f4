from . import sales_target_takeover
from . import sales_target_change
from . import sales_target_numbers
from . import sales_target
from . import sales_handover
