"""Settings for operators: a mistake gives a message that quotes no secret."""

from typing import Any

import pytest
from pydantic import ValidationError

from core.settings import Settings


def settings(**values: Any) -> Settings:
    """Return settings read from text, as the environment gives them."""
    return Settings(_env_file=None, **values)


@pytest.mark.parametrize(
    ("value", "kept"),
    [
        ("127.0.0.1, ::1", ("127.0.0.1", "::1")),
        ("172.30.5.0/24,fd00::/8", ("172.30.5.0/24", "fd00::/8")),
        ("", ()),
    ],
)
def test_trusted_proxies_are_read_from_text(value: str, kept: tuple[str, ...]) -> None:
    assert settings(trusted_proxies=value).trusted_proxies == kept


@pytest.mark.parametrize("value", ["*", "caddy", "172.30.5.1/24", "10.0.0.0/40"])
def test_trusted_proxies_must_be_addresses_or_networks(value: str) -> None:
    with pytest.raises(ValidationError, match="addresses or networks"):
        settings(trusted_proxies=value)


@pytest.mark.parametrize("value", ["ping.example/secret", "ftp://ping.example/secret", "https:///secret"])
def test_a_malformed_heartbeat_url_is_refused_without_quoting_it(value: str) -> None:
    with pytest.raises(ValidationError, match="whole address") as caught:
        settings(heartbeat_url=value)
    assert "secret" not in caught.value.errors()[0]["msg"]


def test_an_empty_heartbeat_url_is_none() -> None:
    assert settings(heartbeat_url="").heartbeat_url is None


@pytest.mark.parametrize("value", ["code.example/porchlight", "javascript:alert(1)", "ftp://code.example", "https://"])
def test_an_address_of_the_source_code_that_is_none(value: str) -> None:
    with pytest.raises(ValidationError):
        settings(source_url=value)


@pytest.mark.parametrize(
    ("value", "address"),
    [
        (" https://code.example/porchlight ", "https://code.example/porchlight"),
        ("http://git.lan", "http://git.lan"),
        ("  ", None),
    ],
)
def test_an_address_of_the_source_code(value: str, address: str | None) -> None:
    assert settings(source_url=value).source_url == address


@pytest.mark.parametrize(
    "value", ["org.example.porch", "org.example.porch:AB:CD", "porch:" + "AB" * 32, "org.example.porch:" + "XY" * 32]
)
def test_an_android_app_needs_a_package_and_a_whole_fingerprint(value: str) -> None:
    with pytest.raises(ValidationError, match="package and SHA-256"):
        settings(android_apps=value)


@pytest.mark.parametrize("value", ["org.example.porch", "ABCDE12345", "abcde12345.org.example.porch"])
def test_an_ios_app_needs_its_team(value: str) -> None:
    with pytest.raises(ValidationError, match="team and bundle"):
        settings(ios_apps=value)


def test_apps_that_are_not_set_are_none() -> None:
    assert (settings(android_apps="").android_apps, settings(ios_apps=" , ").ios_apps) == ((), ())


@pytest.mark.parametrize(
    ("value", "origin"),
    [
        ("https://porch.example/", "https://porch.example"),
        (" HTTPS://Porch.Example ", "https://porch.example"),
        ("https://porch.example:443", "https://porch.example"),
        ("https://porch.example:8443/", "https://porch.example:8443"),
        ("http://localhost:80", "http://localhost"),
        ("https://käfer.example", "https://xn--kfer-loa.example"),
        ("https://KÄFER.example", "https://xn--kfer-loa.example"),
        ("http://[::1]:8000", "http://[::1]:8000"),
    ],
)
def test_the_public_address_is_the_origin_that_browsers_send(value: str, origin: str) -> None:
    """Otherwise each of their requests would count as one from another site."""
    here = settings(public_url=value)
    assert (here.origin, here.public_url) == (origin, origin)
    assert here.secure == origin.startswith("https:")
    assert here.cookie_name.startswith("__Host-") == here.secure


@pytest.mark.parametrize(
    "value",
    [
        "https://porch.example:secret",
        "https://porch.example:99999",
        "https://[secret",
        "https://somebody:secret@porch.example",
        "https://porch.example/?secret",
        "https://porch.example/#secret",
        "https://porch.example/secret",
        "https://porch.example/secret/",
        "https://straße.example",
        "porch.example",
        "  ",
    ],
)
def test_a_public_address_that_no_browser_has_is_refused_without_quoting_it(value: str) -> None:
    with pytest.raises(ValidationError, match="PUBLIC_URL") as caught:
        settings(public_url=value)
    assert "secret" not in caught.value.errors()[0]["msg"]
