"""Whom push services may write to: what an operator types, what follows from the public address, and what is of no use."""

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from pydantic import ValidationError

from core.settings import Settings
from notifications.transports.vapid import VapidKeys

KEYS = VapidKeys.of(ec.generate_private_key(ec.SECP256R1()))


def contact(public_url: str = "http://localhost:8000", said: str | None = None) -> str | None:
    """The subject as it is signed with; one that the library cannot sign with raises."""
    found = Settings(_env_file=None, public_url=public_url, contact=said).push_contact
    if found is not None:
        KEYS.authorization("https://push.example", found, 1)
    return found


@pytest.mark.parametrize(
    ("said", "subject"),
    [
        ("porch@example.org", "mailto:porch@example.org"),
        ("mailto:porch@example.org", "mailto:porch@example.org"),
        ("MAILTO: porch+push@mail.example.org ", "mailto:porch+push@mail.example.org"),
        ("o'brien@example.org", "mailto:o'brien@example.org"),
        ("https://porch.example/about", "https://porch.example"),
        ("https://porch.example:8443", "https://porch.example"),
    ],
)
def test_what_is_named_is_what_is_sent(said: str, subject: str) -> None:
    assert contact(said=said) == contact("https://another.example", said) == subject


@pytest.mark.parametrize(
    "said",
    [
        "porch",
        "porch@",
        "porch@localhost",
        "mailto:porch@house.local",
        "porch@localhost.invalid",
        "http://porch.example",
        "https://localhost",
        "https://porch.local/about",
        "https://192.168.1.2",
        "tel:+15550100",
        "a@b.example, c@d.example",
    ],
)
def test_what_apple_would_refuse_is_refused_at_the_start_in_plain_words(said: str) -> None:
    with pytest.raises(ValidationError, match=r"CONTACT is an e-mail address such as porch@example\.org"):
        contact(said=said)


@pytest.mark.parametrize(
    ("public_url", "subject"),
    [
        ("https://porch.example", "https://porch.example"),
        ("https://porch.example/", "https://porch.example"),
        # A port kept the whole server from starting: the library that signs takes none.
        ("https://porch.example:8443", "https://porch.example"),
        ("https://b\u00fccher.example", "https://xn--bcher-kva.example"),
        ("http://porch.example", None),
        ("http://localhost:8000", None),
        ("https://localhost:8443", None),
        ("https://porch.local", None),
        ("https://porch.localhost", None),
        ("https://10.0.0.1", None),
        ("https://[::1]:8443", None),
    ],
)
def test_without_one_it_is_the_public_address_where_that_leads_somewhere(public_url: str, subject: str | None) -> None:
    assert contact(public_url) == subject


def test_nothing_typed_is_nothing_named() -> None:
    assert contact(said="  ") is None
