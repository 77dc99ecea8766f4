from . import decomposing
from . import exchange
from . import weighing
from . import negotiation
from . import budget
from . import marketing
