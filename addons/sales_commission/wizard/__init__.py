from . import payout
from . import statement
