"""Tests over the files of the repository; they need no Odoo and no database."""

import subprocess

from .. import paths
from ..steps import log_path
from .result import read_junit


def run(_context):
    """Run ``tests/repo`` without the Odoo plugin, which would import Odoo."""
    junit = paths.LOG / "test-repo.xml"
    junit.unlink(missing_ok=True)
    command = [
        *(paths.VENV_PYTHON, "-m", "pytest", "-p", "no:odoo", "-q"),
        *(f"--junitxml={junit}", paths.ROOT / "tests" / "repo"),
    ]
    with log_path("test-repo").open("wb") as log:
        subprocess.run(command, cwd=paths.ROOT, stdout=log, stderr=log, check=False)
    return read_junit(junit)
