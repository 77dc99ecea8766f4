from . import decomposing
