"""What no file of the repository may hold."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from conftest import ROOT, tracked_files

TEXT = (
    ".py",
    ".xml",
    ".js",
    ".md",
    ".rst",
    ".yml",
    ".yaml",
    ".toml",
    ".cfg",
    ".conf",
    ".txt",
    ".csv",
    "",
)
HERE = Path(__file__).resolve()


def _lines(*suffixes):
    """Yield place and text of every line of the tracked text files but this one."""
    for path in tracked_files(*suffixes):
        if path == HERE:
            continue
        text = path.read_text(encoding="utf-8", errors="replace")
        for number, line in enumerate(text.splitlines(), start=1):
            yield f"{path.relative_to(ROOT)}:{number}", line


def _found(pattern, *suffixes):
    return [place for place, line in _lines(*suffixes) if re.search(pattern, line)]


def test_work_left_to_do_names_its_issue():
    assert _found(r"\b(TODO|FIXME|XXX)\b(?!.*#\d+)", *TEXT) == []


def test_no_path_of_one_machine():
    assert _found(r"(?<![\w./-])/(work|home/\w+|root|Users)/", *TEXT) == []


def test_no_registry_host():
    """Which mirror or index a machine uses is its own affair."""
    hosts = r"deb\.debian\.org|pypi\.org|files\.pythonhosted|registry\.npmjs|security\.debian"
    assert _found(hosts, *TEXT) == []


def test_addons_do_not_print():
    found = _found(r"^\s*print\(", ".py")
    assert [place for place in found if place.startswith("addons/")] == []


def test_line_ends():
    crooked = [path for path in tracked_files(*TEXT) if b"\r\n" in path.read_bytes()]
    endless = [
        path
        for path in tracked_files(*TEXT)
        if (content := path.read_bytes()) and not content.endswith(b"\n")
    ]
    assert [str(path.relative_to(ROOT)) for path in crooked + endless] == []


def test_links_to_local_files_resolve():
    broken = []
    for path in tracked_files(".md"):
        text = re.sub(r"```.*?```", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
        for target in re.findall(r"\[[^\]]*\]\(([^)\s]+)[^)]*\)", text):
            if re.match(r"[a-z]+:|#", target):
                continue
            if not (path.parent / target.split("#")[0]).exists():
                broken.append(f"{path.relative_to(ROOT)}: {target}")
    assert not broken


def test_compose_file_is_valid():
    command = _compose()
    if command is None:
        if os.environ.get("CI") == "true":
            pytest.fail("CI must have docker compose or docker-compose")
        pytest.skip("neither docker compose nor docker-compose is installed")
    secrets = {"POSTGRES_PASSWORD": "x"}
    result = subprocess.run(
        [*command, "-f", "docker-compose.yml", "config", "--quiet"],
        cwd=ROOT,
        env={**os.environ, **secrets},
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 0, result.stderr


def _compose():
    candidates = (["docker", "compose"], ["docker-compose"])
    for command in candidates:
        if shutil.which(command[0]):
            answer = subprocess.run([*command, "version"], capture_output=True, check=False)
            if answer.returncode == 0:
                return command
    return None
