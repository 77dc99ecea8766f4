from . import test_oracle
from . import test_rates
from . import test_tiers
from . import test_to_date
