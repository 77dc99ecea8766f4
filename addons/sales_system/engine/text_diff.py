"""What was taken out of a text and what was put into it.

Latin text is compared by words, Chinese by characters: it has no spaces to tell words by.
A number and a placeholder are words, with the signs that are in them.
"""

import re
from difflib import SequenceMatcher

EQUAL, DELETED, INSERTED = "equal", "deleted", "inserted"
TOKEN = re.compile(r"\{\{.*?\}\}|\s+|[0-9]+(?:[.,][0-9]+)*|[0-9A-Za-z_\u00c0-\u024f]+|.", re.DOTALL)


def compare(old, new):
    """:return: list of (kind, piece of text); without what was deleted it is the new text"""
    before, after = TOKEN.findall(old or ""), TOKEN.findall(new or "")
    pieces = []
    for changed, i, j, k, m in _runs(before, after):
        if not changed:
            pieces.append((EQUAL, "".join(before[i:j])))
            continue
        if i < j:
            pieces.append((DELETED, "".join(before[i:j])))
        if k < m:
            pieces.append((INSERTED, "".join(after[k:m])))
    return pieces


def _runs(before, after):
    """:return: list of (changed or not, slice of the old, slice of the new) tokens"""
    runs = []
    # autojunk takes what is frequent for noise: in Chinese, every other character.
    for tag, i, j, k, m in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        # Words that only a space keeps apart have been replaced together.
        is_gap = tag == "equal" and not "".join(before[i:j]).strip() and j < len(before)
        changed = tag != "equal" or bool(runs and is_gap)
        if runs and changed and runs[-1][0]:
            _changed, i, _j, k, _m = runs.pop()
        runs.append((changed, i, j, k, m))
    return runs


def align(old, new):
    """Bring two lists of keys into one order, in which both read from top to bottom.

    A key that both have and that moved appears where the new list has it.

    :return: list of keys, each once
    """
    moved = set(old) & set(new)
    result, keys = [], list(old)
    for tag, i, j, k, m in SequenceMatcher(None, keys, list(new), autojunk=False).get_opcodes():
        if tag == "equal":
            result += keys[i:j]
            continue
        result += [key for key in keys[i:j] if key not in moved]
        result += new[k:m]
    return result
