"""Lone surrogates (half an emoji, from a phone that cut a text): removed from every text, the rest is kept."""

from datetime import timedelta
from typing import Any

import pytest

from tests.world.person import Person
from tests.world.world import World

# As escaped in JSON; a correct client never sends it.
HALF = "Half \\ud83d"


async def send_json(person: Person, method: str, path: str, json_text: str, **more: Any) -> Any:
    body = json_text.replace("HALF", HALF).encode()
    return await person.ask(method, path, body, headers={"Content-Type": "application/json"}, **more)


async def test_a_lone_surrogate_is_removed_from_notes_answers_and_messages(world: World) -> None:
    maya, sponsor = await world.circle("sponsor")
    pressed = await send_json(maya, "POST", "/v1/reach-outs", '{"note": "HALF"}', expect=201)
    assert pressed["note"] == "Half"
    world.reach_out = pressed["id"]
    url = f"/v1/reach-outs/{pressed['id']}"
    await send_json(sponsor, "POST", f"{url}/answers", '{"kind": "here", "text": "HALF"}', expect=201, key="one")
    await send_json(maya, "POST", f"{url}/messages", '{"text": "HALF \\ude00 and whole \\ud83d\\ude00"}', expect=201)
    assert await maya.messages() == ["Half", "Half   and whole 😀"]
    nothing = await send_json(maya, "POST", f"{url}/messages", '{"text": "\\ud83d"}', expect=422)
    assert "visible" in nothing["errors"][0]["says"]


async def test_a_lone_surrogate_is_removed_from_every_other_text(world: World) -> None:
    maya, sponsor = await world.circle("sponsor")
    named = await send_json(maya, "PATCH", "/v1/me", '{"display_name": "HALF"}')
    assert named["display_name"] == "Half"
    phone = await send_json(maya, "POST", "/v1/devices", '{"kind": "fcm", "token": "t", "label": "HALF"}')
    assert phone["label"] == "Half"
    invited = await send_json(maya, "POST", "/v1/invitations", '{"role": "friend", "label": "HALF"}', expect=201)
    [listed] = [row for row in (await maya.get("/v1/invitations"))["items"] if row["id"] == invited["id"]]
    assert listed["label"] == "Half"
    checked = await send_json(maya, "POST", "/v1/check-ins", '{"note": "HALF"}', expect=201)
    assert checked["note"] == "Half"
    thought = await send_json(maya, "POST", "/v1/reach-ins", f'{{"to": "{sponsor.id}", "text": "HALF"}}', expect=201)
    assert thought["text"] == "Half"
    due = (world.now() + timedelta(hours=1)).isoformat()
    place = sponsor.places[maya.id]
    bookend = f'{{"what": "HALF", "due_at": "{due}", "companion": "{place}"}}'
    assert (await send_json(maya, "POST", "/v1/bookends", bookend, expect=201))["what"] == "Half"


@pytest.mark.parametrize(
    ("path", "json_text"), [("/v1/reach-ins", '{"to": "HALF"}'), ("/v1/invitations", '{"role": "HALF"}')]
)
async def test_a_lone_surrogate_in_an_identifier_is_refused(world: World, path: str, json_text: str) -> None:
    ben = await world.person("Ben")
    assert (await send_json(ben, "POST", path, json_text, expect=422))["type"] == "/problems/invalid"


async def test_a_sign_in_name_with_a_lone_surrogate_is_one_that_nobody_has(world: World) -> None:
    ben = await world.person("Ben")
    for path, secret in (
        ("/v1/sessions", '"passphrase": "a lamp"'),
        ("/v1/sessions/recovery", '"recovery_code": "0000", "new_passphrase": "a lamp at the gate"'),
    ):
        refused = await send_json(ben, "POST", path, f'{{"sign_in_name": "HALF", {secret}}}', expect=401)
        assert refused["type"] == "/problems/wrong-credentials"
