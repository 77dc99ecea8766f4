from . import sales_marketing_revise
