from . import report_target_agreement
