from . import negotiation
