from . import test_simulation
from . import test_simulation_access
from . import test_simulation_as_settled
from . import test_simulation_tour
