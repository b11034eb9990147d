"""The inbox: in pages, by kind, read and unread; and how far a push has come, by the device's own word."""

import asyncio

from tests.world.person import Person
from tests.world.world import World


async def unread(person: Person) -> int:
    return int((await person.get("/v1/inbox/unread-count"))["unread"])


async def test_pages_are_whole_and_in_order_while_new_notices_come_in(world: World) -> None:
    maya, sponsor = await world.circle("sponsor")
    await maya.press()
    for number in range(6):
        await maya.says(f"Word {number}")
    everything = [notice["id"] for notice in await sponsor.inbox()]
    assert len(everything) == 7
    assert everything == sorted(everything, reverse=True)
    page = await sponsor.get("/v1/inbox?limit=3")
    found = [notice["id"] for notice in page["items"]]
    await maya.says("One more")
    while page["next"]:
        page = await sponsor.get(f"/v1/inbox?limit=3&cursor={page['next']}")
        found += [notice["id"] for notice in page["items"]]
    assert found == everything
    assert len((await sponsor.get("/v1/inbox"))["items"]) == 8
    for wrong in ("limit=0", "limit=101", "cursor=x", "kind=gossip", "unread=perhaps"):
        await sponsor.get(f"/v1/inbox?{wrong}", expect=422)


async def test_reading_one_reading_all_and_filtering(world: World) -> None:
    maya, sponsor = await world.circle("sponsor")
    await maya.press()
    await maya.says("Hello")
    await world.settle()
    assert await unread(sponsor) == 2
    [word] = await sponsor.inbox("message")
    assert (word["kind"], word["from"]["display_name"], word["reach_out_id"], word["read_at"]) == (
        "message",
        "Maya",
        world.reach_out,
        None,
    )
    read = await sponsor.post(f"/v1/inbox/{word['id']}/read", expect=200)
    assert read["read_at"]
    await world.forward(60)
    assert (await sponsor.post(f"/v1/inbox/{word['id']}/read", expect=200))["read_at"] == read["read_at"]
    assert [notice["kind"] for notice in await sponsor.inbox(unread=True)] == ["reach_out"]
    assert [notice["kind"] for notice in await sponsor.inbox(unread=False)] == ["message"]
    assert await sponsor.inbox("message", unread=True) == []
    assert await sponsor.post("/v1/inbox/read-all", expect=200) == {"read": 1}
    assert await sponsor.post("/v1/inbox/read-all", expect=200) == {"read": 0}
    assert await unread(sponsor) == 0
    assert await maya.sees_state(sponsor) == "handed", "to clear a list is not to have seen who calls"


async def test_how_far_it_has_come_is_the_devices_own_word(world: World) -> None:
    maya, sponsor = await world.circle("sponsor")
    phone = next(iter(sponsor.devices))
    await maya.press()
    [pushed] = await sponsor.pushes()
    receipt = {"delivery_id": str(pushed.push.delivery_id), "event": "delivered"}
    assert await maya.sees_state(sponsor) == "handed"
    assert await sponsor.post("/v1/receipts", receipt, expect=201) == receipt
    assert await maya.sees_state(sponsor) == "delivered"
    assert next(row for row in (await sponsor.get("/v1/devices"))["items"] if row["id"] == phone)["last_receipt_at"]
    await asyncio.gather(*(sponsor.post("/v1/receipts", receipt | {"event": "opened"}) for _ in range(3)))
    assert await maya.sees_state(sponsor) == "seen"
    await sponsor.post("/v1/receipts", receipt)
    assert await maya.sees_state(sponsor) == "seen", "a late receipt takes nothing back"
    for wrong in ({"event": "opened"}, receipt | {"event": "eaten"}, receipt | {"delivery_id": "x"}, {}):
        await sponsor.post("/v1/receipts", wrong, expect=422)


