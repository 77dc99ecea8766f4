from . import sales_channel_report_return
from . import sales_channel_authorization_revoke
