"""Compare and merge translation files; runs under the environment's Python for polib."""

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


def update(exported, template):
    """Replace the .pot when its terms changed, and merge it into zh_CN.po.

    Existing translations are kept, terms that the source lost are dropped, new
    ones are added empty.

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
    merged.sort(key=lambda entry: entry.msgid)
    merged.metadata = {**terms.metadata, **merged.metadata, **HEADER}
    if str(merged) != before:
        merged.save(str(target))
    return [f"untranslated: {entry.msgid}" for entry in merged.untranslated_entries()]


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
