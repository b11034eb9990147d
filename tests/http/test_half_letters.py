"""Half an emoji, as a phone leaves it when it cuts a text in two: the half letter goes, the words are kept, everywhere."""

from datetime import timedelta
from typing import Any

import pytest

from tests.world.person import Person
from tests.world.world import World

# As JSON carries it; a client that is made with care would not even write it.
HALF = "Half \\ud83d"


async def sends(person: Person, method: str, path: str, said: str, **more: Any) -> Any:
    body = said.replace("HALF", HALF).encode()
    return await person.ask(method, path, body, headers={"Content-Type": "application/json"}, **more)


async def test_an_answer_and_a_message_lose_the_half_letter(world: World) -> None:
    maya, sponsor = await world.circle("sponsor")
    made = await sends(maya, "POST", "/v1/reach-outs", '{"note": "HALF"}', expect=201)
    assert made["note"] == "Half"
    world.reach_out = made["id"]
    at = f"/v1/reach-outs/{made['id']}"
    await sends(sponsor, "POST", f"{at}/answers", '{"kind": "here", "text": "HALF"}', expect=201, key="one")
    await sends(maya, "POST", f"{at}/messages", '{"text": "HALF \\ude00 and whole \\ud83d\\ude00"}', expect=201)
    assert await maya.messages() == ["Half", "Half   and whole 😀"]
    nothing = await sends(maya, "POST", f"{at}/messages", '{"text": "\\ud83d"}', expect=422)
    assert "visible" in nothing["errors"][0]["says"]


async def test_so_does_every_other_text(world: World) -> None:
    maya, sponsor = await world.circle("sponsor")
    named = await sends(maya, "PATCH", "/v1/me", '{"display_name": "HALF"}')
    assert named["display_name"] == "Half"
    phone = await sends(maya, "POST", "/v1/devices", '{"kind": "fcm", "token": "t", "label": "HALF"}')
    assert phone["label"] == "Half"
    invited = await sends(maya, "POST", "/v1/invitations", '{"role": "friend", "label": "HALF"}', expect=201)
    [listed] = [row for row in (await maya.get("/v1/invitations"))["items"] if row["id"] == invited["id"]]
    assert listed["label"] == "Half"
    checked = await sends(maya, "POST", "/v1/check-ins", '{"note": "HALF"}', expect=201)
    assert checked["note"] == "Half"
    thought = await sends(maya, "POST", "/v1/reach-ins", f'{{"to": "{sponsor.id}", "text": "HALF"}}', expect=201)
    assert thought["text"] == "Half"
    due = (world.now() + timedelta(hours=1)).isoformat()
    place = sponsor.places[maya.id]
    bookend = f'{{"what": "HALF", "due_at": "{due}", "companion": "{place}"}}'
    assert (await sends(maya, "POST", "/v1/bookends", bookend, expect=201))["what"] == "Half"


@pytest.mark.parametrize(
    ("path", "said"), [("/v1/reach-ins", '{"to": "HALF"}'), ("/v1/invitations", '{"role": "HALF"}')]
)
async def test_what_has_to_match_is_not_mended(world: World, path: str, said: str) -> None:
    ben = await world.person("Ben")
    assert (await sends(ben, "POST", path, said, expect=422))["type"] == "/problems/invalid"
