from . import sales_channel_report_return
from . import sales_channel_report_upload
from . import sales_deal_registration_reject
from . import sales_deal_registration_extend
from . import sales_channel_authorization_revoke
from . import sales_channel_application_reject
from . import sales_channel_application_accept
