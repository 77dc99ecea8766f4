from . import report_statement
from . import policy
