from . import sales_channel_report_return
