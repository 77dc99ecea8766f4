"""When is a term over its limit, and when is it worse than what was approved?"""

from dataclasses import dataclass

# Percentages and money alike: what a person sees is what counts.
DIGITS = 2


@dataclass(frozen=True)
class ApprovalBasis:
    """One number of a document that an approval rule can limit.

    :param label: what people call the number
    :param measure: method of the document model: dict of record id → number, or None where
        the document has no such number
    :param unit: ``percent``, ``money`` (company currency) or ``count``
    :param worse: the direction in which the number gets worse, ``higher`` or ``lower``
    :param external: the number moves without anybody editing the document
    """

    label: str
    measure: str
    unit: str = "percent"
    worse: str = "higher"
    external: bool = False

    def is_worse(self, value, other):
        """:return: whether a value is worse than another; nothing is better than no value"""
        if value is None:
            return False
        if other is None:
            return True
        difference = round(round(value, DIGITS) - round(other, DIGITS), DIGITS)
        return difference > 0 if self.worse == "higher" else difference < 0


def covers(basis, terms, key, value, exact):
    """Tell whether agreed terms hold for what a document says now.

    :param terms: dict of ``rules`` (key → [value, limit]) and ``exact``, as agreed
    :param exact: what may not change at all, as it is now
    """
    if not terms or terms["exact"] != exact or key not in terms["rules"]:
        return False
    return not basis.is_worse(value, terms["rules"][key][0])
