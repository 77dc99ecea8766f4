from . import sales_tree_mixin
from . import sales_territory
from . import sales_territory_rule
from . import crm_team
from . import crm_team_member
from . import res_partner
from . import res_users
from . import sale_order
