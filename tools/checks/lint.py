"""Linters: ruff over all Python, pylint-odoo and the OCA checks over the addons."""

import subprocess
import xml.etree.ElementTree as ElementTree

from .. import paths
from ..steps import log_path
from .result import Result


def run(_context):
    """Run every linter, also when one before it failed."""
    result = Result()
    log = log_path("test-lint")
    log.write_text("", encoding="utf-8")
    for name, command in commands():
        ok, output = _run(command)
        with log.open("a", encoding="utf-8") as stream:
            stream.write(f"== {name}\n{output}\n")
        result.add(ok, f"{name} (details: {log}):\n{_end(output)}")
    broken = [note for path in xml_files() if (note := _malformed(path))]
    result.add(not broken, "\n".join(broken))
    return result


def commands():
    """Yield the name and the command of each linter."""
    programs = paths.VENV / "bin"
    yield "ruff check", [programs / "ruff", "check"]
    yield "ruff format", [programs / "ruff", "format", "--check"]
    addons = [path.parent for path in sorted(paths.ADDONS.glob("*/__manifest__.py"))]
    if not addons:
        return
    yield "pylint-odoo", [programs / "pylint", f"--rcfile={paths.ROOT / '.pylintrc'}", *addons]
    yield "oca-checks-odoo-module", [programs / "oca-checks-odoo-module", *addons]
    if po_files := sorted(paths.ADDONS.glob("*/i18n/*.po*")):
        yield "oca-checks-po", [programs / "oca-checks-po", *po_files]


def xml_files():
    """Return the XML files of the addons."""
    return sorted(paths.ADDONS.rglob("*.xml"))


def _malformed(path):
    try:
        ElementTree.parse(path)  # noqa: S314
    except ElementTree.ParseError as error:
        return f"{path.relative_to(paths.ROOT)} is not well-formed XML: {error}"
    return None


def _run(command):
    result = subprocess.run(
        list(map(str, command)), cwd=paths.ROOT, capture_output=True, text=True, check=False
    )
    return result.returncode == 0, result.stdout + result.stderr


def _end(output, lines=30):
    kept = output.strip().splitlines()[-lines:]
    return "\n".join(f"    {line}" for line in kept)
