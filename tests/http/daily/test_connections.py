"""Connections: weeks of the person's own calendar, counted from existing rows, visible only to that person."""

from datetime import UTC, datetime
from typing import Any

from tests.world.person import Person
from tests.world.world import World

DAY = 24 * 3600
EMPTY_WEEK = {
    "reach_outs": 0,
    "connected": 0,
    "median_seconds_to_answer": None,
    "answers_given": 0,
    "reach_ins": 0,
    "talked": 0,
    "people": 0,
}


async def weeks(person: Person, count: int = 8) -> list[dict[str, Any]]:
    result: list[dict[str, Any]] = (await person.get(f"/v1/connections?weeks={count}"))["weeks"]
    return result


async def not_in_touch(person: Person, count: int = 8) -> list[tuple[str, str | None]]:
    people = (await person.get(f"/v1/connections?weeks={count}"))["not_in_touch"]
    return [(row["person"]["id"], row["last_connected_at"]) for row in people]


async def supporting(person: Person) -> dict[str, str | None]:
    people = (await person.get("/v1/supporting"))["items"]
    return {row["person"]["id"]: row["last_connected_at"] for row in people}


async def test_a_week_counts_reach_outs_answers_and_reach_ins(world: World) -> None:
    maya, sponsor, friend = await world.circle("sponsor", "friend")
    for seconds in (30, 50, 600):
        await maya.press()
        await friend.answer("cannot")
        await world.forward(seconds)
        await sponsor.answer("soon", minutes=5)
        await sponsor.answer("calling")
        await maya.does("together") if seconds == 600 else await maya.close("connected" if seconds == 30 else "ok_now")
    await maya.post("/v1/reach-ins", {"to": friend.id})
    [hers] = await weeks(maya, 1)
    # The world begins on Tuesday, 10 March 2026.
    assert hers == {
        "week": "2026-W11",
        "starts_on": "2026-03-09",
        "reach_outs": 3,
        "connected": 2,
        "median_seconds_to_answer": 50,
        "answers_given": 0,
        "reach_ins": 1,
        "talked": 0,
        "people": 2,
    }
    [theirs] = await weeks(sponsor, 1)
    assert theirs | {"answers_given": 3, "people": 1} == theirs
    assert (theirs["reach_outs"], theirs["median_seconds_to_answer"]) == (0, None)
    [thought_of] = await weeks(friend, 1)
    assert thought_of | EMPTY_WEEK | {"people": 1} == thought_of, (
        "declining is no answer, receiving a reach-in is contact"
    )


async def test_without_an_answer_there_is_no_median_time(world: World) -> None:
    maya, sponsor = await world.circle("sponsor")
    await maya.press()
    await sponsor.answer("cannot")
    [hers] = await weeks(maya, 1)
    assert hers | EMPTY_WEEK | {"reach_outs": 1} == hers


async def test_weeks_are_listed_newest_first_up_to_the_limit(world: World) -> None:
    maya, sponsor = await world.circle("sponsor")
    await maya.post("/v1/reach-ins", {"to": sponsor.id})
    await world.forward(7 * DAY)
    await sponsor.post("/v1/reach-ins", {"to": maya.id})
    await world.forward(14 * DAY)
    four_weeks = await weeks(maya, 4)
    assert [week["week"] for week in four_weeks] == ["2026-W14", "2026-W13", "2026-W12", "2026-W11"]
    assert [(week["reach_ins"], week["people"]) for week in four_weeks] == [(0, 0), (0, 0), (0, 1), (1, 1)]
    assert await weeks(maya, 3) == four_weeks[:3]
    assert len(await weeks(maya, 52)) == 52
    assert len((await maya.get("/v1/connections"))["weeks"]) == 8
    for wrong in (0, 53, "many"):
        assert (await maya.get(f"/v1/connections?weeks={wrong}", expect=422))["type"] == "/problems/invalid"
    assert (await world.here.http.get("/v1/connections")).status_code == 401


async def test_weeks_follow_the_persons_time_zone(world: World) -> None:
    """Sunday, 15 March, 23:30 in Berlin is still that week there, and Monday already in Kathmandu."""
    maya, sponsor = await world.circle("sponsor")
    world.clock.set(datetime(2026, 3, 15, 22, 30, tzinfo=UTC))
    await maya.post("/v1/reach-ins", {"to": sponsor.id})
    for zone, week in (("Europe/Berlin", "2026-W11"), ("Asia/Kathmandu", "2026-W12"), ("UTC", "2026-W11")):
        await maya.patch("/v1/me", {"time_zone": zone})
        assert [counted["week"] for counted in await weeks(maya) if counted["reach_ins"]] == [week], zone


