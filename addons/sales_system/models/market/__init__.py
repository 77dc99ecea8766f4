from . import sales_market_segment
from . import sales_market_segment_rule
from . import sales_market_segment_snapshot
from . import sales_market_segment_member
from . import sales_market_segment_size
from . import sales_market_segment_report
from . import res_partner
from . import res_partner_merge
