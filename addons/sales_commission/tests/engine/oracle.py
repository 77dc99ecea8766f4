"""What a commission run has to pay, in plain Python: one sale after the other, no SQL.

Nothing here knows how the engine works. It loops over sales and rules, adds up Decimals, and keeps
what earlier runs paid in lists.
"""

from collections import defaultdict
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Context, Decimal, setcontext
from itertools import accumulate, pairwise

CENT = Decimal("0.01")
# A price that comes of a division has so many decimals.
PRICE = Decimal(1).scaleb(-12)
ZERO = Decimal(0)


@dataclass(frozen=True)
class Rule:
    """A rule of a plan; conditions that are None match every sale."""

    number: int
    role: str = "salesperson"
    level: int = 1
    own_sales: bool = False
    base: str = "amount"
    rate_type: str = "percent"
    rate: Decimal = ZERO
    unit_amount: Decimal = ZERO
    tiers: tuple = ()
    measure_period: str = "run"
    threshold: Decimal = ZERO
    cap_line: Decimal = ZERO
    cap_period: Decimal = ZERO
    cap_year: Decimal = ZERO
    seller: str | None = None
    team: str | None = None
    category: str | None = None

    @property
    def is_trued_up(self):
        return self.measure_period != "run" and bool(
            self.rate_type in ("retroactive", "period") or self.threshold
        )


@dataclass(frozen=True)
class Sale:
    """A ledger entry. ``source`` is the order line: a later sale of it is a correction."""

    number: int
    document: int
    source: int
    amount: Decimal
    margin: Decimal
    quantity: Decimal
    seller: str
    team: str | None = None
    category: str | None = None
    partner: str | None = None


@dataclass(frozen=True)
class Line:
    """What one sale brought one payee by one rule; a true-up has no sale."""

    month: int
    rule: Rule
    payee: str
    sale: Sale | None
    kind: str
    amount: Decimal


@dataclass
class Measured:
    """What one run leaves to the runs after it, of a rule and a payee.

    :param base: what was sold, with the corrections of sales of the measured time
    :param outside_amount: what corrections of sales from before that time came to
    """

    base: Decimal
    outside_amount: Decimal
    amount: Decimal = ZERO


