"""The contact in VAPID signatures: the operator's setting, else the public URL if it is reachable."""

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from pydantic import ValidationError

from core.settings import Settings
from notifications.transports.vapid import VapidKeys

KEYS = VapidKeys.from_private(ec.generate_private_key(ec.SECP256R1()))


def contact(public_url: str = "http://localhost:8000", setting: str | None = None) -> str | None:
    """Return the subject used for signing; raise if the library cannot sign with it."""
    subject = Settings(_env_file=None, public_url=public_url, contact=setting).push_contact
    if subject is not None:
        KEYS.authorization("https://push.example", subject, 1)
    return subject


@pytest.mark.parametrize(
    ("setting", "subject"),
    [
        ("porch@example.org", "mailto:porch@example.org"),
        ("mailto:porch@example.org", "mailto:porch@example.org"),
        ("MAILTO: porch+push@mail.example.org ", "mailto:porch+push@mail.example.org"),
        ("o'brien@example.org", "mailto:o'brien@example.org"),
        ("https://porch.example/about", "https://porch.example"),
        ("https://porch.example:8443", "https://porch.example"),
    ],
)
def test_a_configured_contact_is_the_vapid_subject(setting: str, subject: str) -> None:
    assert contact(setting=setting) == contact("https://another.example", setting) == subject


@pytest.mark.parametrize(
    "setting",
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
def test_a_contact_that_apple_refuses_is_refused_at_the_start(setting: str) -> None:
    with pytest.raises(ValidationError, match=r"CONTACT is an e-mail address such as porch@example\.org"):
        contact(setting=setting)


@pytest.mark.parametrize(
    ("public_url", "subject"),
    [
        ("https://porch.example", "https://porch.example"),
        ("https://porch.example/", "https://porch.example"),
        # The signing library accepts no port; with one, the server did not start.
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
def test_without_a_contact_a_reachable_public_url_is_the_subject(public_url: str, subject: str | None) -> None:
    assert contact(public_url) == subject


def test_a_blank_contact_is_no_contact() -> None:
    assert contact(setting="  ") is None
