from . import approval
from . import contract
