"""Numbers as a Chinese contract writes them: capital amounts, and numerals of its clauses."""

from decimal import Decimal

CAPITALS = "零壹贰叁肆伍陆柒捌玖"
CAPITAL_UNITS = ("", "拾", "佰", "仟")
NUMERALS = "零一二三四五六七八九"
NUMERAL_UNITS = ("", "十", "百", "千")
GROUPS = ((10**8, "亿"), (10**4, "万"))
FRACTIONS = "角分厘"
LARGEST = 10**16


def numeral(number):
    """:return: a whole number as clauses are counted: 一, 十, 十一, 二十, 一百零一"""
    words = _whole(number, NUMERALS, NUMERAL_UNITS)
    return words.removeprefix("一") if 10 <= number < 20 else words


def capital_amount(amount, decimals=2):
    """Spell an amount so that no digit can be added to it: 壹仟零壹元伍角.

    :param amount: not negative, rounded to the currency
    :param int decimals: of the currency, 3 at most
    """
    cents = int((Decimal(str(amount)) * 10**decimals).to_integral_value())
    whole, part = divmod(cents, 10**decimals)
    if not part:
        return f"{_whole(whole, CAPITALS, CAPITAL_UNITS)}元整"
    words = f"{_whole(whole, CAPITALS, CAPITAL_UNITS)}元" if whole else ""
    return words + _fraction(f"{part:0{decimals}d}", bool(whole))


def _fraction(digits, after_whole):
    words, gap = "", after_whole
    for digit, unit in zip(digits, FRACTIONS, strict=False):
        if digit == "0":
            continue
        skipped = digits[: FRACTIONS.index(unit)].endswith("0")
        words += ("零" if skipped and gap else "") + CAPITALS[int(digit)] + unit
        gap = True
    return words


def _whole(number, digits, units):
    if not 0 <= number < LARGEST:
        raise ValueError(f"{number} cannot be spelt")
    for size, unit in GROUPS:
        high, low = divmod(number, size)
        if high:
            # A zero is read once, whatever number of them stands between two digits.
            zero = digits[0] if 0 < low < size // 10 else ""
            rest = _whole(low, digits, units) if low else ""
            return _whole(high, digits, units) + unit + zero + rest
    return _group(number, digits, units) or digits[0]


def _group(number, digits, units):
    words, zero = "", False
    for index in reversed(range(4)):
        digit = number // 10**index % 10
        if digit:
            words += (digits[0] if zero else "") + digits[digit] + units[index]
            zero = False
        else:
            zero = bool(words)
    return words
