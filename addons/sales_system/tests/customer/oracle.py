"""What the pass over the ledger must say, in plain Python over plain rows."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from itertools import pairwise

from dateutil.relativedelta import relativedelta


@dataclass(frozen=True)
class Entry:
    """One row of the ledger: amounts in cents."""

    customer: int
    event: str
    day: date
    document: int
    amount: int
    margin: int = 0


@dataclass(frozen=True)
class Level:
    months: int = 12
    amount: int = 0
    frequency: int = 0
    margin: Decimal = Decimal(0)


@dataclass(frozen=True)
class Limits:
    factor: Decimal = Decimal(2)
    least_days: int = 30
    days: int = 180
    lost: Decimal = Decimal(2)


def profile_all(customers, entries, levels, limits, today):
    """:return: dict of customer → dict of the figures of the profile"""
    profiles = {
        customer: _profile([entry for entry in entries if entry.customer == customer], today)
        for customer in customers
    }
    for profile in profiles.values():
        profile["lifecycle"] = _lifecycle(profile, limits, today)
        profile["level"] = _level(profile.pop("days"), levels, today)
    _score(profiles, "recency_score", "last_order_on")
    _score(profiles, "frequency_score", "frequency")
    _score(profiles, "monetary_score", "monetary")
    return profiles


def _profile(entries, today):
    entries = [entry for entry in entries if entry.day <= today]
    days = defaultdict(lambda: [0, 0])
    documents = defaultdict(int)
    collected = defaultdict(int)
    for entry in entries:
        if entry.event == "booked":
            days[entry.day][0] += entry.amount
            days[entry.day][1] += entry.margin
            documents[entry.day, entry.document] += entry.amount
        elif entry.event == "collected":
            collected[entry.day] += entry.amount
    ordered = sorted(day for day, (amount, _margin) in days.items() if amount > 0)
    since = today - relativedelta(months=12)
    cycle = None
    if len(ordered) > 1:
        gaps = [(later - day).days for day, later in pairwise(ordered)]
        cycle = _round(Fraction(sum(gaps), len(gaps)), 1)
    last = ordered[-1] if ordered else None
    return {
        "days": days,
        "first_order_on": ordered[0] if ordered else None,
        "last_order_on": last,
        "last_collected_on": max(
            (day for day, sum_ in collected.items() if sum_ > 0), default=None
        ),
        "order_days": len(ordered),
        "order_count": sum(amount > 0 for amount in documents.values()),
        "frequency": sum(day > since for day in ordered),
        "monetary": sum(amount for day, (amount, _margin) in days.items() if day > since),
        "margin": sum(margin for day, (_amount, margin) in days.items() if day > since),
        "purchase_cycle": cycle,
        "expected_on": last + relativedelta(days=int(_round(Fraction(cycle), 0)))
        if cycle is not None
        else None,
    }


def _round(value, places):
    exact = Decimal(value.numerator) / Decimal(value.denominator)
    return exact.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP)


def _lifecycle(profile, limits, today):
    last = profile["last_order_on"]
    if last is None:
        return "prospect"
    cycle = profile["purchase_cycle"]
    patience = limits.days
    if cycle is not None:
        patience = max(cycle * limits.factor, Decimal(limits.least_days))
    silence = (today - last).days
    if silence > patience * limits.lost:
        return "lost"
    if silence > patience:
        return "dormant"
    return "repeat" if profile["order_days"] > 1 else "customer"


def _level(days, levels, today):
    """:return: place of the best level whose conditions all hold, or None"""
    for place, level in enumerate(levels):
        since = today - relativedelta(months=level.months)
        recent = [sums for day, sums in days.items() if day > since]
        amount, margin = (sum(part) for part in zip(*recent, strict=True)) if recent else (0, 0)
        frequency = sum(one > 0 for one, _margin in recent)
        if (
            (not level.amount or amount >= level.amount)
            and (not level.frequency or frequency >= level.frequency)
            and (not level.margin or (amount > 0 and margin * 100 >= amount * level.margin))
        ):
            return place
    return None


def _score(profiles, name, key):
    values = [profile[key] for profile in profiles.values() if profile["order_days"]]
    for profile in profiles.values():
        worse = sum(value < profile[key] for value in values) if profile["order_days"] else None
        profile[name] = 1 + 5 * worse // len(values) if worse is not None else 0
