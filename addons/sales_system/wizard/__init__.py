from . import ledger
from . import organisation
