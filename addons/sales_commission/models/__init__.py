from . import calculation
from . import ledger
from . import plan
from . import run
from . import statement
from . import explain
from . import simulation
from . import estimate
