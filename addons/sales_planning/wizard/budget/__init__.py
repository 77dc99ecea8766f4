from . import sales_budget_revise
