from . import sales_commission_question_ask
