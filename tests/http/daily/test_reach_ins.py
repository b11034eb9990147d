"""Reach-ins: "thinking of you" between people of one circle; not urgent, limited, and never with text in a push."""

import asyncio
from typing import Any

import pytest

from tests.world.person import Person
from tests.world.world import World

NOWHERE = "0199f3c2-7b1e-7c55-9d0a-3f6a1b2c3d4e"


async def thinks_of(person: Person, other: Person, text: str | None = None, expect: int = 201, **more: Any) -> Any:
    return await person.post("/v1/reach-ins", {"to": other.id} | ({"text": text} if text else {}), expect, **more)


async def reads(person: Person, query: str = "") -> list[str | None]:
    return [reach_in["text"] for reach_in in (await person.get(f"/v1/reach-ins{query}"))["items"]]


async def test_reach_ins_work_both_ways_and_are_private(world: World) -> None:
    maya, sponsor, friend = await world.circle("sponsor", "friend")
    await maya.device()
    reach_in = await thinks_of(sponsor, maya, "\u202eThinking of\u200b you. ")
    assert reach_in == {
        "id": reach_in["id"],
        "mine": True,
        "from": {"id": sponsor.id, "display_name": sponsor.name},
        "to": {"id": maya.id, "display_name": "Maya"},
        "text": "Thinking of you.",
        "created_at": reach_in["created_at"],
    }
    assert (await maya.get("/v1/reach-ins"))["items"] == [reach_in | {"mine": False}]
    back = await thinks_of(maya, sponsor)
    assert back["text"] is None
    assert await reads(maya) == await reads(sponsor) == [None, "Thinking of you."]
    assert await reads(maya, "?mine=true") == [None]
    assert await reads(maya, "?mine=false") == ["Thinking of you."]
    assert await reads(friend) == []
    assert await friend.inbox() == []
    [notice] = await maya.inbox("reach_in")
    assert (notice["from"]["id"], notice["reach_out_id"], notice["bookend_id"]) == (sponsor.id, None, None)
    [pushed] = await maya.pushes("reach_in")
    assert not pushed.push.urgent
    assert pushed.push.body == "Someone is thinking of you."
    assert "Thinking of" not in str(pushed.push)
    assert await sponsor.pushed() == ["reach_in"]


async def test_reach_ins_reach_only_people_of_the_circle(world: World) -> None:
    """Strangers, unconfirmed, fellow and former members, oneself and unknown ids get the same problem."""
    maya, sponsor, friend = await world.circle("sponsor", "friend")
    stranger, unconfirmed = await world.person(), await world.person()
    invited = await maya.invites()
    await unconfirmed.post("/v1/invitations/accept", {"token": invited["token"]}, expect=201)
    await friend.delete(f"/v1/supporting/{friend.places[maya.id]}")
    problems = [
        await sender.post("/v1/reach-ins", {"to": to}, expect=404)
        for sender, to in (
            (maya, stranger.id),
            (maya, unconfirmed.id),
            (unconfirmed, maya.id),
            (maya, friend.id),
            (friend, maya.id),
            (sponsor, friend.id),
            (maya, maya.id),
            (maya, NOWHERE),
        )
    ]
    assert all(problem | {"request_id": ""} == problems[0] | {"request_id": ""} for problem in problems)
    assert await world.count("reach_ins") == 0


@pytest.mark.parametrize("way", ["removed", "left", "blocked"])
async def test_reach_ins_disappear_with_the_membership(world: World, way: str) -> None:
    maya, sponsor = await world.circle("sponsor")
    await maya.device()
    await thinks_of(sponsor, maya, "To you.")
    await thinks_of(maya, sponsor, "And to you.")
    await world.settle()
    await world.forward(601)
    world.here.forget_pushes()
    await thinks_of(maya, sponsor, "Still to be pushed.")
    match way:
        case "removed":
            await maya.delete(f"/v1/circle/{sponsor.places[maya.id]}")
        case "left":
            await sponsor.delete(f"/v1/supporting/{sponsor.places[maya.id]}")
        case _:
            await sponsor.post("/v1/blocks", {"person_id": maya.id})
    assert await reads(maya) == await reads(sponsor) == []
    assert await maya.inbox("reach_in") == await sponsor.inbox("reach_in") == []
    await world.forward(11)
    await world.work()
    assert await sponsor.pushed() == ["reach_in"], "only what was sent before"
    if way != "blocked":
        await maya.welcomes(sponsor)
        assert await reads(sponsor) == []
    # The sender's own texts stay in their export.
    await sponsor.proves()
    assert [row["text"] for row in (await sponsor.get("/v1/me/export"))["reach_ins"]] == ["To you."]


