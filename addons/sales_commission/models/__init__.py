from . import calculation
from . import ledger
from . import plan
from . import statement
from . import run
