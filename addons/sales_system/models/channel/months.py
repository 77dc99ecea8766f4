from babel.dates import format_skeleton

from odoo.tools.misc import babel_locale_parse, get_lang

# Each language orders a month in its own way: “January 2026” and “2026年1月”.
MONTH = "yMMMM"
SHORT_MONTH = "yMMM"


def format_month(env, day, skeleton=MONTH):
    """:return: how the month of a day is written in the user's language"""
    return format_skeleton(skeleton, day, locale=babel_locale_parse(get_lang(env).code))