async def test_opening_the_notice_is_having_seen_it(world: World) -> None:
    maya, sponsor = await world.circle("sponsor")
    await maya.press()
    [notice] = await sponsor.inbox("reach_out")
    await sponsor.post(f"/v1/inbox/{notice['id']}/read")
    assert await maya.sees_state(sponsor) == "seen"


async def test_of_each_event_there_is_one_notice(world: World) -> None:
    maya, sponsor, friend = await world.circle("sponsor", "friend")
    await maya.press()
    for _ in range(3):
        await world.forward(31)
        await maya.does("nudge")
    await asyncio.gather(*(sponsor.answer("calling") for _ in range(3)))
    await asyncio.gather(*(maya.close() for _ in range(3)))
    assert await friend.kinds() == ["reach_out", "answered", "all_clear"]
    assert (await maya.kinds()).count("answered") == 1


async def test_how_it_stood_is_not_new_any_more_once_it_is_over(world: World) -> None:
    maya, sponsor, friend, late = await world.circle("sponsor", "friend", "friend")
    await maya.press()
    await maya.says("Hello")
    await sponsor.answer("calling")
    await maya.close()
    await world.settle()
    assert [notice["kind"] for notice in await friend.inbox(unread=True)] == ["all_clear", "message"]
    assert await maya.inbox(unread=True) == [], "the one who closes it knows how it stood"
    await friend.post("/v1/inbox/read-all")
    assert await unread(friend) == 0
    assert await maya.sees_state(late) in {"handed", "queued"}, "not to be new any more is not to have been seen"


async def test_a_yes_that_is_confirmed_is_not_new_any_more(world: World) -> None:
    maya, ana = await world.person("Maya"), await world.person("Ana")
    invited = await maya.invites()
    accepted = await ana.post("/v1/invitations/accept", {"token": invited["token"]}, expect=201)
    assert [notice["kind"] for notice in await maya.inbox(unread=True)] == ["invitation_accepted"]
    await maya.post(f"/v1/circle/{accepted['id']}/confirm", expect=200)
    assert await maya.inbox(unread=True) == []
    assert [notice["kind"] for notice in await maya.inbox()] == ["invitation_accepted"]


async def test_what_nobody_has_closed_is_still_news_to_the_one_who_pressed(world: World) -> None:
    maya, sponsor = await world.circle("sponsor")
    await maya.press()
    for _ in range(50):
        await world.forward(1800)
        await world.work()
    assert [notice["kind"] for notice in await sponsor.inbox(unread=True)] == ["ended"]
    assert [notice["kind"] for notice in await maya.inbox(unread=True)] == ["unanswered"]


async def test_a_notice_says_which_check_in_or_reach_in_it_is_about(world: World) -> None:
    maya, sponsor = await world.circle("sponsor")
    shared = await maya.post("/v1/check-ins", {"feeling": 1, "share_with": [sponsor.places[maya.id]]}, expect=201)
    sent = await maya.post("/v1/reach-ins", {"to": sponsor.id, "text": "Thinking of you."}, expect=201)
    await maya.press()
    found = {notice["kind"]: notice for notice in await sponsor.inbox()}
    assert (found["check_in"]["check_in_id"], found["check_in"]["reach_in_id"]) == (shared["id"], None)
    assert (found["reach_in"]["check_in_id"], found["reach_in"]["reach_in_id"]) == (None, sent["id"])
    assert found["reach_out"]["check_in_id"] is found["reach_out"]["reach_in_id"] is None
    assert (await sponsor.get(f"/v1/check-ins/{shared['id']}"))["feeling"] == 1
    assert (await sponsor.get(f"/v1/reach-ins/{sent['id']}"))["text"] == "Thinking of you."
    stranger = await world.person("Stranger")
    for path in (f"/v1/check-ins/{shared['id']}", f"/v1/reach-ins/{sent['id']}"):
        await stranger.get(path, expect=404)
    await maya.delete(f"/v1/check-ins/{shared['id']}")
    await sponsor.get(f"/v1/check-ins/{shared['id']}", expect=404)
    assert await sponsor.inbox("check_in") == []
