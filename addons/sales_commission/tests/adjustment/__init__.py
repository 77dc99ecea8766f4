from . import test_adjustment
