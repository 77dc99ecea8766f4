"""What the repository tests share: the addons and the tracked files."""

import ast
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
ADDONS = sorted(path.parent for path in (ROOT / "addons").glob("*/__manifest__.py"))
CHAIN = ("sales_system", "sales_planning", "sales_commission")
BRIDGES = [addon for addon in ADDONS if addon.name not in CHAIN]


def manifest_of(addon):
    """Return the manifest of an addon as a dictionary."""
    return ast.literal_eval((addon / "__manifest__.py").read_text(encoding="utf-8"))


def tracked_files(*suffixes):
    """Return the files that git has or would add, so that a new file counts too."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split("\0")
    files = [ROOT / name for name in listed if name]
    return [path for path in files if path.is_file() and path.suffix in (suffixes or {path.suffix})]


def pytest_generate_tests(metafunc):
    """Run a test that asks for ``addon`` once per addon."""
    if "addon" in metafunc.fixturenames:
        metafunc.parametrize("addon", ADDONS, ids=lambda addon: addon.name)


@pytest.fixture(name="manifest")
def manifest_fixture(addon):
    return manifest_of(addon)
