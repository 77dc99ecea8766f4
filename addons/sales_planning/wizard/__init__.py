from . import decomposing
from . import exchange
from . import weighing
