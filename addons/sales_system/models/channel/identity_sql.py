"""Expressions that indexes and searches share, to find who may be the same company.

They are coarser than :mod:`engine.identity`, which then looks at the few that are found.
"""

PHONE_DIGITS = 8


def tax_sql(column):
    return f"upper(regexp_replace({column}, '[^0-9A-Za-z]', '', 'g'))"


def phone_sql(column):
    return f"right(regexp_replace({column}, '[^0-9]', '', 'g'), {PHONE_DIGITS})"


def domain_sql(column):
    return f"split_part({column}, '@', 2)"


def name_sql(column):
    """Of a name with its form of company behind it, so that its key is the beginning of it."""
    plain = f"lower(normalize({column}, NFKC))"
    return f"regexp_replace({plain}, '[][\\s.,;:()&/''\"_\\-]', '', 'g')"