@dataclass
class Company:
    """Who leads whom, what lies below what, and the runs that were settled."""

    leaders: dict
    team_parents: dict
    category_parents: dict
    named_payee: str = "named"
    settled: list = field(default_factory=list)
    measured: dict = field(default_factory=dict)

    def settle(self, month, mode, rules, sales):
        """:return: list of :class:`Line` of a run over new sales, in the order of the ledger"""
        # In every thread that a test may run in.
        setcontext(Context(prec=60, rounding=ROUND_HALF_UP))
        corrections, fresh = self._tell_apart(month, sales)
        sales_by_key = {(one.rule, one.payee): [] for one in corrections}
        for sale in fresh:
            for key in self._share_out(mode, rules, sale):
                sales_by_key.setdefault(key, []).append(sale)
        lines, measured, worths = [], {}, {}
        for key, sold in sales_by_key.items():
            own = [one for one in corrections if (one.rule, one.payee) == key]
            measured[key], worths[key], found = self._measure(month, *key, sold, own)
            lines += found
        lines += self._pay(month, mode, worths)
        for key, one in measured.items():
            one.amount = sum(line.amount for line in lines if (line.rule, line.payee) == key)
        self.settled += lines
        self.measured[month] = measured
        return lines

    # === WHO === #
    def _share_out(self, mode, rules, sale):
        """:return: list of (rule, payee) of the rules that match, and win where one only does"""
        found = [
            (rule, payee)
            for rule in rules
            if self._matches(rule, sale) and (payee := self._get_payee(rule, sale))
        ]
        if mode != "first":
            return found
        first = {}
        for rule, payee in sorted(found, key=lambda pair: pair[0].number):
            level = rule.level if rule.role == "leader" else None
            first.setdefault((rule.role, level, payee), (rule, payee))
        return list(first.values())

    def _matches(self, rule, sale):
        if rule.seller and rule.seller != sale.seller:
            return False
        if rule.team and rule.team not in self._up(self.team_parents, sale.team):
            return False
        return not rule.category or rule.category in self._up(self.category_parents, sale.category)

    def _get_payee(self, rule, sale):
        if rule.role == "payee":
            return self.named_payee
        if rule.role == "channel":
            return sale.partner
        if rule.role == "salesperson":
            return sale.seller
        above = self._up(self.team_parents, sale.team)
        if rule.level > len(above):
            return None
        leader = self.leaders.get(above[rule.level - 1])
        return None if leader == sale.seller and not rule.own_sales else leader

    @staticmethod
    def _up(parents, node):
        """:return: list of a node and all above it, from the bottom"""
        path = []
        while node:
            path.append(node)
            node = parents.get(node)
        return path

    # === CORRECTIONS === #
    def _tell_apart(self, month, sales):
        """:return: list of :class:`Correction` of what was paid, and list of the sales that
        count anew"""
        corrections, fresh = [], []
        for sale in sales:
            paid = [
                line
                for line in self.settled
                if line.sale and line.sale.source == sale.source and line.sale.seller == sale.seller
            ]
            if not paid:
                fresh.append(sale)
            for rule, payee in dict.fromkeys((line.rule, line.payee) for line in paid):
                lines = [line for line in paid if (line.rule, line.payee) == (rule, payee)]
                start = _measured_from(rule, month)
                corrections.append(
                    Correction(
                        rule,
                        payee,
                        sale,
                        _at_the_rate_paid(rule, sale, lines),
                        rule.measure_period != "run" and min(line.month for line in lines) >= start,
                    )
                )
        return corrections, fresh

    # === HOW MUCH === #
    def _measure(self, month, rule, payee, sales, corrections):
        """:return: :class:`Measured` for later runs, :class:`Worth`, and the lines of the
        corrections with a true-up"""
        start = _measured_from(rule, month)
        earlier = {
            when: run[rule, payee] for when, run in self.measured.items() if (rule, payee) in run
        }
        to_date = [one for when, one in earlier.items() if when >= start]
        inside = [one for one in corrections if one.is_inside]
        outside = [one for one in corrections if not one.is_inside]
        inside_amounts = _cents([one.exact for one in inside])
        outside_amounts = _cents([one.exact for one in outside])
        lines = [
            Line(month, rule, payee, one.sale, "correction", amount)
            for one, amount in zip(inside + outside, inside_amounts + outside_amounts, strict=True)
        ]
        corrected = sum(getattr(one.sale, rule.base) for one in inside)
        before = sum(one.base for one in to_date) + corrected
        paid = sum(one.amount - one.outside_amount for one in to_date) + sum(inside_amounts)
        sold = sum(getattr(sale, rule.base) for sale in sales)
        worth = Worth(rule, before, before + sold, sales)
        room = None
        if rule.cap_year:
            room = rule.cap_year - sum(one.amount for one in earlier.values())
        true_up = ZERO
        if rule.is_trued_up:
            true_up = _round(worth.of(before)) - paid
            if room is not None:
                true_up = min(true_up, max(room, ZERO))
        if true_up:
            lines.append(Line(month, rule, payee, None, "true_up", true_up))
        rooms = [rule.cap_period or None, None if room is None else room - true_up]
        worth.room = min((one for one in rooms if one is not None), default=None)
        return Measured(sold + corrected, sum(outside_amounts)), worth, lines

    def _pay(self, month, mode, worths):
        """:return: list of lines of the sales"""
        exact = {
            (key, sale.number): amount
            for key, worth in worths.items()
            for sale, amount in worth.get_exact(self._get_paid_documents(key))
        }
        winners = self._get_best(exact, worths) if mode == "best" else None
        lines = []
        for key, worth in worths.items():
            sales = [
                sale for sale in worth.sales if winners is None or (key, sale.number) in winners
            ]
            start = worth.of(worth.before)
            amounts = [exact[key, sale.number] for sale in sales]
            ceiling = None if worth.room is None else start + worth.room
            lines += [
                Line(month, *key, sale, "earning", amount)
                for sale, amount in zip(sales, _cents(amounts, start, ceiling), strict=True)
            ]
        return lines

    @staticmethod
    def _get_best(exact, worths):
        """:return: set of (key, number of the sale): of the rules of one kind, the one that pays
        most"""
        rivals = defaultdict(list)
        for (rule, payee), number in exact:
            rivals[number, rule.role, payee].append((rule, payee))
        return {
            (max(keys, key=lambda key: (abs(exact[key, number]), -key[0].number)), number)
            for (number, _role, _payee), keys in rivals.items()
        }

    def _get_paid_documents(self, key):
        paid = defaultdict(Decimal)
        for line in self.settled:
            if (line.rule, line.payee) == key and line.sale:
                paid[line.sale.document] += line.amount
        return {document for document, amount in paid.items() if amount > 0}


