from . import test_explain
from . import test_explain_access
