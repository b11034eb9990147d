"""What deploy/ says, held against what the program knows: its commands, its settings, its ports."""

import ipaddress
import re
from pathlib import Path
from typing import Any

import pytest
import yaml  # type: ignore[import-untyped]  # it ships no types

from cli.main import _parser
from core.settings import Settings

DEPLOY = Path(__file__).parents[2] / "deploy"
OURS = ("server-1", "server-2", "worker-1", "worker-2", "migrate")
NOT_OURS = {"PORCHLIGHT_DOMAIN"}


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load((DEPLOY / "compose.yaml").read_text())
    return loaded


def test_every_command_is_one_that_the_program_takes(compose: dict[str, Any]) -> None:
    asked = {name: _parser().parse_args(compose["services"][name]["command"]) for name in OURS}
    assert [asked[name].command for name in OURS] == ["serve", "serve", "work", "work", "migrate"]
    assert asked["server-1"].worker is False
    assert asked["server-1"].host == "0.0.0.0"


def test_every_setting_exists(compose: dict[str, Any]) -> None:
    named = set(compose["services"]["server-1"]["environment"])
    named |= set(
        re.findall(r"PORCHLIGHT_[A-Z_]+", (DEPLOY / ".env.example").read_text() + (DEPLOY / "README.md").read_text())
    )
    known = {f"PORCHLIGHT_{name.upper()}" for name in Settings.model_fields}
    assert named - known - NOT_OURS == set()


def test_the_example_of_the_settings_lists_all_of_them() -> None:
    listed = re.findall(r"^#(PORCHLIGHT_[A-Z_]+)=", (DEPLOY.parent / ".env.example").read_text(), re.MULTILINE)
    assert sorted(listed) == sorted(f"PORCHLIGHT_{name.upper()}" for name in Settings.model_fields)


def test_nothing_of_ours_may_write_but_where_the_keys_are(compose: dict[str, Any]) -> None:
    for name in (*OURS, "database", "caddy"):
        assert compose["services"][name]["read_only"] is True, name
    assert all(compose["services"][name]["volumes"] == ["keys:/data"] for name in OURS)


def test_the_network_of_the_proxy_is_the_one_that_is_trusted(compose: dict[str, Any]) -> None:
    trusted = Settings(
        _env_file=None, trusted_proxies=compose["services"]["server-1"]["environment"]["PORCHLIGHT_TRUSTED_PROXIES"]
    ).trusted_proxies
    subnet = compose["networks"]["front"]["ipam"]["config"][0]["subnet"]
    assert subnet in trusted
    assert ipaddress.ip_network(subnet).is_private
    members = [name for name, service in compose["services"].items() if "front" in service["networks"]]
    assert members == ["server-1", "server-2", "caddy"]


def test_the_proxy_asks_the_servers_that_there_are(compose: dict[str, Any]) -> None:
    asked = re.search(r"reverse_proxy ([^{]+)\{", (DEPLOY / "Caddyfile").read_text())
    assert asked is not None
    servers = [name for name in compose["services"] if name.startswith("server")]
    assert asked[1].split() == [f"{name}:8000" for name in servers]
