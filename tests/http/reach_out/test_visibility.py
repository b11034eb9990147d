"""Who sees what of a reach-out: the person everything, a recipient what concerns them, everybody else nothing."""

import pytest

from tests.world.person import Person
from tests.world.world import World

NOWHERE = "0199f3c2-7b1e-7c55-9d0a-3f6a1b2c3d4e"


async def test_a_recipient_sees_the_person_and_those_who_answered(world: World) -> None:
    maya, sponsor, friend, fellow = await world.circle("sponsor", "friend", "fellow")
    for person in (maya, sponsor, friend, fellow):
        await person.patch("/v1/me", {"contact": "+1 555 0100"})
    await maya.press(note="Please come.", need="urge")
    await world.settle()
    await sponsor.answer("calling")
    await fellow.answer("cannot")
    await world.settle()

    hers = await maya.reach_out()
    assert {row["person"]["display_name"]: (row["role"], row["state"]) for row in hers["recipients"]} == {
        sponsor.name: ("sponsor", "answered"),
        friend.name: ("friend", "handed"),
        fellow.name: ("fellow", "declined"),
    }
    theirs = await friend.reach_out()
    assert (theirs["from"]["id"], theirs["note"], theirs["need"]) == (maya.id, "Please come.", "urge")
    assert theirs["contact"] == "+15550100", "recipients may call"
    assert [row["person"]["id"] for row in theirs["recipients"]] == [sponsor.id, friend.id]
    assert {(row["role"], row["contact"]) for row in theirs["recipients"]} == {(None, None)}
    assert [theirs[name] for name in ("unanswered_at", "next_rung_at", "paused_until", "pressed_at")] == [None] * 4
    declined = await fellow.reach_out()
    assert [row["person"]["id"] for row in declined["recipients"]] == [sponsor.id, fellow.id]
    [listed] = (await friend.get("/v1/reach-outs"))["items"]
    assert listed == theirs, "the list and the single GET agree"


async def test_recipients_do_not_see_who_was_not_told_or_is_silent(world: World) -> None:
    maya, sponsor, friend, fellow = await world.circle("sponsor", "friend", "fellow")
    await maya.press(to=[sponsor.places[maya.id], friend.places[maya.id]])
    await sponsor.answer("calling")
    assert fellow.id not in str(await friend.reach_out())
    assert friend.id not in str(await sponsor.reach_out()), "a recipient who has not answered is not named"
    await fellow.reach_out(expect=404)


async def test_the_persons_messages_reach_all_recipients_and_a_recipients_only_the_person(world: World) -> None:
    maya, sponsor, friend = await world.circle("sponsor", "friend")
    await maya.press()
    await maya.says("Hello all")
    await sponsor.says("On my way")
    await friend.answer("here", text="Write to me")
    assert await maya.messages() == ["Hello all", "On my way", "Write to me"]
    assert await sponsor.messages() == ["Hello all", "On my way"]
    assert await friend.messages() == ["Hello all", "Write to me"]
    assert await sponsor.pushed() == ["reach_out", "message", "answered"]
    assert [notice["from"]["id"] for notice in await maya.inbox("message")] == [friend.id, sponsor.id]
    newest = await maya.get(f"/v1/reach-outs/{world.reach_out}/messages?limit=2&newest=true")
    assert [message["text"] for message in newest["items"]] == ["Write to me", "On my way"], "the newest first"
    older = await maya.get(f"/v1/reach-outs/{world.reach_out}/messages?limit=2&newest=true&cursor={newest['next']}")
    assert ([message["text"] for message in older["items"]], older["next"]) == (["Hello all"], None)
    first = await maya.get(f"/v1/reach-outs/{world.reach_out}/messages?limit=2")
    rest = await maya.get(f"/v1/reach-outs/{world.reach_out}/messages?limit=2&cursor={first['next']}")
    assert [message["text"] for message in first["items"] + rest["items"]] == ["Hello all", "On my way", "Write to me"]


