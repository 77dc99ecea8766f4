"""Share one total among parts: bounded proportional shares, largest remainders."""

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

from .errors import AllocationError, Reason
from .units import UNLIMITED, Amount, Unit, Weight, exact_arithmetic, whole_weights

# Among more remainders than this, the few that decide are picked out before they are sorted,
# by a sample of n ^ SAMPLE. Places in a sample of m err by up to √m / 2; four times that is safe.
FEW = 1000
SAMPLE = 0.75
SAFE = 2

# The least and the most units of a part; a pinned part has both alike.
Bound = tuple[int, int | float]


@dataclass(frozen=True)
class Part:
    """One taker of a total.

    :param key: tells it from the others, and decides ties: the lesser comes first
    :param weight: its claim, on any scale; 0 gets 0, None takes no share
    :param pin: the number it keeps, whatever its weight
    :param minimum: the least it gets
    :param maximum: the most it gets; default is no limit
    """

    key: Hashable
    weight: Weight | None = None
    pin: Amount | None = None
    minimum: Amount | None = None
    maximum: Amount | None = None


def split(total: Amount, parts: Iterable[Part], unit: Amount) -> dict[Hashable, Decimal | None]:
    """Share a total among parts in proportion to their weights, exactly.

    Without bounds each share is less than one unit from its exact proportion.

    :param unit: the smallest step of an amount; all amounts are multiples of it
    :return: the share of each key, adding up to the total; None where there is no number
    :raise AllocationError: where the numbers contradict each other
    """
    parts = list(parts)
    keys = [part.key for part in parts]
    if len(set(keys)) < len(keys):
        message = "Each part needs a key of its own."
        raise ValueError(message)
    with exact_arithmetic():
        unit = Unit.of(unit)
        bounds = {}
        for position, part in enumerate(parts):
            bound = read_bound(part.pin, part.minimum, part.maximum, unit, part.key)
            if bound:
                bounds[position] = bound
        shares = share_out(
            unit.count(total, "total"),
            whole_weights([part.weight for part in parts], keys.__getitem__),
            bounds,
            Labels(unit, keys.__getitem__),
        )
        return {
            part.key: None
            if part.weight is None and part.pin is None and not share
            else unit.amount(share)
            for part, share in zip(parts, shares, strict=True)
        }


def read_bound(
    pin: Amount | None, minimum: Amount | None, maximum: Amount | None, unit: Unit, key: Hashable
) -> Bound | None:
    """Return what a pin or a minimum and maximum mean in units; None where there is none."""
    low = 0 if minimum is None else unit.count(minimum, key)
    high = UNLIMITED if maximum is None else unit.count(maximum, key)
    if low > high:
        raise AllocationError(Reason.MINIMUM_ABOVE_MAXIMUM, (key,), amount=minimum, limit=maximum)
    if pin is not None:
        count = unit.count(pin, key)
        if not low <= count <= high:
            limit = minimum if count < low else maximum
            raise AllocationError(Reason.PIN_OUTSIDE_BOUNDS, (key,), amount=pin, limit=limit)
        return count, count
    return None if (low, high) == (0, UNLIMITED) else (low, high)


class Labels(NamedTuple):
    """What the numbers of a line are called when they have to be refused.

    :param key_of: the key of the part at a position
    :param rows: the row of a matrix that the line is
    :param columns: the column of a matrix that the line is
    """

    unit: Unit
    key_of: Callable[[int], Hashable]
    rows: tuple[Hashable, ...] = ()
    columns: tuple[Hashable, ...] = ()

    def refusal(self, reason, positions, amount, limit) -> AllocationError:
        return AllocationError(
            reason,
            tuple(sorted(map(self.key_of, positions))),
            rows=self.rows,
            columns=self.columns,
            amount=self.unit.amount(amount),
            limit=self.unit.amount(limit),
        )


