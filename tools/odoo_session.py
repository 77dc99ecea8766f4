"""An Odoo environment in a plain script, for benchmarks, imports and screenshots.

Runs under the Python of ``python3 -m tools python``, which sets the paths and
the connection::

    with open_environment() as env:
        env["sales.ledger.entry"].search_count([])
"""

import os
from contextlib import contextmanager

from odoo import SUPERUSER_ID, api
from odoo.modules.registry import Registry
from odoo.tools import config


@contextmanager
def open_environment(database=None, login=None):
    """Yield an environment; commit when the block succeeds, roll back when it fails.

    :param database: default is the one that the command was started on.
    :param login: the user to work as; default is the superuser.
    """
    config.parse_config(["--no-http", "--log-level=warn"], setup_logging=True)
    with Registry(database or os.environ["PGDATABASE"]).cursor() as cursor:
        env = api.Environment(cursor, SUPERUSER_ID, {})
        if login:
            user = env["res.users"].search([("login", "=", login)])
            if not user:
                raise LookupError(f"There is no user with login {login!r}.")
            env = env(user=user.id)
        yield env
        env.flush_all()
