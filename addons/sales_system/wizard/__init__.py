from . import approval
from . import contract
from . import ledger
from . import organisation
from . import customer
