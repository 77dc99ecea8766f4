from . import test_marketing_loyalty
