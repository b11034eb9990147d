"""Promise 16, of words: kindness is bounded, per person and pair, and a reach-out never is."""

import pytest

from tests.world.person import Person
from tests.world.world import World


async def writes(person: Person, other: Person) -> int:
    return (await person.send("POST", "/v1/reach-ins", {"to": other.id, "text": "Thinking of you."})).status_code


@pytest.mark.promise(16)
async def test_promise_16_at_most_three_words_in_a_row_without_a_sign(world: World) -> None:
    maya, sponsor = await world.circle("sponsor")
    assert [await writes(maya, sponsor) for _ in range(5)] == [201, 201, 201, 429, 429]
    assert len(await sponsor.inbox("reach_in")) == 3
    assert await writes(sponsor, maya) == 201, "whoever was written to may always answer"
    assert [await writes(maya, sponsor) for _ in range(4)] == [201, 201, 201, 429]


@pytest.mark.promise(16)
async def test_promise_16_words_left_unanswered_make_few_pushes(world: World) -> None:
    maya, sponsor = await world.circle("sponsor")
    for _ in range(3):
        await writes(maya, sponsor)
        await world.forward(1)
    await world.passes(60)
    assert len(await sponsor.pushes("reach_in")) == 2, "one at once, and one for the rest"


@pytest.mark.promise(16)
async def test_promise_16_sixty_words_an_hour_and_a_press_at_any_time(world: World) -> None:
    maya, *circle = await world.circle(*["friend"] * 15)
    others = [await world.person() for _ in range(6)]
    for other in others:
        await other.welcomes(maya)
    sent = [await writes(maya, to) for _ in range(3) for to in (*circle, *others)]
    assert (sent.count(201), sent[60:]) == (60, [429] * 3)
    await maya.press()
    assert any([await member.inbox("reach_out") for member in circle])


@pytest.mark.promise(16)
async def test_promise_16_check_ins_of_one_person_are_pushed_six_times_an_hour(world: World) -> None:
    maya, sponsor, friend = await world.circle("sponsor", "friend")
    for feeling in (0, 1, 2, 3) * 2:
        await maya.post("/v1/check-ins", {"feeling": feeling, "share_with": [sponsor.places[maya.id]]}, expect=201)
        await world.passes(60)
    assert len(await sponsor.pushes("check_in")) == 6
    assert len(await sponsor.inbox("check_in")) == 8, "the inbox has every one"
    everybody = [sponsor.places[maya.id], friend.places[maya.id]]
    await maya.post("/v1/check-ins", {"feeling": 2, "share_with": everybody}, expect=201)
    assert len(await friend.pushes("check_in")) == 1, "another pair has its own"
    await world.passes(3600)
    await maya.post("/v1/check-ins", {"feeling": 2, "share_with": everybody}, expect=201)
    assert len(await sponsor.pushes("check_in")) == 7


@pytest.mark.promise(16)
async def test_promise_16_words_that_share_a_push_keep_it_when_the_check_in_is_taken_back(world: World) -> None:
    maya, sponsor = await world.circle("sponsor")
    shared = {"note": "Soup.", "share_with": [sponsor.places[maya.id]]}
    await maya.post("/v1/check-ins", shared, expect=201)
    second = await maya.post("/v1/check-ins", shared, expect=201)
    assert await writes(maya, sponsor) == 201
    await maya.delete(f"/v1/check-ins/{second['id']}")
    await world.passes(60)
    assert await sponsor.pushed() == ["check_in", "reach_in"]


@pytest.mark.promise(16)
async def test_promise_16_words_with_i_see_you_count_among_the_sixty(world: World) -> None:
    maya, sponsor = await world.circle("sponsor")
    shared = {"feeling": 2, "share_with": [sponsor.places[maya.id]]}
    made = [await maya.post("/v1/check-ins", shared, expect=201) for _ in range(62)]
    seen = [f"/v1/check-ins/{check_in['id']}/seen" for check_in in made]
    said = [(await sponsor.send("POST", path, {"text": "I see you."})).status_code for path in seen]
    assert (said.count(201), said[60:]) == (60, [429] * 2)
    await sponsor.post(seen[-1], expect=201)
    assert len((await sponsor.get("/v1/reach-ins?limit=100"))["items"]) == 60, "without words there is no limit"


@pytest.mark.promise(16)
async def test_promise_16_a_mute_stops_the_pushes_of_words(world: World) -> None:
    maya, sponsor = await world.circle("sponsor")
    await sponsor.patch(f"/v1/supporting/{sponsor.places[maya.id]}", {"muted_until": "2026-03-12T20:00:00Z"})
    assert await writes(maya, sponsor) == 201
    assert await sponsor.pushes() == []
    assert len(await sponsor.inbox("reach_in")) == 1


@pytest.mark.promise(16)
async def test_promise_16_one_switch_stops_the_pushes_of_a_members_words_and_never_an_answer(world: World) -> None:
    maya, sponsor = await world.circle("sponsor")
    await maya.device()
    at = f"/v1/circle/{sponsor.places[maya.id]}"
    await maya.patch(at, {"words_quiet": True})
    assert await writes(sponsor, maya) == 201
    assert await maya.pushes("reach_in") == []
    assert len(await maya.inbox("reach_in")) == 1, "the inbox keeps it"
    assert await writes(maya, sponsor) == 201, "it is one way"
    assert len(await sponsor.pushes("reach_in")) == 1

    await maya.press()
    await sponsor.answer("here")
    assert len(await maya.pushes("answered")) == 1, "an answer is never held back"

    await maya.patch(at, {"words_quiet": False})
    await world.passes(60)
    assert await writes(sponsor, maya) == 201
    assert len(await maya.pushes("reach_in")) == 1
