from . import test_actual
from . import test_allocation
from . import test_allocation_properties
from . import test_attainment_tour
from . import test_periods
from . import test_security
from . import test_target
from . import test_target_import
from . import test_target_plan
from .decomposing import test_decomposing, test_matrix
from .budget import test_budget_commitment, test_budget_distribution, test_budget_line