async def test_not_in_touch_lists_people_without_recent_contact(world: World) -> None:
    maya, sponsor, friend, fellow = await world.circle("sponsor", "friend", "fellow")
    other, unconfirmed = await world.person(), await world.person()
    await other.welcomes(maya)
    invited = await maya.invites()
    await unconfirmed.post("/v1/invitations/accept", {"token": invited["token"]}, expect=201)
    await maya.press()
    await friend.answer("here")
    answered = (await supporting(friend))[maya.id]
    await maya.close()
    assert dict(await not_in_touch(maya, 1)) == {sponsor.id: None, fellow.id: None, other.id: None}
    await world.forward(7 * DAY)
    await maya.post("/v1/reach-ins", {"to": other.id})
    # People without any contact come before those with the oldest contact.
    assert [person for person, _ in await not_in_touch(maya, 1)][2:] == [friend.id]
    assert dict(await not_in_touch(maya, 1)) == {sponsor.id: None, fellow.id: None, friend.id: answered}
    assert dict(await not_in_touch(maya, 2)) == {sponsor.id: None, fellow.id: None}
    assert await not_in_touch(other, 1) == []


async def test_both_endpoints_agree_on_the_last_contact(world: World) -> None:
    maya, sponsor, friend = await world.circle("sponsor", "friend")
    await sponsor.welcomes(maya)
    assert await supporting(maya) == {sponsor.id: None}
    for step in (
        lambda: maya.post("/v1/reach-ins", {"to": sponsor.id}),
        lambda: sponsor.post("/v1/reach-ins", {"to": maya.id}),
    ):
        before = (await supporting(maya))[sponsor.id]
        await step()
        last = (await supporting(maya))[sponsor.id]
        assert last
        assert last != before
        assert (await supporting(sponsor))[maya.id] == last
        await world.forward(60)
    await maya.press()
    await sponsor.answer("calling")
    last = (await supporting(sponsor))[maya.id]
    assert (await supporting(maya))[sponsor.id] == last
    await world.forward(7 * DAY)
    assert dict(await not_in_touch(maya, 1))[sponsor.id] == dict(await not_in_touch(sponsor, 1))[maya.id] == last
    assert (await supporting(friend))[maya.id] is None


async def test_former_members_are_not_counted(world: World) -> None:
    maya, sponsor = await world.circle("sponsor")
    await maya.press()
    await sponsor.answer("here")
    await sponsor.post("/v1/reach-ins", {"to": maya.id})
    await sponsor.delete(f"/v1/supporting/{sponsor.places[maya.id]}")
    assert (await weeks(maya, 1))[0]["people"] == 0
    assert await not_in_touch(maya) == []


async def people(person: Person, count: int = 8) -> list[tuple[str, str | None, list[int]]]:
    rows = (await person.get(f"/v1/connections?weeks={count}"))["people"]
    return [(row["person"]["id"], row["last_connected_at"], row["weeks"]) for row in rows]


async def talks(person: Person, other: Person) -> None:
    await person.post(f"/v1/threads/{other.id}/talked", expect=201)


async def test_people_are_listed_in_the_order_of_the_last_time_in_touch(world: World) -> None:
    maya, sponsor, friend, fellow = await world.circle("sponsor", "friend", "fellow")
    owner = await world.person()
    await owner.welcomes(maya)
    await friend.post("/v1/reach-ins", {"to": maya.id})
    friend_at = (await supporting(friend))[maya.id]
    await world.forward(7 * DAY)
    await owner.press()
    await maya.answer("here")
    await maya.post("/v1/reach-ins", {"to": sponsor.id})
    await world.forward(60)
    await sponsor.post("/v1/reach-ins", {"to": maya.id})
    hers = await people(maya, 3)
    assert [(person, weeks) for person, _, weeks in hers] == [
        (sponsor.id, [2, 0, 0]),
        (owner.id, [1, 0, 0]),
        (friend.id, [0, 1, 0]),
        (fellow.id, [0, 0, 0]),
    ]
    assert [last for _, last, _ in hers[2:]] == [friend_at, None]
    # In touch before the weeks that are shown: the last time is still known.
    assert (await people(maya, 1))[2] == (friend.id, friend_at, [0])
    assert await people(sponsor, 3) == [(maya.id, hers[0][1], [2, 0, 0])]


