"""The virtual environment with Odoo's Python packages and the test tools."""

import shutil
import subprocess
import sys

from . import paths, stamps
from .steps import StepFailed, run_logged

MINIMUM = (3, 11)


def ensure(report):
    """Bring ``.local/venv`` to the pinned requirements when they changed."""
    if sys.version_info < MINIMUM:
        raise StepFailed(
            f"Python {'.'.join(map(str, MINIMUM))} or newer is needed and this is "
            f"{sys.version.split()[0]}; run with PYTHON=/path/to/a/newer/python3."
        )
    requirements = stamps.digest(
        paths.ROOT / "requirements.txt", paths.ROOT / "requirements-dev.txt"
    )
    if not (stamps.is_current("venv-python", _python()) and _works()):
        report("creating the virtual environment")
        _create()
    if not stamps.is_current("venv", requirements):
        report("installing packages, about 40 s the first time")
        _install_packages()
        stamps.mark("venv", requirements)


def _python():
    return f"{sys.version} {paths.VENV}"


def _works():
    """A virtual environment breaks when the Python it was made from goes away."""
    try:
        command = [paths.VENV_PYTHON, "-m", "pip", "--version"]
        return subprocess.run(command, capture_output=True, check=False).returncode == 0
    except OSError:
        return False


def _create():
    stamps.forget("venv")
    shutil.rmtree(paths.VENV, ignore_errors=True)
    run_logged(
        [sys.executable, "-m", "venv", paths.VENV],
        "venv",
        "The virtual environment could not be created; "
        "install Python's venv module (Debian: apt-get install python3-venv)",
    )
    stamps.mark("venv-python", _python())


def _install_packages():
    """Install in place: a running server keeps its packages when a version changes."""
    run_logged(
        [
            *(paths.VENV_PYTHON, "-m", "pip", "install", "--quiet"),
            *("--disable-pip-version-check", "--no-input"),
            *("--requirement", paths.ROOT / "requirements-dev.txt"),
        ],
        "venv",
        "The Python packages could not be installed; "
        "check that pip reaches a package index and run the command again",
        timeout=1800,
    )
