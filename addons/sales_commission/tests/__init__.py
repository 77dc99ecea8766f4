from . import test_plan
from . import test_run
from . import test_rounding
from . import test_late_sales
from . import test_append_only
from . import test_security
from . import test_performance
from . import test_tour
