"""Compare and merge translation files; runs under the environment's Python for polib."""

import re
import shutil
import sys
from pathlib import Path

import polib

LANGUAGE = "zh_CN"
HEADER = {
    "Language": LANGUAGE,
    "MIME-Version": "1.0",
    "Content-Type": "text/plain; charset=UTF-8",
    "Content-Transfer-Encoding": "8bit",
    "Plural-Forms": "nplurals=1; plural=0;",
}


# Labels of the fields that the ORM and the mail mixins add to every model: their
# standard translation fits always.
INHERITED_FIELD = re.compile(
    r"field_\w+__(id|display_name|(create|write)_(uid|date)|(my_)?activity_\w+|message_\w+"
    r"|has_message|website_message_ids|rating_ids|access_(url|token|warning))$"
)
STANDARD = ("base", "mail", "sms", "portal", "rating")


def update(exported, template, standard_addons):
    """Replace the .pot when its terms changed, and merge it into zh_CN.po.

    Existing translations are kept, terms that the source lost are dropped, and
    new ones are added empty, but for the labels of inherited fields.

    :return: one line for each term that has no translation.
    """
    template.parent.mkdir(parents=True, exist_ok=True)
    if not template.is_file() or compare(exported, template):
        shutil.copyfile(exported, template)
    target = template.with_name(f"{LANGUAGE}.po")
    terms = polib.pofile(str(template), wrapwidth=78)
    merged = polib.pofile(str(target), wrapwidth=78) if target.is_file() else polib.POFile()
    before = str(merged)
    merged.wrapwidth = 78
    merged.merge(terms)
    for entry in merged.obsolete_entries():
        merged.remove(entry)
    _translate_inherited_fields(merged, standard_addons)
    merged.sort(key=lambda entry: entry.msgid)
    merged.metadata = {**terms.metadata, **merged.metadata, **HEADER}
    if str(merged) != before:
        merged.save(str(target))
    return [f"untranslated: {entry.msgid}" for entry in merged.untranslated_entries()]


def _translate_inherited_fields(merged, standard_addons):
    """Fill empty terms that only inherited fields use with Odoo's own translation."""
    empty = [entry for entry in merged.untranslated_entries() if _is_inherited(entry)]
    if not empty:
        return
    memory = {}
    for addon in reversed(STANDARD):
        path = standard_addons / addon / "i18n" / f"{LANGUAGE}.po"
        if path.is_file():
            memory |= {known.msgid: known.msgstr for known in polib.pofile(str(path))}
    for entry in empty:
        entry.msgstr = memory.get(entry.msgid, "")


def _is_inherited(entry):
    return all(INHERITED_FIELD.search(place) for place, _line in entry.occurrences)


def compare(exported, template):
    """Return one line for each term in one file and not, or not alike, in the other."""
    if not template.is_file():
        return [f"{template.name} does not exist"]
    now, committed = _terms(exported), _terms(template)
    return sorted(
        [f"new: {term!r}" for term in now.keys() - committed.keys()]
        + [f"gone: {term!r}" for term in committed.keys() - now.keys()]
        + [
            f"moved: {term!r}"
            for term in now.keys() & committed.keys()
            if now[term] != committed[term]
        ]
    )


def _terms(path):
    """Map each term to the places it is used in."""
    return {
        entry.msgid: {occurrence for occurrence, _line in entry.occurrences}
        for entry in polib.pofile(str(path))
    }


if __name__ == "__main__":
    action, *files = sys.argv[1:]
    for line in {"update": update, "compare": compare}[action](*map(Path, files)):
        print(line)  # noqa: T201 (the answer that the caller reads)
