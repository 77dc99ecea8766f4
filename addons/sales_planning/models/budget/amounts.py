from decimal import ROUND_HALF_UP, Decimal

from odoo.exceptions import ValidationError
from odoo.tools.misc import formatLang


def get_unit(currency):
    """:return: Decimal of the smallest step of an amount in the currency"""
    return Decimal(str(currency.rounding))


def round_to(amount, currency):
    """:return: Decimal rounded to the currency, halves up; ``SalesBudgetLine._derive`` says the
    same in SQL
    """
    unit = get_unit(currency)
    return (amount / unit).quantize(Decimal(1), rounding=ROUND_HALF_UP) * unit


def check_amount(record, given, currency):
    """Refuse an amount that is negative, or finer than the currency, as it was given: a Monetary
    field would round it without a word.

    :param given: what somebody typed or sent; None or False for no number
    :raises ValidationError: it cannot be an amount
    """
    number = record.env["sales.target.numbers"]._to_decimal(given)
    if number is None:
        return
    if number < 0:
        raise ValidationError(
            record.env._(
                "%(record)s: %(amount)s is negative. Enter 0 or a positive amount.",
                record=record.display_name,
                amount=formatLang(record.env, float(number)),
            )
        )
    if number % get_unit(currency):
        raise ValidationError(
            record.env._(
                "%(record)s: %(amount)s has more decimals than %(currency)s allows. "
                "Round it to %(unit)s.",
                record=record.display_name,
                amount=number,
                currency=currency.name,
                unit=get_unit(currency),
            )
        )