async def test_people_who_left_or_are_not_confirmed_are_not_listed(world: World) -> None:
    maya, sponsor, friend = await world.circle("sponsor", "friend")
    unconfirmed = await world.person()
    invited = await maya.invites()
    await unconfirmed.post("/v1/invitations/accept", {"token": invited["token"]}, expect=201)
    await sponsor.post("/v1/reach-ins", {"to": maya.id})
    await talks(maya, sponsor)
    await sponsor.delete(f"/v1/supporting/{sponsor.places[maya.id]}")
    assert await people(maya, 1) == [(friend.id, None, [0])]
    assert await people(sponsor, 1) == []
    assert (await weeks(maya, 1))[0]["talked"] == 0


async def test_a_talk_counts_for_both_and_once_a_day(world: World) -> None:
    maya, sponsor, friend = await world.circle("sponsor", "friend")
    await talks(maya, sponsor)
    first_at = world.now()
    for person in (maya, sponsor):
        [week] = await weeks(person, 1)
        assert week | EMPTY_WEEK | {"talked": 1, "people": 1} == week
    await world.forward(60)
    await talks(sponsor, maya)
    assert [row["talked"] for row in await weeks(maya, 1) + await weeks(sponsor, 1)] == [1, 1]
    await world.forward(DAY)
    await talks(sponsor, maya)
    [week] = await weeks(maya, 1)
    assert (week["talked"], week["people"]) == (2, 1)
    assert (await people(maya, 1))[0][2] == [2]
    assert (await supporting(sponsor))[maya.id] == (await people(maya, 1))[0][1] != first_at.isoformat()
    assert await weeks(friend, 1) == [week | EMPTY_WEEK]


async def test_felt_holds_the_medians_of_ones_own_reflections(world: World) -> None:
    maya, sponsor = await world.circle("sponsor")

    async def reflects(person: Person, **felt: int | None) -> None:
        reach_out = await person.press()
        await person.close()
        await person.post(f"/v1/reach-outs/{reach_out['id']}/reflection", felt)

    await reflects(maya, seen=1, safe=0)
    await reflects(maya, seen=2, safe=0)
    await reflects(maya, seen=3)
    await world.forward(7 * DAY)
    await maya.press()
    await maya.close()
    await world.forward(7 * DAY)
    await reflects(maya, seen=0, soothed=2)
    await reflects(maya, seen=1)
    answer = await maya.get("/v1/connections?weeks=4")
    assert answer["felt"] == [
        {"starts_on": "2026-03-23", "seen": 0.5, "safe": None, "soothed": 2},
        {"starts_on": "2026-03-09", "seen": 2, "safe": 0, "soothed": None},
    ]
    assert (await maya.get("/v1/connections?weeks=1"))["felt"] == answer["felt"][:1]
    assert (await sponsor.get("/v1/connections"))["felt"] == [], "a reflection is seen by nobody else"


async def test_the_middle_time_to_an_answer_waits_for_three_answered_presses(world: World) -> None:
    maya, sponsor = await world.circle("sponsor")
    middles = []
    for seconds in (600, 30, None, 90):
        await maya.press()
        if seconds is not None:
            await world.forward(seconds)
            await sponsor.answer("calling")
        await maya.close()
        middles.append((await maya.get("/v1/connections"))["median_seconds_to_answer"])
    assert middles == [None, None, None, 90]


async def test_a_first_answer_is_counted_in_its_week_only(world: World) -> None:
    """One who declined, then answered twice, over midnight from Sunday to Monday, answered once and on Monday."""
    maya, sponsor = await world.circle("sponsor")
    await world.forward((datetime(2026, 3, 15, 23, 59, tzinfo=UTC) - world.now()).total_seconds())
    await maya.press()
    await sponsor.answer("cannot")
    await world.forward(120)
    await sponsor.answer("soon", minutes=5)
    await world.forward(30)
    await sponsor.answer("calling")
    assert [week["answers_given"] for week in await weeks(sponsor, 2)] == [1, 0]
    assert [(week["reach_outs"], week["people"]) for week in await weeks(maya, 2)] == [(0, 1), (1, 0)]
