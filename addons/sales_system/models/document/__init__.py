from . import sales_state_mixin
from . import sales_append_only_mixin
from . import sales_number_mixin
from . import sales_protected_fields_mixin
from . import sales_team_mixin
