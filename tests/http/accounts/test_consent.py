"""The consent that a person gave: which version of the privacy page, when, and shown to them."""

import re
from pathlib import Path

import pytest

from rules.accounts import consent
from rules.accounts.consent import CONSENT_VERSION
from tests.world.person import PASSPHRASE, Person
from tests.world.world import World

ROOT = Path(__file__).parents[3]
SIGN_UP = {"sign_in_name": "maya", "passphrase": PASSPHRASE, "display_name": "Maya"}


async def test_it_is_stored_with_the_account_and_shown(world: World) -> None:
    assert (await world.here.http.get("/v1/config")).json()["consent_version"] == CONSENT_VERSION
    reply = await world.here.http.post("/v1/people", json=SIGN_UP | {"consent": CONSENT_VERSION})
    maya = Person(world, world.here, "Maya", "maya", reply.json())
    given = (await maya.get("/v1/me"))["consent"]
    assert given["version"] == CONSENT_VERSION
    await world.forward(3600)
    assert (await maya.put("/v1/me/consent", {"version": CONSENT_VERSION}, expect=200))["consent"] == given, (
        "the first time counts"
    )
    await maya.proves()
    exported = (await maya.get("/v1/me/export"))["person"]
    assert exported["consent_version"] == CONSENT_VERSION


async def test_an_account_without_it_may_give_it_later(world: World) -> None:
    maya = await world.person("Maya")
    assert (await maya.get("/v1/me"))["consent"] is None
    refused = await maya.put("/v1/me/consent", {"version": "1999-01-01"}, expect=422)
    assert refused["type"] == "/problems/consent-unknown"
    assert (await maya.get("/v1/me"))["consent"] is None
    assert (await maya.put("/v1/me/consent", {"version": CONSENT_VERSION}, expect=200))["consent"]


async def test_an_app_of_an_earlier_version_stores_what_it_has_shown(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(consent, "CONSENT_VERSIONS", ("2026-01-01", CONSENT_VERSION))
    reply = await world.here.http.post("/v1/people", json=SIGN_UP | {"consent": "2026-01-01"})
    maya = Person(world, world.here, "Maya", "maya", reply.json())
    assert (await maya.get("/v1/me"))["consent"]["version"] == "2026-01-01"
    unknown = await world.here.http.post("/v1/people", json=SIGN_UP | {"sign_in_name": "ana", "consent": "2020-01-01"})
    assert unknown.json()["type"] == "/problems/consent-unknown"
    assert await world.count("people") == 1


def test_page_server_and_app_name_the_same_version() -> None:
    page = (ROOT / "PRIVACY.md").read_text(encoding="utf-8")
    app = (ROOT / "phone" / "src" / "domain" / "consent.ts").read_text(encoding="utf-8")
    assert re.findall(r"^Version (\S+)\.", page, re.MULTILINE) == [CONSENT_VERSION]
    assert re.findall(r"CONSENT = '(\S+)'", app) == [CONSENT_VERSION]
