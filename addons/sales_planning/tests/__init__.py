from . import test_actual
from . import test_adventure_works
from . import test_allocation
from . import test_allocation_properties
from . import test_attainment_tour
from . import test_periods
from . import test_security
from . import test_target
from . import test_target_import
from . import test_target_plan
from .decomposing import test_decomposing, test_matrix
from .weighing import test_evidence
from .weighing import test_season_profile
from .weighing import test_weights
from .exchange import test_workbook, test_workbook_engine, test_workbook_tour
