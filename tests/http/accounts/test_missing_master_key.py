"""A wrong or missing master key: presses, answers and inboxes go on, content is withheld, nothing is overwritten."""

import pytest

from core.encryption import Keyring
from tests.world.commitments import means_to
from tests.world.process import Process
from tests.world.world import World, fresh_keyring


def wrong_key() -> Keyring:
    """Return the keyring of another installation, as `cli` opens it."""
    keyring = fresh_keyring()
    keyring.trusted = False
    return keyring


@pytest.fixture(params=["missing", "wrong"])
def lost(request: pytest.FixtureRequest) -> Keyring:
    return Keyring(None, {}) if request.param == "missing" else wrong_key()


async def test_a_reach_out_works_without_its_content(world: World, lost: Keyring) -> None:
    maya, sponsor = await world.circle("sponsor")
    await maya.patch("/v1/me", {"contact": "+1 555 0100"})
    await maya.press(note="Before")
    broken: Process = await world.another_process(lost)
    for person in (maya, sponsor):
        person.process = broken

    seen = await sponsor.reach_out()
    assert (seen["note"], seen["contact"], seen["from"]) == (None, None, {"id": maya.id, "display_name": None})
    [notice] = await sponsor.inbox("reach_out")
    assert notice["from"] == {"id": maya.id, "display_name": None}
    await sponsor.answer("calling", text="On my way")
    assert await maya.messages() == [], "an answer is never refused; its text cannot be stored and is not shown"
    problem = await sponsor.post(f"/v1/reach-outs/{seen['id']}/messages", {"text": "Here"}, expect=503)
    assert problem["type"] == "/problems/keys-unavailable"
    await maya.does("together")
    await maya.close()
    assert (await maya.get("/v1/me"))["display_name"] is None
    pressed = await maya.press(note="During")
    assert (pressed["state"], pressed["note"]) == ("waiting", None)
    assert (await maya.press(key="k", expect=200))["id"] == pressed["id"]
    assert (await maya.press(key="k", expect=200))["id"] == pressed["id"]
    assert (await sponsor.kinds()).count("reach_out") == 2


async def test_requests_that_need_the_key_are_refused_and_change_nothing(world: World, lost: Keyring) -> None:
    maya, _ = await world.circle("sponsor")
    made = await means_to(maya)
    commitment = f"/v1/commitments/{made['id']}"
    maya.process = await world.another_process(lost)
    sign_up = {"sign_in_name": "other", "passphrase": "another lantern", "display_name": "Other"}
    for method, path, body in (
        ("POST", "/v1/people", sign_up),
        ("POST", "/v1/sessions", {"sign_in_name": maya.sign_in_name, "passphrase": maya.passphrase}),
        ("POST", "/v1/devices", {"kind": "fcm", "token": "t"}),
        ("PATCH", "/v1/me", {"display_name": "Other"}),
        ("PATCH", "/v1/me", {"contact": "+1 555 0100"}),
        ("POST", "/v1/check-ins", {"feeling": 1}),
        ("POST", "/v1/check-ins", {"feeling": 1, "note": "Work was long."}),
        ("POST", "/v1/check-ins", {"week": {"sleep": 1}}),
        ("POST", "/v1/commitments", {"text": "Walk", "days": [0], "at": "18:00"}),
        ("PATCH", commitment, {"text": "Walk"}),
        ("PUT", f"{commitment}/days/2026-03-10", {"done": True, "text": "It was good."}),
    ):
        problem = await maya.ask(method, path, body, expect=503)
        assert problem["type"] == "/problems/keys-unavailable", path
    # What needs no key goes on.
    await maya.put(f"{commitment}/days/2026-03-10", {"done": False}, expect=200)
    maya.process = world.here
    assert (await maya.get("/v1/me"))["display_name"] == "Maya"
    assert (await maya.get(commitment))["text"] == made["text"]


async def test_earlier_content_is_readable_once_the_key_is_back(world: World, lost: Keyring) -> None:
    maya, sponsor = await world.circle("sponsor")
    await maya.press(note="Before")
    broken = await world.another_process(lost)
    sponsor.process = broken
    await sponsor.answer("here")
    sponsor.process = world.here
    assert (await sponsor.reach_out())["note"] == "Before"


async def test_a_rotated_key_reads_earlier_content(world: World) -> None:
    maya, sponsor = await world.circle("sponsor")
    await maya.press(note="Before")
    rotated = Keyring(world.keyring._index, {"second": b"2" * 32})
    rotated.masters._keys |= world.keyring.masters._keys
    sponsor.process = await world.another_process(rotated)
    assert (await sponsor.reach_out())["note"] == "Before"
    assert (await sponsor.again()).id == sponsor.id
