"""Addresses of channels, written in one way each and made of harmless letters only: none can be taken for part of a URL."""

import re
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

from core.text import phone_number

# What mail providers hand out, and no more: RFC 5321 would allow quotes, slashes and percent signs, which gateways
# read in ways of their own.
_LOCAL: Final = r"[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)*(?:\+[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)*)?"
_DOMAIN: Final = r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+(?:[a-z]{2,63}|xn--[a-z0-9-]{2,59})"
_EMAIL: Final = re.compile(rf"({_LOCAL})@({_DOMAIN})", re.ASCII)
_SMS: Final = re.compile(r"\+[1-9][0-9]{6,14}", re.ASCII)
_NTFY: Final = re.compile(r"[A-Za-z0-9_-]{1,64}", re.ASCII)


def sms(text: str) -> str:
    """A phone number in E.164: a plus, the country, the number. Raises ValueError for anything else."""
    try:
        number = phone_number(text.strip())
    except ValueError:
        number = ""
    if not _SMS.fullmatch(number):
        raise ValueError("must be a phone number with its country, such as +1 555 010 0199")
    return number


def email(text: str) -> str:
    """An e-mail address with its domain in small letters. Raises ValueError for anything else."""
    local, at, domain = text.strip().rpartition("@")
    address = f"{local}{at}{domain.lower()}"
    if len(address) > 254 or len(local) > 64 or not _EMAIL.fullmatch(address):
        raise ValueError("must be an e-mail address, such as name@example.org")
    return address


def ntfy(text: str) -> str:
    """An ntfy topic; the server it is on is the operator's choice. Raises ValueError for anything else."""
    topic = text.strip()
    if not _NTFY.fullmatch(topic):
        raise ValueError("must be the name of an ntfy topic (letters, digits, _ and -, at most 64), not its address")
    return topic


WAYS: Final[Mapping[str, Callable[[str], str]]] = MappingProxyType({"sms": sms, "email": email, "ntfy": ntfy})
"""By kind of channel: what makes an address of what was typed in."""
