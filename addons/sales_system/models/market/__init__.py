from . import sales_market_research
