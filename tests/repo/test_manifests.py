"""Manifests: what they name exists, and what exists they name."""

import re
from itertools import pairwise

from conftest import ADDONS, BRIDGES, CHAIN, ROOT, manifest_of

from tools import paths

LOADED_FOLDERS = {"data", "demo", "report", "security", "views", "wizard"}


def test_the_three_addons_are_there():
    assert {addon.name for addon in ADDONS} >= set(CHAIN)


def test_version_and_licence(manifest):
    assert re.fullmatch(r"19\.0\.\d+\.\d+\.\d+", manifest["version"])
    assert manifest["license"] == "LGPL-3"
    assert manifest["author"] == "Sales System Contributors"


def test_listed_files_exist(addon, manifest):
    listed = manifest.get("data", []) + manifest.get("demo", [])
    missing = [name for name in listed if not (addon / name).is_file()]
    assert not missing
    assert len(listed) == len(set(listed)), "a file is listed twice"


def test_data_files_are_listed(addon, manifest):
    listed = set(manifest.get("data", []) + manifest.get("demo", []))
    present = {
        str(path.relative_to(addon))
        for path in [*addon.rglob("*.xml"), *addon.rglob("*.csv")]
        if path.relative_to(addon).parts[0] in LOADED_FOLDERS
    }
    assert not present - listed


def test_dependencies_run_one_way():
    for lower, upper in pairwise(CHAIN):
        assert lower in manifest_of(ROOT / "addons" / upper)["depends"]
    for position, name in enumerate(CHAIN):
        forbidden = set(CHAIN[position + 1 :])
        assert not forbidden & set(manifest_of(ROOT / "addons" / name)["depends"])


def test_no_addon_names_one_above_it():
    """A lower addon must not import or refer to a higher one, not even by name."""
    for position, name in enumerate(CHAIN):
        above = "|".join(CHAIN[position + 1 :])
        if not above:
            continue
        pattern = re.compile(rf"odoo\.addons\.({above})\b|\b({above})\.\w+|env\[[\"']({above})")
        for path in (ROOT / "addons" / name).rglob("*"):
            if path.suffix in {".py", ".xml", ".js"}:
                assert not pattern.search(path.read_text(encoding="utf-8")), path


def test_the_tools_know_every_addon():
    assert set(paths.ADDON_NAMES) == {addon.name for addon in ADDONS}


def test_bridges_install_themselves_and_nothing_depends_on_them():
    """The three addons work without the apps that only bridges need."""
    names = {bridge.name for bridge in BRIDGES}
    for bridge in BRIDGES:
        manifest = manifest_of(bridge)
        assert manifest["auto_install"] is True
        assert set(manifest["depends"]) & set(CHAIN)
    for name in CHAIN:
        assert not names & set(manifest_of(ROOT / "addons" / name)["depends"])


def test_the_three_addons_name_no_bridge_and_no_app_of_one():
    own = {name for addon in CHAIN for name in manifest_of(ROOT / "addons" / addon)["depends"]}
    needed = {name for bridge in BRIDGES for name in manifest_of(bridge)["depends"]}
    foreign = "|".join((needed - own - set(CHAIN)) | {bridge.name for bridge in BRIDGES})
    pattern = re.compile(rf"[\"'(,]({foreign})\.\w|odoo\.addons\.({foreign})\b")
    for name in CHAIN:
        for path in (ROOT / "addons" / name).rglob("*"):
            if path.suffix in {".py", ".xml", ".js", ".csv"}:
                assert not pattern.search(path.read_text(encoding="utf-8")), path


def test_addon_is_complete(addon):
    """Each addon explains itself and has an icon."""
    expected = ["static/description/icon.png", "readme/DESCRIPTION.md", "readme/CONTRIBUTORS.md"]
    assert [name for name in expected if not (addon / name).is_file()] == []
