"""The files in deploy/ agree with the program's commands, settings and ports."""

import ipaddress
import re
from pathlib import Path
from typing import Any

import pytest
import yaml  # type: ignore[import-untyped]  # it ships no types

from cli.main import _parser
from core.settings import Settings

DEPLOY = Path(__file__).parents[2] / "deploy"
OWN_SERVICES = ("server-1", "server-2", "worker-1", "worker-2", "migrate")
COMPOSE_ONLY_SETTINGS = {"PORCHLIGHT_DOMAIN"}


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load((DEPLOY / "compose.yaml").read_text())
    return loaded


def test_every_command_is_accepted_by_the_program(compose: dict[str, Any]) -> None:
    commands = {name: _parser().parse_args(compose["services"][name]["command"]) for name in OWN_SERVICES}
    assert [commands[name].command for name in OWN_SERVICES] == ["serve", "serve", "work", "work", "migrate"]
    assert commands["server-1"].worker is False
    assert commands["server-1"].host == "0.0.0.0"


def test_every_setting_exists(compose: dict[str, Any]) -> None:
    named = set(compose["services"]["server-1"]["environment"])
    named |= set(
        re.findall(r"PORCHLIGHT_[A-Z_]+", (DEPLOY / ".env.example").read_text() + (DEPLOY / "README.md").read_text())
    )
    known = {f"PORCHLIGHT_{name.upper()}" for name in Settings.model_fields}
    assert named - known - COMPOSE_ONLY_SETTINGS == set()


def test_the_example_env_file_lists_every_setting() -> None:
    listed = re.findall(r"^#(PORCHLIGHT_[A-Z_]+)=", (DEPLOY.parent / ".env.example").read_text(), re.MULTILINE)
    assert sorted(listed) == sorted(f"PORCHLIGHT_{name.upper()}" for name in Settings.model_fields)


def test_containers_are_read_only_except_for_the_keys(compose: dict[str, Any]) -> None:
    for name in (*OWN_SERVICES, "database", "caddy"):
        assert compose["services"][name]["read_only"] is True, name
    assert all(compose["services"][name]["volumes"] == ["keys:/data"] for name in OWN_SERVICES)


def test_only_the_proxys_network_is_trusted(compose: dict[str, Any]) -> None:
    trusted = Settings(
        _env_file=None, trusted_proxies=compose["services"]["server-1"]["environment"]["PORCHLIGHT_TRUSTED_PROXIES"]
    ).trusted_proxies
    subnet = compose["networks"]["front"]["ipam"]["config"][0]["subnet"]
    assert subnet in trusted
    assert ipaddress.ip_network(subnet).is_private
    members = [name for name, service in compose["services"].items() if "front" in service["networks"]]
    assert members == ["server-1", "server-2", "caddy"]


def test_the_proxy_forwards_to_every_server(compose: dict[str, Any]) -> None:
    upstreams = re.search(r"reverse_proxy ([^{]+)\{", (DEPLOY / "Caddyfile").read_text())
    assert upstreams is not None
    servers = [name for name in compose["services"] if name.startswith("server")]
    assert upstreams[1].split() == [f"{name}:8000" for name in servers]


def test_pages_are_led_to_https_and_an_app_without_encryption_is_refused() -> None:
    sites = re.split(r"^(?=\S.*\{$)", (DEPLOY / "Caddyfile").read_text(), flags=re.MULTILINE)
    [plain] = [site for site in sites if site.startswith("http://")]
    assert re.search(r"handle /v1/\* \{\s+respond .* 403\s+\}", plain)
    assert re.search(r"handle \{\s+redir https://\{host\}\{uri\} permanent\s+\}", plain)
    assert "reverse_proxy" not in plain


def test_no_password_has_a_default(compose: dict[str, Any]) -> None:
    database = compose["services"]["database"]["environment"]
    assert database["POSTGRES_PASSWORD"].startswith("${POSTGRES_PASSWORD:?"), "without one nothing starts"
    assert "${POSTGRES_PASSWORD:?" in compose["services"]["server-1"]["environment"]["PORCHLIGHT_DATABASE_URL"]
    example = (DEPLOY / ".env.example").read_text()
    assert re.findall(r"^POSTGRES_PASSWORD=(.*)$", example, re.MULTILINE) == [""]