@dataclass(frozen=True)
class Correction:
    """A sale that takes back what was paid, or gives it again."""

    rule: Rule
    payee: str
    sale: Sale
    exact: Decimal
    is_inside: bool


@dataclass
class Worth:
    """What totals of a payee's sales under a rule are worth.

    :param before: what was sold before
    :param position: what tiers and threshold look at
    """

    rule: Rule
    before: Decimal
    position: Decimal
    sales: list
    room: Decimal | None = None

    @property
    def is_reached(self):
        return not self.rule.threshold or self.position >= self.rule.threshold

    def of(self, total):
        """:return: Decimal, exact"""
        rule = self.rule
        if not self.is_reached or rule.rate_type == "document":
            return ZERO
        if rule.rate_type == "percent":
            return total * rule.rate / 100
        if rule.rate_type == "unit":
            return total * rule.unit_amount
        if rule.rate_type == "period":
            if self.position <= 0:
                return ZERO
            return total * (rule.unit_amount / self.position).quantize(PRICE)
        if rule.rate_type == "retroactive":
            return total * self._get_rate(self.position) / 100
        return self._fill_tiers(total)

    def _get_rate(self, total):
        reached = [rate for start, rate in self.rule.tiers if start <= total]
        return reached[-1] if reached else self.rule.tiers[0][1]

    def _fill_tiers(self, total):
        """Pour the total into the tiers, the lowest first; what is negative is the lowest's."""
        amount = ZERO
        ends = [start for start, _rate in self.rule.tiers[1:]] + [None]
        for (start, rate), end in zip(self.rule.tiers, ends, strict=True):
            if total > start or start == 0:
                top = total if end is None else min(total, end)
                amount += (top - start) * rate / 100
        return amount

    def get_exact(self, paid_documents):
        """:return: list of (sale, exact amount)"""
        rule = self.rule
        if rule.rate_type == "document":
            exact = self._share_documents(paid_documents)
        else:
            values = [getattr(sale, rule.base) for sale in self.sales]
            totals = list(accumulate(values, initial=self.before))
            exact = [self.of(after) - self.of(before) for before, after in pairwise(totals)]
        if rule.cap_line:
            exact = [max(min(amount, rule.cap_line), -rule.cap_line) for amount in exact]
        return list(zip(self.sales, exact, strict=True))

    def _share_documents(self, paid_documents):
        """An amount per document, shared out to its lines as far as they are sold."""
        values = [getattr(sale, self.rule.base) for sale in self.sales]
        totals, done, exact = defaultdict(Decimal), defaultdict(Decimal), []
        for sale, value in zip(self.sales, values, strict=True):
            totals[sale.document] += value
        for sale, value in zip(self.sales, values, strict=True):
            total, before = totals[sale.document], done[sale.document]
            done[sale.document] = before + value
            if not self.is_reached or total <= 0 or sale.document in paid_documents:
                exact.append(ZERO)
                continue
            exact.append(
                self.rule.unit_amount * (before + value) / total
                - self.rule.unit_amount * before / total
            )
        return exact


def _measured_from(rule, month):
    """:return: the first month that counts for the rule in a run of that month"""
    if rule.measure_period == "year":
        return 1
    if rule.measure_period == "quarter":
        return (month - 1) // 3 * 3 + 1
    return month


def _at_the_rate_paid(rule, sale, lines):
    """:return: exact amount of a correction, by the lines of the sale that it corrects"""
    values = [getattr(line.sale, rule.base) for line in lines]
    total = sum(map(abs, values))
    paid = sum(
        line.amount if value > 0 else -line.amount if value < 0 else ZERO
        for line, value in zip(lines, values, strict=True)
    )
    return getattr(sale, rule.base) * paid / total if total else ZERO


def _round(amount):
    return amount.quantize(CENT, ROUND_HALF_UP)


def _cents(amounts, start=ZERO, ceiling=None):
    """:return: list of cents, each the difference that it makes to the rounded, capped sum"""
    sums = [
        _round(total if ceiling is None else min(total, ceiling))
        for total in accumulate(amounts, initial=start)
    ]
    return [after - before for before, after in pairwise(sums)]
