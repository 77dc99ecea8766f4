"""The layers of ``make test``, each runnable alone."""
