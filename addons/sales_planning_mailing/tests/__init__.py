from . import test_marketing_mailing
