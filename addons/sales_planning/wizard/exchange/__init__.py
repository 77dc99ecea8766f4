from . import sales_target_export
