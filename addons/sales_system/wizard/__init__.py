from . import approval
from . import channel
from . import contract
from . import customer
from . import ledger
from . import organisation
