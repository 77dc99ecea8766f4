from . import sales_market_indicator
from . import sales_market_data
from . import sales_market_share
from . import sales_import_kind
from . import sales_import_market
