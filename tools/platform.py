"""Everything in place before a command: packages, Odoo, PostgreSQL, one config file."""

import configparser
import os
import sys
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

from . import odoo_source, paths, postgres, python_env, stamps
from .odoo_source import OdooSource
from .postgres import Connection
from .steps import Progress, say

STEPS = 3


@dataclass(frozen=True)
class Platform:
    """What the other modules need to run Odoo."""

    odoo: OdooSource
    connection: Connection

    def environment(self, database=None):
        """Return the process environment under which Odoo finds everything."""
        inherited = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("ODOO_", "PG"))
        }
        return {
            **inherited,
            **self.connection.environment(database),
            "PYTHONPATH": f"{self.odoo.python_path}{os.pathsep}{paths.ROOT}",
            "ODOO_RC": str(paths.ODOO_RC),
            "PYTHONUNBUFFERED": "1",
        }

    def odoo_command(self, *arguments):
        return [str(paths.VENV_PYTHON), "-m", "odoo", *map(str, arguments)]


@contextmanager
def ready(progress=None):
    """Ensure the platform, yield it, and leave nothing running that it started."""
    progress = progress or Progress(STEPS, quiet=True)
    with stamps.lock("setup", on_wait=_say_waiting):
        with progress.step("Odoo 19") as report:
            source = odoo_source.ensure(report)
        with progress.step("Python packages") as report:
            python_env.ensure(report)
        _write_odoo_rc(source)
    with ExitStack() as stack:
        with progress.step("PostgreSQL") as report:
            connection = stack.enter_context(postgres.running(report))
        yield Platform(source, connection)


def _say_waiting():
    say("Waiting for another command that prepares .local …", sys.stderr)


def _write_odoo_rc(source):
    """Complete ``config/odoo-test.conf`` with what only this machine knows."""
    parser = configparser.ConfigParser(interpolation=None)
    parser.read(paths.ROOT / "config" / "odoo-test.conf", encoding="utf-8")
    parser["options"]["addons_path"] = source.addons_path
    parser["options"]["data_dir"] = str(paths.DATA)
    paths.DATA.mkdir(parents=True, exist_ok=True)
    temporary = paths.ODOO_RC.with_suffix(".new")
    with temporary.open("w", encoding="utf-8") as stream:
        parser.write(stream)
    temporary.replace(paths.ODOO_RC)
