"""The parts of the tooling that read what others write: apt, Odoo's logs, po files."""

import pytest

from tools import database, odoo_source, po_files, stamps
from tools.checks import fast, odoo_runner, server_logs
from tools.steps import StepFailed

LOG = """\
day 10:00:00 7 INFO db odoo.modules.loading: Modules loaded.
day 10:01:00 7 INFO db odoo.addons.sales_system.tests.test_a: skipped TestA.test_b : no wkhtmltopdf
day 10:02:00 7 ERROR db odoo.addons.sales_system.tests.test_a: FAIL: TestA.test_c
day 10:03:00 7 WARNING db odoo.addons.base.models.ir_ui_view: a warning
day 10:03:50 7 WARNING db odoo.addons.base.models.ir_ui_view: a warning
day 10:04:00 7 ERROR db odoo.tests.result: 1 failed, 0 error(s) of 5 tests when loading 'db'
"""


def test_apt_sources_in_one_line_format():
    text = (
        "# deb http://old/debian x main\ndeb [arch=amd64 signed-by=/k] http://m/debian sid main\n"
    )
    assert list(odoo_source._one_line_uris(text)) == ["http://m/debian"]


def test_apt_sources_in_deb822_format():
    text = (
        "Types: deb\nURIs: http://a/debian http://b/debian\nSuites: sid\n\n"
        "Enabled: no\nTypes: deb\nURIs: http://c/debian\n\n"
        "Types: deb\nURIs:\n http://d/debian/\nSuites: sid\n"
    )
    found = list(odoo_source._deb822_uris(text))
    assert found == ["http://a/debian", "http://b/debian", "http://d/debian/"]


@pytest.mark.parametrize("layout", ["", "usr/lib/python3/dist-packages"])
def test_given_odoo_is_found_in_both_layouts(tmp_path, layout):
    _write_release(tmp_path / layout, "19, 0, 0")
    assert odoo_source._given_source(tmp_path).python_path == tmp_path / layout


def test_given_odoo_of_another_series_is_refused(tmp_path):
    _write_release(tmp_path, "18, 0, 0")
    with pytest.raises(StepFailed, match=r"Odoo 18 and these addons need Odoo 19"):
        odoo_source._given_source(tmp_path)


def test_given_odoo_that_is_none_is_refused(tmp_path):
    with pytest.raises(StepFailed, match="holds no Odoo"):
        odoo_source._given_source(tmp_path)


def _write_release(folder, version):
    (folder / "odoo").mkdir(parents=True)
    text = f"version_info = ({version}, 'final', 0, '')\n"
    (folder / "odoo" / "release.py").write_text(text, encoding="utf-8")


def test_counts_are_read_off_the_log(tmp_path):
    log = tmp_path / "log"
    log.write_text(LOG, encoding="utf-8")
    result = odoo_runner._read(log, ended_well=False)
    assert (result.passed, result.failed, result.skipped) == (3, 1, 1)


def test_a_log_without_counts_is_a_failure(tmp_path):
    log = tmp_path / "log"
    log.write_text("Traceback …\nValueError: bad view\n", encoding="utf-8")
    result = odoo_runner._read(log, ended_well=False)
    assert result.failed == 1
    assert "ValueError: bad view" in result.notes[0]


def test_a_run_without_tests_is_a_failure(tmp_path):
    log = tmp_path / "log"
    log.write_text(LOG.replace("1 failed, 0 error(s) of 5", "0 failed, 0 error(s) of 0"), "utf-8")
    assert odoo_runner._read(log, ended_well=True).failed


def test_log_complaints_are_distinct_and_leave_out_counted_failures(tmp_path):
    log = tmp_path / "log"
    log.write_text(LOG, encoding="utf-8")
    found = server_logs.complaints(log)
    assert found == ["WARNING odoo.addons.base.models.ir_ui_view: a warning"]


def test_merge_keeps_translations(tmp_path):
    exported = _write_po(tmp_path / "new.pot", {"Plan": "", "Tier": ""})
    template = tmp_path / "i18n" / "sales.pot"
    template.parent.mkdir()
    chinese = _write_po(template.with_name("zh_CN.po"), {"Plan": "方案", "Gone": "旧"})
    left = po_files.update(exported, template, tmp_path)
    assert left == ["untranslated: Tier"]
    terms = {entry.msgid: entry.msgstr for entry in po_files.polib.pofile(str(chinese))}
    assert terms == {"Plan": "方案", "Tier": ""}
    assert po_files.compare(exported, template) == []


def test_compare_names_the_terms(tmp_path):
    exported = _write_po(tmp_path / "new.pot", {"Plan": "", "Tier": ""})
    template = _write_po(tmp_path / "old.pot", {"Plan": "", "Gone": ""})
    assert po_files.compare(exported, template) == ["gone: 'Gone'", "new: 'Tier'"]


def _write_po(path, terms):
    file = po_files.polib.POFile()
    for term, translation in terms.items():
        file.append(po_files.polib.POEntry(msgid=term, msgstr=translation))
    file.save(str(path))
    return path


@pytest.mark.parametrize(
    ("name", "installed"),
    [
        ("low", ["low", "bridge"]),
        ("middle", ["low", "middle", "bridge"]),
        ("high", ["low", "middle", "high", "high_bridge", "bridge"]),
        ("bridge", ["low", "bridge"]),
    ],
)
def test_an_addon_brings_those_below_and_their_bridges(tmp_path, monkeypatch, name, installed):
    manifests = {
        "low": {"depends": ["sale"]},
        "middle": {"depends": ["low"]},
        "high": {"depends": ["middle"]},
        "high_bridge": {"depends": ["high", "event"], "auto_install": True},
        "bridge": {"depends": ["low", "survey"], "auto_install": True},
    }
    for addon, manifest in manifests.items():
        (tmp_path / addon).mkdir()
        (tmp_path / addon / "__manifest__.py").write_text(repr(manifest), "utf-8")
    monkeypatch.setattr(database.paths, "ADDONS", tmp_path)
    monkeypatch.setattr(database.paths, "ADDON_NAMES", tuple(manifests))
    assert database.installed_with(name) == installed


def test_an_edited_method_needs_no_update_but_a_new_field_does(tmp_path, monkeypatch):
    monkeypatch.setattr(fast.paths, "ADDONS", tmp_path)
    model = tmp_path / "sales_system" / "models" / "plan.py"
    model.parent.mkdir(parents=True)
    digests = []
    for line, body in (("a = 1", "pass"), ("a = 1", "return 2"), ("a = 2", "return 2")):
        model.write_text(f"class Plan:\n    {line}\n    def go(self):\n        {body}\n", "utf-8")
        digests.append(fast.installed_digest("sales_system"))
    assert digests[0] == digests[1] != digests[2]


def test_digest_sees_names_and_content(tmp_path):
    (tmp_path / "a").write_text("1", encoding="utf-8")
    first = stamps.digest(tmp_path)
    (tmp_path / "a").write_text("2", encoding="utf-8")
    second = stamps.digest(tmp_path)
    (tmp_path / "a").rename(tmp_path / "b")
    assert len({first, second, stamps.digest(tmp_path)}) == 3