def share_out(
    total: int, weights: Sequence[int], bounds: Mapping[int, Bound], labels: Labels
) -> list[int]:
    """Share whole units among the positions of a line.

    :param weights: not negative
    :param bounds: by position, for bounded and pinned parts only
    :return: one share per position, adding up to the total
    """
    weight_sum = sum(weights)
    if bounds or not weight_sum:
        check_line(total, weights, bounds, labels)
    if bounds:
        widest = max(weights[position] for position in bounds)
        # Quotients by weights differ by more than 1 / widest², so they stay apart as integers.
        level, base = water_level(
            total, weights, bounds, lambda value, weight: value * widest**2 // weight
        )
    else:
        level, base = total, weight_sum or 1
    claims = [level * weight for weight in weights]
    for position, (low, high) in bounds.items():
        claims[position] = max(claims[position], low * base)
        if high < UNLIMITED:
            claims[position] = min(claims[position], high * base)
    shares = [claim // base for claim in claims]
    missing = total - sum(shares)
    if missing:
        remainders = [claim % base for claim in claims]
        for position in _largest(remainders, missing, labels.key_of):
            shares[position] += 1
    return shares


def check_line(
    total: int, weights: Sequence[int], bounds: Mapping[int, Bound], labels: Labels
) -> None:
    """Refuse a line whose parts cannot add up to its total."""
    least = sum(low for low, _ in bounds.values())
    if least > total:
        raise _too_much(total, bounds, labels)
    most = sum(high if weights[position] else low for position, (low, high) in bounds.items())
    open_weight = sum(weights) - sum(weights[position] for position in bounds)
    if not open_weight and most < total:
        raise _too_little(total, most, weights, bounds, labels)


def _too_much(total, bounds, labels):
    """Name the fewest parts that already need more than the total."""
    pins = {position: low for position, (low, high) in bounds.items() if low == high}
    reason = Reason.PINS_EXCEED_TOTAL
    least = pins
    if sum(pins.values()) <= total:
        reason = Reason.MINIMA_EXCEED_TOTAL
        least = {position: low for position, (low, _) in bounds.items()}
    named, needed = [], 0
    for position in sorted(least, key=lambda position: (-least[position], labels.key_of(position))):
        named.append(position)
        needed += least[position]
        if needed > total:
            break
    return labels.refusal(reason, named, needed, total)


def _too_little(total, most, weights, bounds, labels):
    """Name the parts that would have to get more, or a weight."""
    limited = [
        position for position, (low, high) in bounds.items() if weights[position] and low < high
    ]
    if limited:
        return labels.refusal(Reason.MAXIMA_BELOW_TOTAL, limited, most, total)
    pinned = [position for position, (low, high) in bounds.items() if low == high]
    if pinned and len(pinned) == len(weights):
        return labels.refusal(Reason.PINS_BELOW_TOTAL, pinned, most, total)
    unpinned = set(range(len(weights))).difference(pinned)
    return labels.refusal(Reason.ALL_ZERO_WEIGHTS, unpinned, total - most, total)


def water_level(total, weights, bounds, quotient):
    """Find the level at which the shares, each within its bounds, add up to the total.

    A share is ``level × weight``, but not less than its lower and not more than its upper bound.
    From level 0 upwards, each bound is a step: a part leaves its lower bound and starts to
    grow, or reaches its upper bound and stops. Between two steps the sum grows evenly.

    Integers give the exact level; floats an approximate one.

    :param quotient: orders bounds by the level at which they step
    :return: the level as numerator and denominator
    """
    fixed = 0
    growing = sum(weights) - sum(weights[position] for position in bounds)
    steps = []
    for position, (low, high) in bounds.items():
        weight = weights[position]
        fixed += low
        if weight and low < high:
            steps.append((quotient(low, weight), low, weight, weight))
            if high < UNLIMITED:
                steps.append((quotient(high, weight), high, weight, -weight))
    if fixed >= total:
        return 0, 1
    steps.sort()
    value, weight = 0, 1
    for _, value, weight, change in steps:
        if fixed * weight + growing * value >= total * weight:
            break
        growing += change
        fixed += -value if change > 0 else value
    # Nothing grows any more only where floats do not quite reach the total.
    return (total - fixed, growing) if growing > 0 else (value, weight)


def _largest(remainders, number, key_of):
    """Return the positions of the largest remainders; ties go to the lesser keys."""
    sure, doubtful = _narrowed(remainders, number)
    ranked = sorted(doubtful, key=remainders.__getitem__, reverse=True)
    seats = number - len(sure)
    if 0 < seats < len(ranked):
        limit = remainders[ranked[seats]]
        if remainders[ranked[seats - 1]] == limit:
            above = [position for position in ranked if remainders[position] > limit]
            tied = [position for position in ranked if remainders[position] == limit]
            ranked = above + sorted(tied, key=key_of)
    return [*sure, *ranked[:seats]]


def _narrowed(values, number):
    """Return positions that are surely among the largest values, and those that may be.

    Sorting many of them would take as long as all the rest of a split. So a sample tells between
    which two values the decision falls, and only what lies there is left to be sorted.
    """
    if len(values) <= FEW:
        return [], range(len(values))
    sample = sorted(values[:: len(values) // round(len(values) ** SAMPLE)], reverse=True)
    place = number * len(sample) // len(values)
    margin = round(SAFE * len(sample) ** 0.5)
    high = sample[place - margin] if place >= margin else UNLIMITED
    low = sample[place + margin] if place + margin < len(sample) else 0
    sure = [position for position, value in enumerate(values) if value > high]
    doubtful = [position for position, value in enumerate(values) if low <= value <= high]
    if len(sure) <= number <= len(sure) + len(doubtful):
        return sure, doubtful
    return [], range(len(values))
