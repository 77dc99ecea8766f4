from . import decomposing
from . import weighing
from . import budget
