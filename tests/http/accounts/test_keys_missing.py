"""A wrong or missing master key: presses, answers and inboxes go on, content is withheld, nothing is overwritten."""

import pytest

from core.encryption import Keyring
from tests.world.process import Process
from tests.world.world import World, fresh_keyring


def wrong_key() -> Keyring:
    """A key file of another installation, as `cli` opens it."""
    found = fresh_keyring()
    found.trusted = False
    return found


@pytest.fixture(params=["missing", "wrong"])
def lost(request: pytest.FixtureRequest) -> Keyring:
    return Keyring(None, {}) if request.param == "missing" else wrong_key()


async def test_the_whole_line_goes_on_without_a_word_of_content(world: World, lost: Keyring) -> None:
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
    assert await maya.messages() == [], "an answer is never refused; its words cannot be kept and are not said to be"
    problem = await sponsor.post(f"/v1/reach-outs/{seen['id']}/messages", {"text": "Here"}, expect=503)
    assert problem["type"] == "/problems/keys-unavailable"
    await maya.does("together")
    await maya.close()
    assert (await maya.get("/v1/me"))["display_name"] is None
    made = await maya.press(note="During")
    assert (made["state"], made["note"]) == ("waiting", None)
    assert (await maya.press(key="k", expect=200))["id"] == made["id"]
    assert (await maya.press(key="k", expect=200))["id"] == made["id"]
    assert (await sponsor.kinds()).count("reach_out") == 2


async def test_what_needs_the_key_says_so_and_changes_nothing(world: World, lost: Keyring) -> None:
    maya, _ = await world.circle("sponsor")
    maya.process = await world.another_process(lost)
    said = {"sign_in_name": "other", "passphrase": "long enough", "display_name": "Other"}
    for method, path, body in (
        ("POST", "/v1/people", said),
        ("POST", "/v1/sessions", {"sign_in_name": maya.sign_in_name, "passphrase": maya.passphrase}),
        ("POST", "/v1/devices", {"kind": "fcm", "token": "t"}),
        ("PATCH", "/v1/me", {"display_name": "Other"}),
        ("PATCH", "/v1/me", {"contact": "+1 555 0100"}),
    ):
        problem = await maya.ask(method, path, body, expect=503)
        assert problem["type"] == "/problems/keys-unavailable", path
    maya.process = world.here
    assert (await maya.get("/v1/me"))["display_name"] == "Maya"


async def test_with_the_key_back_everything_written_before_can_be_read_again(world: World, lost: Keyring) -> None:
    maya, sponsor = await world.circle("sponsor")
    await maya.press(note="Before")
    broken = await world.another_process(lost)
    sponsor.process = broken
    await sponsor.answer("here")
    sponsor.process = world.here
    assert (await sponsor.reach_out())["note"] == "Before"


async def test_a_rotated_key_opens_what_the_old_one_wrapped(world: World) -> None:
    maya, sponsor = await world.circle("sponsor")
    await maya.press(note="Before")
    rotated = Keyring(world.keyring._index, {"second": b"2" * 32})
    rotated._masters |= world.keyring._masters
    sponsor.process = await world.another_process(rotated)
    assert (await sponsor.reach_out())["note"] == "Before"
    assert (await sponsor.again()).id == sponsor.id
