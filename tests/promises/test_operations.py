"""Promise 4 for every operation of the API: what is not yours looks exactly like what does not exist, and stays as it was."""

from typing import Any

import httpx
import pytest

from tests.standins.authenticator import Authenticator
from tests.world.bookends import plans
from tests.world.commitments import means_to
from tests.world.operations import Operation, all_operations
from tests.world.passkeys import adds
from tests.world.person import Person
from tests.world.world import World

NOWHERE = "0199f3c2-7b1e-7c55-9d0a-3f6a1b2c3d4e"
WITH_IDS = [operation for operation in all_operations() if operation.path_names]
BODIES: dict[str, dict[str, Any]] = {
    "bookends_extend": {"due_at": "2026-03-10T23:00:00Z"},
    "channels_confirm": {"code": "123456"},
    "check_ins_share": {},
    "circle_change": {"role": "fellow"},
    "commitments_change": {"text": "Something else"},
    "commitments_day": {"done": True},
    "devices_refresh": {"kind": "fcm", "token": "another"},
    "reach_outs_answer": {"kind": "calling"},
    "reach_outs_close": {"outcome": "ok_now"},
    "reach_outs_reflect": {"seen": 1},
    "reach_outs_say": {"text": "Hello"},
    "supporting_mute": {"muted_until": None},
}
"""A body that would be fine for its owner, for each operation with an id that needs one."""


async def rows_of_all_kinds(world: World, maya: Person, sponsor: Person) -> dict[str, str]:
    """Return the ids of Maya's rows, by the names that paths have for them."""
    place = sponsor.places[maya.id]
    await world.gives_channel(maya)
    shared = await maya.post("/v1/check-ins", {"feeling": 1, "note": "Mine", "share_with": [place]}, expect=201)
    words = await maya.post("/v1/reach-ins", {"to": sponsor.id, "text": "Hello"}, expect=201)
    await sponsor.post("/v1/reach-ins", {"to": maya.id}, expect=201)
    bookend = await plans(maya, sponsor)
    meant = await means_to(maya, sponsor)
    await sponsor.post(f"/v1/commitments/{meant['id']}/accept", expect=200)
    invited = await maya.invites()
    passkey = await adds(maya, Authenticator())
    device = await maya.device()
    practice = await maya.post("/v1/practices", {}, expect=201)
    pressed = await maya.press(note="Please come.")
    await world.settle()
    [channel] = (await maya.get("/v1/channels"))["items"]
    return {
        "person_id": maya.id,
        "membership_id": place,
        "channel_id": channel["id"],
        "check_in_id": shared["id"],
        "reach_in_id": words["id"],
        "bookend_id": bookend["id"],
        "commitment_id": meant["id"],
        "invitation_id": invited["id"],
        "passkey_id": passkey["id"],
        "device_id": device["id"],
        "reach_out_id": pressed["id"],
        "practice_id": practice["id"],
        "notice_id": (await maya.inbox("reach_in"))[0]["id"],
        "which": maya.session_id,
        "date": "2026-03-10",
    }


async def outsiders(world: World, maya: Person, former: Person) -> list[Person]:
    """Return somebody who was in Maya's circle, somebody whom she has not confirmed yet, and a stranger with a circle."""
    stranger, unconfirmed = await world.person("Stranger"), await world.person("Unconfirmed")
    invited = await maya.invites()
    await unconfirmed.post("/v1/invitations/accept", {"token": invited["token"]}, expect=201)
    for person in (stranger, unconfirmed, former):
        await person.welcomes(await world.person())
    await maya.delete(f"/v1/circle/{former.places[maya.id]}")
    return [former, unconfirmed, stranger]


async def tries(person: Person, operation: Operation, known: dict[str, str]) -> httpx.Response:
    body = BODIES.get(operation.id)
    if operation.id == "check_ins_share":
        [member] = await person.circle()
        body = {"membership_id": member["id"]}
    return await person.send(operation.method, operation.at(known), body)


def without_request(reply: httpx.Response) -> dict[str, Any]:
    return dict(reply.json()) | {"request_id": ""}


async def kept(maya: Person) -> dict[str, Any]:
    """Return what is stored of Maya, but for the access log, in which her own looking stands."""
    export: dict[str, Any] = await maya.get("/v1/me/export")
    return {name: rows for name, rows in export.items() if name not in {"exported_at", "access_events", "sessions"}}


def test_every_operation_with_an_id_has_a_body_to_try_it_with() -> None:
    needed = {operation.id for operation in WITH_IDS if operation.fields and not operation.optional_body}
    assert needed == set(BODIES), "an operation that is not in the list is not tried by the test below"


@pytest.mark.promise(4)
async def test_promise_4_no_operation_shows_or_changes_what_is_not_yours(world: World) -> None:
    maya, sponsor, former = await world.circle("sponsor", "friend")
    known = await rows_of_all_kinds(world, maya, sponsor)
    assert {name for operation in WITH_IDS for name in operation.path_names} <= set(known)
    nowhere = dict.fromkeys(known, NOWHERE) | {"date": known["date"]}
    people = await outsiders(world, maya, former)
    before = await kept(maya)
    for person in people:
        for operation in WITH_IDS:
            here, elsewhere = await tries(person, operation, known), await tries(person, operation, nowhere)
            place = f"{person.name}: {operation.method} {operation.path}"
            assert (here.status_code, elsewhere.status_code) == (404, 404), f"{place} {here.text}"
            assert without_request(here) == without_request(elsewhere), place
    assert await kept(maya) == before
    await maya.get("/v1/me")


@pytest.mark.promise(4)
async def test_promise_4_no_list_of_an_outsider_names_anything_of_hers(world: World) -> None:
    maya, sponsor, former = await world.circle("sponsor", "friend")
    known = await rows_of_all_kinds(world, maya, sponsor)
    former_id, unconfirmed, stranger = await outsiders(world, maya, former)
    lists = [one for one in all_operations() if one.method == "GET" and not one.path_names]
    for person in (former_id, stranger, unconfirmed):
        for operation in lists:
            reply = await person.send("GET", operation.path)
            # Whoever was invited sees by whom until it is confirmed, and nothing else.
            hers = {name: row for name, row in known.items() if name != "date" and person is not unconfirmed}
            hers |= {"reach_out_id": known["reach_out_id"], "check_in_id": known["check_in_id"]}
            assert [name for name, row in hers.items() if row in reply.text] == [], operation.path
            assert "Please come." not in reply.text
