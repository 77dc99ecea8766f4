"""Every term has a Chinese translation; whether the .pot is current is checked with a database."""

import polib


def test_template_exists(addon):
    assert (addon / "i18n" / f"{addon.name}.pot").is_file()


def test_no_english_translation(addon):
    """The source texts are English already."""
    assert not list((addon / "i18n").glob("en*.po"))


def test_chinese_is_complete(addon):
    path = addon / "i18n" / "zh_CN.po"
    assert path.is_file()
    terms = polib.pofile(str(path))
    assert [entry.msgid for entry in terms.untranslated_entries()] == []
    assert [entry.msgid for entry in terms.fuzzy_entries()] == []


def test_chinese_has_the_terms_of_the_template(addon):
    template = polib.pofile(str(addon / "i18n" / f"{addon.name}.pot"))
    terms = polib.pofile(str(addon / "i18n" / "zh_CN.po"))
    assert {entry.msgid for entry in template} == {
        entry.msgid for entry in terms if not entry.obsolete
    }
