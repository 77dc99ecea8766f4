from . import approval
from . import contract
from . import channel
