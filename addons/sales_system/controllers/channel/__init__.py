from . import portal
from . import portal_overview
from . import deal_registration
from . import report
