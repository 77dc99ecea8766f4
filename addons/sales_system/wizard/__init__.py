from . import approval
from . import channel
from . import contract
from . import ledger
from . import organisation
