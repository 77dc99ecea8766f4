from . import test_research_survey
