"""Amounts as whole numbers of units, weights as whole numbers."""

import math
from collections.abc import Callable, Hashable, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import (
    Context,
    Decimal,
    DivisionByZero,
    Inexact,
    InvalidOperation,
    Overflow,
    localcontext,
)
from fractions import Fraction

from .errors import AllocationError, Reason

Amount = Decimal | int
Weight = Decimal | int | Fraction

TYPE_SENTENCE = "Amounts are Decimal or int, weights may be Fraction as well, but not {type}."
# A part without a maximum.
UNLIMITED = math.inf
# Raises rather than rounds; nothing near its limits is an amount of money.
EXACT = Context(
    prec=120,
    Emin=-120,
    Emax=120,
    traps=[InvalidOperation, DivisionByZero, Overflow, Inexact],
)


@contextmanager
def exact_arithmetic():
    """Calculate exactly, whatever decimal context the caller works in."""
    with localcontext(EXACT):
        yield


@dataclass(frozen=True)
class Unit:
    """The smallest step of an amount, such as ``Decimal("0.01")``."""

    size: Decimal

    @classmethod
    def of(cls, size: Amount) -> "Unit":
        size = _decimal(size)
        if not size.is_finite() or size <= 0:
            message = f"A unit is a positive amount, not {size}."
            raise ValueError(message)
        return cls(size)

    def count(self, amount: Amount, key: Hashable) -> int:
        """Return how many units an amount is.

        :param key: whose amount it is, should it have to be refused
        """
        amount = _decimal(amount)
        try:
            count = amount / self.size
        except (InvalidOperation, Overflow):
            raise AllocationError(Reason.NOT_A_NUMBER, (key,), amount=amount) from None
        except Inexact:
            raise self._refusal(Reason.FINER_THAN_UNIT, key, amount) from None
        if not count.is_finite():
            raise AllocationError(Reason.NOT_A_NUMBER, (key,), amount=amount)
        if amount < 0:
            raise AllocationError(Reason.NEGATIVE_AMOUNT, (key,), amount=amount)
        if count != int(count):
            raise self._refusal(Reason.FINER_THAN_UNIT, key, amount)
        return int(count)

    def amount(self, count: int) -> Decimal:
        """Return the amount that so many units are."""
        return count * self.size

    def _refusal(self, reason, key, amount):
        return AllocationError(reason, (key,), amount=amount, limit=self.size)


def whole_weights(weights: Sequence[Weight | None], key_of: Callable[[int], Hashable]) -> list[int]:
    """Bring weights to whole numbers of the same proportions, None to 0.

    :param key_of: the key of the part at a position
    """
    try:
        total = sum(weight for weight in weights if weight is not None)
    except (TypeError, InvalidOperation, Inexact, Overflow):
        # Decimals with Fractions, very large with very small ones, or no numbers at all.
        total = None
    if isinstance(total, Decimal) and total.is_finite():
        # A sum has as many decimals as the most precise of its terms.
        factor = 10 ** max(0, -total.as_tuple().exponent)
        whole = [0 if weight is None else int(weight * factor) for weight in weights]
    elif isinstance(total, int):
        whole = [weight or 0 for weight in weights]
    else:
        whole = _whole_fractions(weights, key_of)
    if whole and min(whole) < 0:
        negative = [position for position, weight in enumerate(whole) if weight < 0]
        worst = min(negative, key=key_of)
        raise AllocationError(Reason.NEGATIVE_WEIGHT, (key_of(worst),), amount=weights[worst])
    return whole


def _whole_fractions(weights, key_of):
    fractions = [
        Fraction(0) if weight is None else _fraction(weight, key_of, position)
        for position, weight in enumerate(weights)
    ]
    factor = math.lcm(*(fraction.denominator for fraction in fractions))
    return [int(fraction * factor) for fraction in fractions]


def _fraction(weight, key_of, position):
    if not isinstance(weight, Weight):
        raise TypeError(TYPE_SENTENCE.format(type=type(weight).__name__))
    try:
        return Fraction(weight)
    except (ValueError, OverflowError):
        raise AllocationError(Reason.NOT_A_NUMBER, (key_of(position),), amount=weight) from None


def _decimal(amount):
    if not isinstance(amount, Amount):
        raise TypeError(TYPE_SENTENCE.format(type=type(amount).__name__))
    return Decimal(amount)
