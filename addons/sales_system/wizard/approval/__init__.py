from . import sales_approval_request_ask
from . import sales_approval_request_reject
from . import sales_approval_request_delegate
from . import payment_link_wizard
from . import sale_advance_payment_inv
