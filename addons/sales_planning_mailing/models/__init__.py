from . import mailing_mailing
from . import sales_marketing_activity
from . import utm_campaign
