"""A plan for a hard hour: kept whole, read by its person alone, and its people as long as they stand."""

import asyncio
from typing import Any

import pytest

from tests.world.world import World

EMPTY: dict[str, Any] = {
    "signs": [],
    "alone": [],
    "places": [],
    "safer": [],
    "reasons": [],
    "people": [],
    "professionals": [],
    "help_me": None,
}
FULL: dict[str, Any] = EMPTY | {
    "signs": ["I stop answering people."],
    "alone": ["Cold water on my face", "Outside, ten minutes"],
    "places": ["The library"],
    "safer": ["Leave the cards with Ana."],
    "reasons": ["Lena's Sunday pancakes"],
    "help_me": "Ask what I had for lunch.\nDo not ask why.",
}
NOWHERE = "0199f3c2-7b1e-7c55-9d0a-3f6a1b2c3d4e"


async def test_a_plan_is_kept_whole_and_replaced_whole(world: World) -> None:
    maya, sponsor = await world.circle("sponsor")
    assert await maya.get("/v1/me/plan") == EMPTY
    kept = FULL | {"people": [sponsor.places[maya.id]]}
    assert await maya.put("/v1/me/plan", kept, expect=200) == kept
    assert await maya.put("/v1/me/plan", kept, expect=200) == kept, "a retry changes nothing"
    assert await maya.get("/v1/me/plan") == kept
    assert await sponsor.get("/v1/me/plan") == EMPTY, "each reads their own"
    assert await maya.put("/v1/me/plan", {"alone": ["Sleep"]}, expect=200) == EMPTY | {"alone": ["Sleep"]}
    assert await maya.put("/v1/me/plan", {}, expect=200) == EMPTY


async def test_texts_are_cleaned_and_bounded(world: World) -> None:
    maya = await world.person()
    kept = await maya.put("/v1/me/plan", {"signs": ["  a\u202e ", " ", "\u200b"], "help_me": " "}, expect=200)
    assert (kept["signs"], kept["help_me"]) == (["a"], None)
    for name in ("signs", "alone", "places", "safer", "reasons"):
        await maya.put("/v1/me/plan", {name: ["x" * 200] * 10}, expect=200)
        problem = await maya.put("/v1/me/plan", {name: ["x" * 201]}, expect=422)
        assert problem["errors"][0]["at"] == f"body.{name}.0"
        await maya.put("/v1/me/plan", {name: ["x"] * 11}, expect=422)
    await maya.put("/v1/me/plan", {"help_me": "x" * 1000}, expect=200)
    await maya.put("/v1/me/plan", {"help_me": "x" * 1001}, expect=422)
    bodies: list[Any] = [
        {"signs": None},
        {"signs": "one"},
        {"people": ["me"]},
        {"other": []},
        {"professionals": [{}]},
        [],
    ]
    for wrong in bodies:
        await maya.put("/v1/me/plan", wrong, expect=422)
    assert (await maya.get("/v1/me/plan"))["help_me"] == "x" * 1000, "what was refused left no trace"


@pytest.mark.parametrize(
    ("region", "typed", "kept"),
    [
        ("US", "(202) 555-0190", "+12025550190"),
        ("US", "988", "988"),
        ("DE", "116 123", "116123"),
        (None, "+44 20 7946 0018", "+442079460018"),
    ],
)
async def test_numbers_are_kept_as_they_can_be_dialled(world: World, region: str, typed: str, kept: str) -> None:
    maya = await world.person()
    await maya.patch("/v1/me", {"region": region})
    saved = await maya.put("/v1/me/plan", {"professionals": [{"name": " Farah ", "phone": typed}]}, expect=200)
    assert saved["professionals"] == [{"name": "Farah", "phone": kept}]


async def test_a_number_that_cannot_be_dialled_says_where_it_stands(world: World) -> None:
    maya = await world.person()
    good = {"name": "Farah", "phone": "+44 20 7946 0018"}
    for wrong in ("", "12", "call me", "+44 20 7946 0018 ext 5", "9" * 90):
        body = {"professionals": [good, {"name": "Jo", "phone": wrong}]}
        problem = await maya.put("/v1/me/plan", body, expect=422)
        assert problem["errors"][0]["at"] == "body.professionals.1.phone"
    assert await maya.get("/v1/me/plan") == EMPTY


async def test_people_are_confirmed_members_of_my_own_circle(world: World) -> None:
    maya, sponsor, friend = await world.circle("sponsor", "friend")
    invited = await maya.invites()
    pending = await (await world.person()).post("/v1/invitations/accept", {"token": invited["token"]})
    mine = await friend.welcomes(maya)
    for unknown in (NOWHERE, pending["id"], mine, maya.id):
        problem = await maya.put("/v1/me/plan", {"people": [sponsor.places[maya.id], unknown]}, expect=422)
        assert problem["type"] == "/problems/member-unknown"
    assert await maya.get("/v1/me/plan") == EMPTY
    twice = [sponsor.places[maya.id], friend.places[maya.id], sponsor.places[maya.id]]
    assert (await maya.put("/v1/me/plan", {"people": twice}, expect=200))["people"] == twice[:2]


