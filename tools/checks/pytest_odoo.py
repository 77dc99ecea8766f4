"""pytest-odoo: the second runner, which also sees plain unittest and pytest tests."""

import subprocess

from .. import paths
from ..database import scratch_name
from ..steps import log_path
from .result import failure, read_junit


def run(context):
    """Run all tests but the tours on a copy of the installed template."""
    if not context.plain_template_exists():
        return failure("the addons are not installed, see layer odoo")
    database = scratch_name("pytest")
    context.databases.copy_template(database, demo=False, name=context.plain_template)
    junit = paths.LOG / "test-pytest.xml"
    junit.unlink(missing_ok=True)
    server_log = log_path("test-pytest-server")
    server_log.unlink(missing_ok=True)
    command = pytest_command(
        context.platform,
        database,
        *(f"--junitxml={junit}", "-q", f"--odoo-extra=logfile={server_log}"),
        *test_folders(),
    )
    with log_path("test-pytest").open("wb") as log:
        subprocess.run(
            command,
            cwd=paths.ROOT,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            env=context.platform.environment(database),
            check=False,
        )
    context.databases.drop(database)
    result = read_junit(junit)
    result.logs.append(server_log)
    return result


def pytest_command(platform, database, *arguments):
    """Return the command that runs pytest-odoo on a database, tours left out."""
    return [
        *(paths.VENV_PYTHON, "-m", "pytest", "-p", "tools.checks.pytest_without_tours"),
        *("--odoo-http", "--odoo-log-level=warn", f"--odoo-config={paths.ODOO_RC}"),
        *(f"--odoo-database={database}", *arguments),
    ]


def test_folders():
    """Return the tests of the addons and those across addons."""
    folders = [paths.ADDONS / name / "tests" for name in paths.ADDON_NAMES]
    return [folder for folder in (*folders, paths.ROOT / "tests" / "odoo") if folder.is_dir()]
