from . import approval
from . import ledger
from . import organisation
