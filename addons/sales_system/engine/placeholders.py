"""Fill the placeholders of a text from a closed list of values, without running anything.

A placeholder is a name between double braces, ``{{ contract.partner_id.name }}``. The name is
looked up as a whole: it is never evaluated, and what it stands for is never filled again.
"""

import re

PLACEHOLDER = re.compile(r"\{\{(.*?)\}\}", re.DOTALL)
BRACES = re.compile(r"\{\{|\}\}")


def find_names(text):
    """:return: list of the names in a text, each once, in the order they come in"""
    return list(dict.fromkeys(match.strip() for match in PLACEHOLDER.findall(text or "")))


def find_unknown(text, known):
    """:return: list of what the text asks for and nobody knows, stray braces included"""
    unknown = [name for name in find_names(text) if name not in known]
    return unknown + BRACES.findall(PLACEHOLDER.sub("", text or ""))


def fill(text, values, blank):
    """:return: the text with its placeholders replaced; one without a value by the blank"""
    return PLACEHOLDER.sub(lambda match: values.get(match[1].strip()) or blank, text or "")
