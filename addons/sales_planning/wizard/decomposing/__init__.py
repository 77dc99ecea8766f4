from . import sales_target_split
from . import sales_target_transfer
