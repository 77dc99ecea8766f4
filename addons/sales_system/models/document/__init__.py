from . import sales_state_mixin
from . import sales_append_only_mixin
