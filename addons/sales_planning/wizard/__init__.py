from . import weighing
