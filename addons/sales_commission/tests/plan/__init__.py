from . import test_plan_form
from . import test_rule_wording
from . import test_split_form