async def test_a_member_who_has_left_drops_out_and_what_was_written_meanwhile_is_kept(world: World) -> None:
    maya, sponsor, friend = await world.circle("sponsor", "friend")
    people = [sponsor.places[maya.id], friend.places[maya.id]]
    await maya.put("/v1/me/plan", {"people": people}, expect=200)
    await friend.delete(f"/v1/supporting/{people[1]}")
    assert (await maya.get("/v1/me/plan"))["people"] == people[:1]
    # Written without a network, before the phone knew.
    kept = await maya.put("/v1/me/plan", {"people": people, "signs": ["New"]}, expect=200)
    assert (kept["people"], kept["signs"]) == (people[:1], ["New"])


async def test_two_phones_that_save_at_once_leave_one_whole_plan(world: World) -> None:
    maya = await world.person()
    other = await maya.again()
    plans = [EMPTY | {"signs": [name], "help_me": name} for name in ("one", "two")]
    await asyncio.gather(
        *(phone.put("/v1/me/plan", body, expect=200) for phone, body in zip((maya, other), plans, strict=True))
    )
    assert await maya.get("/v1/me/plan") in plans


async def test_a_plan_is_in_the_export_and_goes_with_the_account(world: World) -> None:
    maya, sponsor = await world.circle("sponsor")
    place = sponsor.places[maya.id]
    await maya.put("/v1/me/plan", FULL | {"people": [place]}, expect=200)
    await sponsor.patch(f"/v1/supporting/{place}", {"standing_words": "step outside and call."})
    [row] = (await maya.get("/v1/me/export"))["plans"]
    assert {name: row[name] for name in EMPTY} == FULL | {"people": [place]}
    [supported] = (await sponsor.get("/v1/me/export"))["supporting"]
    assert supported["standing_words"] == "step outside and call."
    assert "step outside" not in str(await maya.get("/v1/me/export")), "they are the member's own words"
    await maya.post("/v1/sessions/current/proof", {"passphrase": maya.passphrase})
    await maya.delete("/v1/me")
    assert (await sponsor.get("/v1/me/export"))["supporting"] == []


async def test_standing_words_are_the_members_and_read_by_the_owner(world: World) -> None:
    maya, sponsor, friend = await world.circle("sponsor", "friend")
    place = f"/v1/supporting/{sponsor.places[maya.id]}"
    assert [member["standing_words"] for member in await maya.circle()] == [None, None]
    shown = await sponsor.patch(place, {"standing_words": "  step outside and call. "})
    assert shown["standing_words"] == "step outside and call."
    assert (await sponsor.get("/v1/supporting"))["items"][0]["standing_words"] == "step outside and call."
    assert [member["standing_words"] for member in await maya.circle()] == ["step outside and call.", None]
    assert "step outside" not in str(await friend.get("/v1/supporting"))
    muted = await sponsor.patch(place, {"muted_until": "2100-01-01T00:00:00Z"})
    assert muted["standing_words"] == "step outside and call.", "what is left out stays"
    assert (await sponsor.patch(place, {"standing_words": "x" * 200}))["muted_until"] is not None
    await sponsor.patch(place, {"standing_words": "x" * 201}, expect=422)
    for nothing in (None, " "):
        await sponsor.patch(place, {"standing_words": "Hi"})
        assert (await sponsor.patch(place, {"standing_words": nothing}))["standing_words"] is None
    for other in (maya, friend, await world.person()):
        await other.patch(place, {"standing_words": "Mine"}, expect=404)


async def test_standing_words_asked_at_joining_are_read_once_confirmed_and_go_with_the_membership(
    world: World,
) -> None:
    maya, ana = await world.person("Maya"), await world.person("Ana")
    invited = await maya.invites()
    accepted = await ana.post("/v1/invitations/accept", {"token": invited["token"]})
    await ana.patch(f"/v1/supporting/{accepted['id']}", {"standing_words": "call you back."})
    assert (await maya.circle())[0]["standing_words"] is None, "before the two words were compared nothing is shown"
    confirmed = await maya.post(f"/v1/circle/{accepted['id']}/confirm")
    assert confirmed["standing_words"] == "call you back."
    await maya.delete(f"/v1/circle/{accepted['id']}")
    await ana.patch(f"/v1/supporting/{accepted['id']}", {"standing_words": "Still here"}, expect=404)
    await maya.welcomes(ana)
    assert (await maya.circle())[0]["standing_words"] is None, "a new membership begins without words"
