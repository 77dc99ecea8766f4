"""By what the conflict check finds a customer, and how much of one it shows.

Builds on :mod:`.identity`; a key is ``(kind, text)`` here as there. Besides, a mail address has
a key of its own, and phone numbers are compared by their last digits, so that a number whose
country nobody wrote down is found too.
"""

from .identity import KINDS, LAST_DIGITS, identity_keys, name_key, phone_key, storable

CONFLICT_KINDS = (*KINDS, "email")
# As much of what somebody types into the box as is looked at.
MAX_SEARCH = 1000
MASK = "***"


def record_keys(names=(), tax_id=None, phones=(), addresses=(), country=None, calling_code=None):
    """:return: sorted list of the keys by which a record is found"""
    others = identity_keys(
        tax_id=tax_id,
        phones=phones,
        addresses=addresses,
        country=country,
        calling_code=calling_code,
    )
    keys = {(kind, key[-LAST_DIGITS:] if kind == "phone" else key) for kind, key in others}
    keys |= {("name", name_key(name)) for name in names}
    keys |= {("email", email_key(address)) for address in addresses}
    return storable(keys)


def search_keys(text, country=None, calling_code=None):
    """:return: sorted list of the keys of whatever a text may be, at the first glance"""
    text = (text or "")[:MAX_SEARCH].strip()
    is_number = not any(map(str.isalpha, text))
    phones = (text,) if is_number else ()
    keys = set(
        record_keys(
            names=(text,),
            tax_id=text,
            phones=phones,
            addresses=(text,),
            country=country,
            calling_code=calling_code,
        )
    )
    # Deal registrations hold whole numbers.
    keys |= {("phone", phone_key(phone, country, calling_code)) for phone in phones}
    if "@" in text:
        keys = {(kind, key) for kind, key in keys if kind in ("email", "domain")}
    return storable(keys)


def email_key(address):
    """:return: a mail address in lower case; None for what is none, as a website is"""
    local, _at, domain = (address or "").strip().rpartition("@")
    return f"{local}@{domain}".lower() if local and "." in domain else None


def mask(name):
    """:return: as much of a name as shows that it is one"""
    return f"{(name or '')[:1]}{MASK}"
