from . import test_explanation
from . import test_portal
from . import test_question
from . import test_statement
from . import test_statement_access
from . import test_statement_tour
