"""When does the term of a contract end, and until when can notice be given?

A period is kept by its first day and its last day, both included. Inside, an end is the first
day after it, so that months can be added without a thought to how long they are. Every later
term is counted from the first one: a term that ends on the 30th does not drift to the 28th
because it passed through a February.
"""

from datetime import timedelta

from dateutil.relativedelta import relativedelta

ONE_DAY = timedelta(days=1)


def end_of_months(date_from, months):
    """:return: the last day of a period of whole months that begins on a day"""
    return date_from + relativedelta(months=months) - ONE_DAY


def end_of_term(date_to, renewal_months, renewal_count):
    """Tell the last day of the term that a contract is in after so many renewals.

    :param date_to: last day of the first term, or None for a contract without an end
    """
    if not date_to:
        return None
    return date_to + ONE_DAY + relativedelta(months=renewal_months * renewal_count) - ONE_DAY


def notice_day(date_end, notice_months=0, notice_days=0):
    """Tell the last day on which notice ends the contract with the term.

    The days and then the months after that day have passed when the term ends. Months pass from a
    day to the same day of a later month, or to its last one: one month after the 31st of March is
    the 30th of April, and so the 31st is in time for a term that ends on that day.

    :param date_end: last day of the term, or None for a contract without an end
    """
    if not date_end:
        return None
    months = relativedelta(months=notice_months)
    last = date_end - months
    while last + ONE_DAY + months <= date_end:
        last += ONE_DAY
    return last - timedelta(days=notice_days)


def renewals_until(date_to, renewal_months, renewal_count, day):
    """Tell how often a contract has been renewed by a day.

    :return: the fewest renewals, not below those so far, whose term has not ended before it
    """
    while end_of_term(date_to, renewal_months, renewal_count) < day:
        renewal_count += 1
    return renewal_count


def renewals_at_notice(date_to, renewal_months, renewal_count, given_on, months=0, days=0):
    """Find the term that notice given on a day ends: too late for one, it ends the next.

    :return: number of renewals by then
    """
    while notice_day(end_of_term(date_to, renewal_months, renewal_count), months, days) < given_on:
        renewal_count += 1
    return renewal_count


def months_of(date_from, date_to):
    """:return: length of a period in months, a month begun counting as a whole one"""
    length = relativedelta(date_to + ONE_DAY, date_from)
    return length.years * 12 + length.months + (length.days > 0)
