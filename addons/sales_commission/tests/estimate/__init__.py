from . import test_estimate
from . import test_estimate_access
