from . import test_marketing_event
