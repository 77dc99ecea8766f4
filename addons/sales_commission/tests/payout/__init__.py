from . import test_payout
from . import test_payout_rpc
