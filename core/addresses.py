"""Addresses of channels, written in one way each and made of harmless letters only: none can be taken for part of a URL."""

import re
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

from email_validator import EmailNotValidError, validate_email

from core.phone_numbers import dialable

# Narrower than RFC 5321: gateways read percent signs, slashes, quotation marks and the signs of a query in ways of their own.
_LOCAL_PART: Final = re.compile(r"[A-Za-z0-9_][A-Za-z0-9.'_+~=-]*", re.ASCII)
_E164_NUMBER: Final = re.compile(r"\+[1-9][0-9]{7,14}", re.ASCII)
# Zero-width spaces, direction marks, byte order marks; never a line break, which is refused.
_INVISIBLE_IN_ADDRESSES: Final = re.compile("[\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]")
MAX_LOCAL_PART: Final = 64
"""What mail servers must take before the @ (RFC 5321, 4.5.3.1)."""
EMAIL_ADVICE: Final = "must be one e-mail address in plain letters, such as name@example.org"
_NTFY_TOPIC: Final = re.compile(r"[A-Za-z0-9_-]{1,64}", re.ASCII)


def sms(text: str, region: str | None = None) -> str:
    """Return a phone number in E.164; one without its country is one of `region`. Raises ValueError, which says what to do."""
    number = dialable(text, region, whole=True)
    if not _E164_NUMBER.fullmatch(number):
        raise ValueError("must be a phone number with its country, such as +1 555 010 0199")
    return number


def email(text: str) -> str:
    """Return an e-mail address as mail servers take it: its domain in small ASCII letters. Raises ValueError for anything else."""
    try:
        parsed = validate_email(_without_invisible(text), check_deliverability=False, allow_smtputf8=False)
    except EmailNotValidError:
        # Its own sentences quote what was typed.
        raise ValueError(EMAIL_ADVICE) from None
    local = parsed.ascii_local_part or ""
    if len(local) > MAX_LOCAL_PART or not _LOCAL_PART.fullmatch(local):
        raise ValueError(EMAIL_ADVICE)
    return f"{local}@{parsed.ascii_domain}"


def _without_invisible(text: str) -> str:
    """Without the blanks around it and what a copy from another program brings along."""
    return _INVISIBLE_IN_ADDRESSES.sub("", text).strip()


def ntfy(text: str) -> str:
    """Return an ntfy topic; the server it is on is the operator's choice. Raises ValueError for anything else."""
    topic = text.strip()
    if not _NTFY_TOPIC.fullmatch(topic):
        raise ValueError("must be the name of an ntfy topic (letters, digits, _ and -, at most 64), not its address")
    return topic


NORMALIZERS: Final[Mapping[str, Callable[[str], str]]] = MappingProxyType({"sms": sms, "email": email, "ntfy": ntfy})
"""By kind of channel: what makes an address of what was typed in."""
