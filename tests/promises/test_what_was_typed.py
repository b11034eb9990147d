"""Promise 11 for everything that is typed between presses: each text is read by those it was given to."""

import pytest

from tests.world.days import PLAN_LISTS, LivedDays, live_some_days, typed
from tests.world.operations import all_operations
from tests.world.person import Person
from tests.world.world import World

OWN = {
    *(typed(f"plan {name}") for name in (*PLAN_LISTS, "doctor")),
    *map(typed, ("help me", "private note", "note", "to sponsor", "to friend", "promise", "lonely promise")),
    *map(typed, ("not today", "done", "press note", "message", "thanks")),
}
"""What Maya has typed."""
FROM_SPONSOR = {typed("standing words"), typed("seen"), typed("from sponsor"), typed("answer")}
TO_SPONSOR = {typed(what) for what in ("note", "to sponsor", "promise", "not today", "press note", "message", "thanks")}
TO_FRIEND = {typed("to friend"), typed("press note"), typed("message")}


async def reads(person: Person, lived: LivedDays, *others: Person) -> set[str]:
    """Return every text of the story that this person can read by any GET of the API."""
    everything = ""
    await person.proves()
    items = {item["id"] for other in others for item in await thread_items(person, other)}
    known = {
        "check_in_id": [lived.shared["id"], lived.private["id"]],
        "commitment_id": [lived.witnessed["id"], lived.alone["id"]],
        "reach_out_id": [person.world.reach_out],
        "person_id": [other.id for other in others],
        "reach_in_id": sorted(items),
        "bookend_id": [],
        "practice_id": [],
        "membership_id": [place for other in others if (place := person.places.get(other.id))],
    }
    for operation in all_operations():
        if operation.method == "GET":
            [name] = operation.path_names or [""]
            for row in known[name] if name else [""]:
                limit = "?limit=100" if "limit" in operation.query_names else ""
                everything += (await person.send("GET", operation.at({name: str(row)}) + limit)).text
    return {word for word in OWN | FROM_SPONSOR if word in everything}


async def thread_items(person: Person, other: Person) -> list[dict[str, str]]:
    reply = await person.send("GET", f"/v1/threads/{other.id}?limit=100")
    return list(reply.json().get("items", []))


@pytest.mark.promise(11)
async def test_promise_11_everything_typed_is_read_by_those_it_was_given_to(world: World) -> None:
    maya, sponsor, friend, fellow = await world.circle("sponsor", "friend", "fellow")
    stranger = await world.person("Stranger")
    lived = await live_some_days(world, maya, sponsor, friend)
    assert await reads(maya, lived, sponsor, friend) == OWN | FROM_SPONSOR
    assert await reads(sponsor, lived, maya) == TO_SPONSOR | FROM_SPONSOR
    assert await reads(friend, lived, maya, sponsor) == TO_FRIEND
    assert await reads(fellow, lived, maya, sponsor) == {typed("press note"), typed("message")}, "told of the press"
    assert await reads(stranger, lived, maya, sponsor) == set()

    await maya.delete(f"/v1/check-ins/{lived.shared['id']}/shares/{sponsor.places[maya.id]}")
    assert await reads(sponsor, lived, maya) == (TO_SPONSOR | FROM_SPONSOR) - {typed("note")}, (
        "from every place at once"
    )
    await maya.patch(f"/v1/commitments/{lived.witnessed['id']}", {"witness": None})
    kept = (TO_SPONSOR | FROM_SPONSOR) - {typed("note"), typed("promise"), typed("not today")}
    assert await reads(sponsor, lived, maya) == kept
    await maya.delete(f"/v1/circle/{sponsor.places[maya.id]}")
    own = FROM_SPONSOR - {typed("standing words")}
    assert await reads(sponsor, lived, maya) == own, "their own words stay theirs, in their export"
    assert await reads(maya, lived, sponsor, friend) == OWN
