"""By what a company is recognised, however it is written: tax ID, phone, mail domain, name.

Two spellings of the same thing have the same key. A key is ``(kind, text)``; what is too short
or too common to tell companies apart, such as a free mail provider, has none.
"""

import re
import unicodedata

try:
    import phonenumbers
except ImportError:
    phonenumbers = None

KINDS = ("tax_id", "phone", "domain", "name")

# Longest first: a name ends in one of them as a whole.
CHINESE_SUFFIXES = (
    "股份有限公司",
    "有限责任公司",
    "有限合伙企业",
    "普通合伙企业",
    "股份公司",
    "有限公司",
    "合伙企业",
    "有限合伙",
    "普通合伙",
    "株式会社",
    "주식회사",
    "公司",
)
CHINESE_PREFIXES = ("株式会社", "주식회사")
LATIN_SUFFIXES = frozenset(
    "ab ag aps as asa bhd bv co company corp corporation cv eurl gmbh inc incorporated kft kg kk "
    "limited llc llp lp ltd ltda mbh nv oao ohg ooo oy oyj plc pte pty pvt sa sarl sas sdn se sl "
    "spa srl zoo".split()
)
FREE_MAIL_DOMAINS = frozenset(
    "126.com 139.com 163.com 188.com 189.cn 21cn.com aliyun.com aol.com foxmail.com free.fr "
    "gmail.com gmx.com gmx.de gmx.net googlemail.com hotmail.com icloud.com laposte.net live.cn "
    "live.com mac.com mail.com mail.ru me.com msn.com naver.com orange.fr outlook.com "
    "proton.me protonmail.com qq.com rocketmail.com sina.cn sina.com sina.com.cn sohu.com "
    "t-online.de tom.com vip.163.com vip.qq.com vip.sina.com wanadoo.fr web.de wo.cn "
    "yahoo.co.jp yahoo.co.uk yahoo.com yahoo.com.cn yandex.ru yeah.net ymail.com zoho.com".split()
)
# An index holds no texts of any length; who differs only behind this is the same.
MAX_KEY = 100
MIN_TAX_ID = 5
MIN_PHONE = 6
MIN_NAME = 2
# Digits of a phone number that are compared where the country is not known.
LAST_DIGITS = 10
# A national number, without the calling code in front of it, has at least so many digits.
NATIONAL_DIGITS = 9

_EXTENSION = re.compile(r"(?:ext|x|#|转|轉|分机|;|,).*", re.IGNORECASE | re.DOTALL)
_ABBREVIATION = re.compile(r"\.(?=\w\b)|(?<=\b\w)\.")


def identity_keys(name=None, tax_id=None, phones=(), addresses=(), country=None, calling_code=None):
    """Collect all keys of one company.

    :param phones: numbers as they were typed
    :param addresses: e-mail addresses and websites
    :param str country: ISO code of the country that national numbers belong to
    :param calling_code: calling code of that country, such as 86
    :return: sorted list of (kind, key)
    """
    keys = {("tax_id", tax_key(tax_id)), ("name", name_key(name))}
    keys |= {("phone", phone_key(phone, country, calling_code)) for phone in phones}
    keys |= {("domain", domain_key(address)) for address in addresses}
    return storable(keys)


def storable(keys):
    """:return: sorted list of the keys that there are, as long as an index holds them"""
    return sorted((kind, key[:MAX_KEY]) for kind, key in keys if key)


def tax_key(tax_id):
    """:return: letters and digits of a tax ID; None for what is none, as "n/a" is"""
    key = "".join(filter(str.isalnum, _half_width(tax_id))).upper()
    has_digit = any(map(str.isdigit, key))
    return key if len(key) >= MIN_TAX_ID and has_digit else None


def phone_key(phone, country=None, calling_code=None):
    """:return: digits of a number with its calling code, or its last digits without a country"""
    text = _EXTENSION.sub("", _half_width(phone).strip())
    if key := _parse_phone(text, country):
        return key
    digits = "".join(filter(str.isdecimal, text))
    if len(digits) < MIN_PHONE:
        return None
    if text.lstrip("(").startswith("+"):
        return digits
    if digits.startswith("00"):
        return digits[2:]
    code = str(calling_code or "")
    if not code:
        return digits[-LAST_DIGITS:]
    if digits.startswith(code) and len(digits) - len(code) >= NATIONAL_DIGITS:
        return digits
    return code + digits.removeprefix("0")


def domain_key(address):
    """:return: domain of an e-mail address or website; None for one that many companies share"""
    text = _half_width(address).strip().casefold().rstrip(">/. ")
    text = text.rpartition("@")[2].partition("://")[2] or text.rpartition("@")[2]
    host = re.split(r"[/:?#\s]", text)[0].removeprefix("www.")
    is_domain = "." in host.strip(".")
    return host if is_domain and host not in FREE_MAIL_DOMAINS else None


def name_key(name):
    """:return: a company's name without case, spaces, punctuation and form of company"""
    text = _ABBREVIATION.sub("", _half_width(name).casefold())
    words = re.findall(r"[^\W_]+", text)
    while len(words) > 1 and words[-1] in LATIN_SUFFIXES:
        words.pop()
    key = "".join(words)
    if key not in CHINESE_SUFFIXES:
        suffix = next(filter(key.endswith, CHINESE_SUFFIXES), "")
        prefix = next(filter(key.startswith, CHINESE_PREFIXES), "")
        key = key.removesuffix(suffix).removeprefix(prefix)
    return key if len(key) >= MIN_NAME else None


def _half_width(text):
    return unicodedata.normalize("NFKC", text or "")


def _parse_phone(text, country):
    """:return: what the phonenumbers library makes of a number, where it is installed"""
    if not phonenumbers or not text:
        return None
    try:
        number = phonenumbers.parse(text, country)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_possible_number(number):
        return None
    e164 = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    return e164.removeprefix("+")
