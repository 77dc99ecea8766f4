from . import decomposing
from . import weighing
from . import negotiation
from . import budget
