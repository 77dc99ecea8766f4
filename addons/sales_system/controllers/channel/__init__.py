from . import portal
from . import deal_registration
