from . import document
from . import organisation
from . import importing
from . import ledger
from . import approval
from . import contract
from . import channel
from . import customer