async def test_messages_are_cleaned_limited_and_safe_to_retry(world: World) -> None:
    maya, sponsor = await world.circle("sponsor")
    await maya.press()
    first = await sponsor.says("Here\u202e \u200b👩‍🚒", key="k")
    assert first["text"] == "Here 👩‍🚒"
    assert (await sponsor.says("Here\u202e \u200b👩‍🚒", key="k"))["id"] == first["id"]
    await sponsor.says("Other", 422, key="k")
    for wrong in ("", " \u200b ", "x" * 4001, None, 5):
        await sponsor.does("messages", {"text": wrong}, expect=422)
    await sponsor.says("x" * 4000)
    assert len(await maya.messages()) == 2


async def outsiders(world: World, maya: Person) -> dict[str, Person]:
    """Return a stranger, somebody unconfirmed, and a member who joined after the press."""
    people = {"stranger": await world.person(), "accepted": await world.person()}
    invited = await maya.invites()
    await people["accepted"].post("/v1/invitations/accept", {"token": invited["token"]})
    people["late"] = await world.person()
    await maya.welcomes(people["late"])
    return people


async def test_for_everybody_else_a_reach_out_does_not_exist(world: World) -> None:
    maya, sponsor, removed = await world.circle("sponsor", "friend")
    await maya.press(note="Secret")
    await removed.says("Before I go")
    await maya.delete(f"/v1/circle/{removed.places[maya.id]}")
    requests = [
        ("GET", "", None),
        ("GET", "/messages", None),
        ("POST", "/answers", {"kind": "calling"}),
        ("POST", "/messages", {"text": "Hi"}),
        ("POST", "/together", {}),
        ("POST", "/nudge", None),
        ("POST", "/close", {"outcome": "ok_now"}),
        ("POST", "/reflection", {"seen": 1}),
    ]
    for outsider in (removed, *(await outsiders(world, maya)).values()):
        assert (await outsider.get("/v1/reach-outs"))["items"] == []
        for method, what, body in requests:
            here = await outsider.send(method, f"/v1/reach-outs/{world.reach_out}{what}", body)
            nowhere = await outsider.send(method, f"/v1/reach-outs/{NOWHERE}{what}", body)
            assert here.status_code == nowhere.status_code == 404
            assert here.json() | {"request_id": ""} == nowhere.json() | {"request_id": ""}
            headers = [{n: v for n, v in reply.headers.items() if n != "x-request-id"} for reply in (here, nowhere)]
            assert headers[0] == headers[1]
    assert await maya.messages() == [], "messages of a former member are gone"
    assert (await maya.reach_out())["state"] == "waiting"
    assert await sponsor.messages() == []


@pytest.mark.parametrize("blocking_recipient", ["sponsor", "friend"])
async def test_blocked_recipients_do_not_see_each_other(world: World, blocking_recipient: str) -> None:
    maya, sponsor, friend = await world.circle("sponsor", "friend")
    await sponsor.welcomes(friend)
    blocker, blocked = (sponsor, friend) if blocking_recipient == "sponsor" else (friend, sponsor)
    await blocker.post("/v1/blocks", {"person_id": blocked.id})
    await maya.press()
    await sponsor.answer("calling")
    assert sponsor.id not in str(await friend.reach_out())
    assert sponsor.id not in str(await friend.inbox())
    assert await maya.sees_state(sponsor) == "answered"


async def test_somebody_elses_inbox_cannot_be_read_or_marked(world: World) -> None:
    maya, sponsor = await world.circle("sponsor")
    await maya.press()
    await world.settle()
    [notice] = await sponsor.inbox("reach_out")
    here = await maya.post(f"/v1/inbox/{notice['id']}/read", expect=404)
    nowhere = await maya.post(f"/v1/inbox/{NOWHERE}/read", expect=404)
    assert here | {"request_id": ""} == nowhere | {"request_id": ""}
    assert await maya.sees_state(sponsor) == "handed"
