from . import sales_market_research
from . import survey_survey
