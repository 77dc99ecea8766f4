"""The quick loop: pytest-odoo of one addon on a database that stays installed."""

import ast
import re
import subprocess
import sys

from .. import paths, stamps
from ..database import Databases, installed_with
from ..steps import StepFailed, say
from .pytest_odoo import pytest_command

# Methods whose body decides what an update does to the database.
SCHEMA_METHODS = re.compile(r"_?init$|_auto_init$|_register_hook$|_table_query$|.*_hook$")


def run(platform, addon, arguments):
    """Install or update the addon's database when needed, then run its tests."""
    if addon not in paths.ADDON_NAMES:
        raise StepFailed(f"ADDON={addon or ''} is none of {', '.join(paths.ADDON_NAMES)}.")
    database = f"sales_fast_{addon}"
    databases = Databases(platform)
    with stamps.lock(
        database, on_wait=lambda: say(f"Waiting for the database of {addon} …", sys.stderr)
    ):
        _ensure_current(databases, database, addon)
        command = pytest_command(
            platform, database, "-q", *arguments, paths.ADDONS / addon / "tests"
        )
        return subprocess.run(
            list(map(str, command)), cwd=paths.ROOT, env=platform.environment(database), check=False
        ).returncode


def _ensure_current(databases, database, addon):
    current = {name: installed_digest(name) for name in installed_with(addon)}
    if not databases.exists(database):
        say(f"Installing {addon}, about a minute …", sys.stderr)
        databases.install(database, demo=False, addons=(addon,))
    elif changed := [
        name
        for name, value in current.items()
        if not stamps.is_current(_stamp(database, name), value)
    ]:
        say(f"Updating {', '.join(changed)} …", sys.stderr)
        databases.update(database, changed)
    for name, value in current.items():
        stamps.mark(_stamp(database, name), value)


def _stamp(database, name):
    return f"database-{database}-{name}"


def installed_digest(addon):
    """Hash what an installed database depends on, so that edited methods cost no update."""
    parts = []
    for path in sorted((paths.ADDONS / addon).rglob("*")):
        relative = path.relative_to(paths.ADDONS / addon)
        if (
            path.is_dir()
            or relative.parts[0] in {"tests", "readme", "static"}
            or "__pycache__" in relative.parts
        ):
            continue
        parts.append(str(relative))
        parts.append(_declarations(path) if path.suffix == ".py" else path)
    return stamps.digest(*parts)


def _declarations(path):
    """Return a Python file without the bodies of methods that no update runs."""
    try:
        tree = ast.parse(path.read_bytes())
    except SyntaxError as error:
        raise StepFailed(
            f"{path.relative_to(paths.ROOT)}:{error.lineno} is not valid Python: {error.msg}."
        ) from error
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef) and not SCHEMA_METHODS.match(node.name):
            node.body = []
    return ast.dump(tree)