async def test_a_muted_or_unavailable_member_gets_a_notice_without_a_push(world: World) -> None:
    maya, muted, asleep = await world.circle("sponsor", "friend")
    await muted.patch(f"/v1/supporting/{muted.places[maya.id]}", {"muted_until": "2026-03-11T20:00:00Z"})
    await asleep.patch("/v1/me", {"hours": [{"day": 1, "from": "08:00", "to": "20:00"}]})
    for member in (muted, asleep):
        await thinks_of(maya, member)
        assert await member.kinds() == ["reach_in"]
        assert await member.pushed() == []
    # A mute concerns only pushes to the supporter: her own reach-ins to Maya still arrive.
    await maya.device()
    await thinks_of(muted, maya)
    assert await maya.pushed() == ["reach_in"]


async def refusal(sender: Person, to: Person) -> tuple[str, int]:
    """Send a reach-in that is refused; return the problem's slug, and for how long to wait."""
    refused = await sender.send("POST", "/v1/reach-ins", {"to": to.id})
    assert refused.status_code == 429, refused.text
    assert int(refused.headers["retry-after"]) == refused.json()["retry_after"]
    return refused.json()["type"].removeprefix("/problems/"), int(refused.headers["retry-after"])


async def test_three_in_a_row_to_one_person_then_they_keep(world: World) -> None:
    maya, sponsor, friend = await world.circle("sponsor", "friend")
    await thinks_of(maya, sponsor, key="k")
    assert (await thinks_of(maya, sponsor, key="k"))["to"]["id"] == sponsor.id, "a retry is no second one"
    await thinks_of(maya, sponsor)
    await world.forward(3600)
    await thinks_of(maya, sponsor)
    slug, wait = await refusal(maya, sponsor)
    assert slug == "reach-ins-unanswered"
    assert 23 * 3600 - 5 <= wait <= 23 * 3600 + 1
    assert (await thinks_of(maya, sponsor, key="k"))["to"]["id"] == sponsor.id, "a retry is never refused"
    await thinks_of(maya, friend)
    await thinks_of(sponsor, maya)
    await maya.press()
    for _ in range(3):
        await thinks_of(maya, sponsor)
    await refusal(maya, sponsor)
    assert len(await sponsor.inbox("reach_in")) == 6


async def test_a_day_opens_it_again(world: World) -> None:
    maya, sponsor = await world.circle("sponsor")
    for _ in range(3):
        await thinks_of(maya, sponsor)
    _, wait = await refusal(maya, sponsor)
    await world.forward(wait)
    for _ in range(3):
        await thinks_of(maya, sponsor)
    await refusal(maya, sponsor)


@pytest.mark.parametrize("sign", ["reach_in", "talked", "check_in", "seen"])
async def test_a_sign_from_them_opens_it_again(world: World, sign: str) -> None:
    maya, sponsor = await world.circle("sponsor")
    await sponsor.welcomes(maya)
    shared = await maya.post("/v1/check-ins", {"feeling": 1, "share_with": [sponsor.places[maya.id]]}, expect=201)
    for _ in range(3):
        await thinks_of(maya, sponsor)
    await maya.post(f"/v1/threads/{sponsor.id}/talked", expect=201)
    await refusal(maya, sponsor)
    match sign:
        case "reach_in":
            await thinks_of(sponsor, maya)
        case "talked":
            await sponsor.post(f"/v1/threads/{maya.id}/talked", expect=201)
        case "seen":
            await sponsor.post(f"/v1/check-ins/{shared['id']}/seen", {}, expect=201)
        case _:
            await sponsor.post("/v1/check-ins", {"feeling": 1, "share_with": [maya.places[sponsor.id]]}, expect=201)
    await thinks_of(maya, sponsor)


async def test_many_at_once_are_three(world: World) -> None:
    maya, sponsor = await world.circle("sponsor")
    body = {"to": sponsor.id}
    replies = await asyncio.gather(*(maya.send("POST", "/v1/reach-ins", body) for _ in range(6)))
    assert sorted(reply.status_code for reply in replies) == [201] * 3 + [429] * 3
    assert len(await sponsor.inbox("reach_in")) == 3


