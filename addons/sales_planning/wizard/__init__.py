from . import decomposing
from . import weighing