async def test_sixty_an_hour(world: World) -> None:
    maya, sponsor, *others = await world.circle("sponsor", *["friend"] * 5, devices=False)
    for _ in range(12):
        for member in (sponsor, *others[:4]):
            await thinks_of(maya, member)
            await thinks_of(member, maya)
        await world.forward(60)
    slug, wait = await refusal(maya, others[4])
    assert slug == "too-many-tries"
    assert await world.count("reach_ins") == 120
    await world.forward(wait)
    await thinks_of(maya, others[4])


async def test_words_of_one_pair_share_a_push(world: World) -> None:
    maya, sponsor, friend = await world.circle("sponsor", "friend")
    for number in range(3):
        await thinks_of(maya, sponsor, str(number))
    await thinks_of(friend, maya)
    await thinks_of(maya, friend)
    await world.work()
    assert await sponsor.pushed() == ["reach_in"]
    assert await friend.pushed() == ["reach_in"], "another pair has a push of its own"
    await world.passes(21)
    assert await sponsor.pushed() == ["reach_in"] * 2, "the rest is announced together"
    await world.passes(60)
    assert len(await sponsor.pushed()) == 2
    assert len(await sponsor.inbox("reach_in")) == 3


async def test_what_it_is_about_stands_in_the_thread_or_is_left_out(world: World) -> None:
    maya, sponsor, friend = await world.circle("sponsor", "friend")
    here = await thinks_of(sponsor, maya, "Coffee?")
    elsewhere = await thinks_of(friend, maya, "Tea?")

    async def about(item: str) -> str | None:
        await maya.post("/v1/reach-ins", {"to": sponsor.id, "text": "Yes.", "about": item}, expect=201)
        found = (await sponsor.get(f"/v1/threads/{maya.id}"))["items"][0]
        assert found["text"] == "Yes."
        answered: str | None = found.get("about")
        return answered

    assert await about(here["id"]) == here["id"]
    assert await about(elsewhere["id"]) is None
    assert await about(NOWHERE) is None


@pytest.mark.parametrize(
    "wrong", [{"to": None}, {"to": "Ben"}, {"text": "x" * 501}, {"text": 5}, {"about": "it"}, {"emoji": "❤"}]
)
async def test_what_cannot_be_used(world: World, wrong: dict[str, Any]) -> None:
    maya, sponsor = await world.circle("sponsor")
    problem = await maya.post("/v1/reach-ins", {"to": sponsor.id} | wrong, expect=422)
    assert [error["at"] for error in problem["errors"]] == [f"body.{next(iter(wrong))}"]
    await thinks_of(maya, sponsor)


async def test_reach_ins_are_paged_and_safe_to_retry(world: World) -> None:
    maya, *members = await world.circle("sponsor", "friend", "fellow")
    for number, member in enumerate(members):
        await thinks_of(maya, member, str(number))
    first = await maya.get("/v1/reach-ins?limit=2")
    rest = await maya.get(f"/v1/reach-ins?limit=2&cursor={first['next']}")
    assert [reach_in["text"] for reach_in in first["items"] + rest["items"]] == ["2", "1", "0"]
    await world.forward(601)
    again = [await thinks_of(maya, members[0], "Same", key="k") for _ in range(2)]
    assert again[0] == again[1]
    assert (await thinks_of(maya, members[1], "Same", 422, key="k"))["type"] == "/problems/key-reused"


async def test_the_text_is_encrypted_exported_and_erased(world: World) -> None:
    maya, sponsor = await world.circle("sponsor")
    await thinks_of(sponsor, maya, "Lentil soup.")
    async with world.database.read() as session:
        connection = await session.connection()
        kept = (await connection.exec_driver_sql("SELECT text FROM reach_ins")).scalar_one()
    assert b"Lentil" not in bytes(kept)
    mine, theirs = await sponsor.get("/v1/me/export"), await maya.get("/v1/me/export")
    assert [(row["recipient_id"], row["text"]) for row in mine["reach_ins"]] == [(maya.id, "Lentil soup.")]
    assert [row["sender_id"] for row in theirs["reach_ins_to_me"]] == [sponsor.id]
    assert "Lentil" not in str(theirs)
    await sponsor.delete("/v1/me")
    assert await reads(maya) == []
    assert await maya.inbox() == []
    assert await world.count("reach_ins") == 0


async def test_texts_are_deleted_after_90_days(world: World) -> None:
    maya, sponsor = await world.circle("sponsor")
    await thinks_of(maya, sponsor, "Lentil soup.")
    await world.forward(90.1 * 24 * 3600)
    assert (await world.purge().run())["reach_ins"] == 1
    assert await reads(sponsor) == [None]
