"""The inbox: pages, kinds, read and unread; and how far a push has come, by the device's receipts."""

import asyncio

from tests.world.person import Person
from tests.world.world import World


async def unread(person: Person) -> int:
    return int((await person.get("/v1/inbox/unread-count"))["unread"])


async def test_pages_stay_complete_and_ordered_while_notices_arrive(world: World) -> None:
    maya, sponsor = await world.circle("sponsor")
    await maya.press()
    for number in range(6):
        await maya.says(f"Word {number}")
    everything = [notice["id"] for notice in await sponsor.inbox()]
    assert len(everything) == 7
    assert everything == sorted(everything, reverse=True)
    page = await sponsor.get("/v1/inbox?limit=3")
    ids = [notice["id"] for notice in page["items"]]
    await maya.says("One more")
    while page["next"]:
        page = await sponsor.get(f"/v1/inbox?limit=3&cursor={page['next']}")
        ids += [notice["id"] for notice in page["items"]]
    assert ids == everything
    assert len((await sponsor.get("/v1/inbox"))["items"]) == 8
    for wrong in ("limit=0", "limit=101", "cursor=x", "kind=gossip", "unread=perhaps"):
        await sponsor.get(f"/v1/inbox?{wrong}", expect=422)


async def test_reading_and_filtering_notices(world: World) -> None:
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
    assert await maya.sees_state(sponsor) == "handed", "marking everything as read does not count as seen"


async def test_what_comes_from_people_one_is_there_for_is_counted_apart(world: World) -> None:
    maya, sponsor = await world.circle("sponsor")
    counts = "/v1/inbox/unread-count"
    before = (await sponsor.get(counts))["unread"]
    await maya.post("/v1/reach-ins", {"to": sponsor.id, "text": "Good morning"})
    assert await sponsor.get(counts) == {"unread": before + 1, "from_supported": 1}
    await maya.press()
    assert await sponsor.get(counts) == {"unread": before + 2, "from_supported": 1}, "a press is not quiet news"
    await sponsor.post(f"/v1/threads/{maya.id}/read", expect=200)
    assert (await sponsor.get(counts))["from_supported"] == 0
    # What a member of one's own circle writes counts as unread alone.
    unread_before = (await maya.get(counts))["unread"]
    await sponsor.post("/v1/reach-ins", {"to": maya.id, "text": "Good night"})
    assert await maya.get(counts) == {"unread": unread_before + 1, "from_supported": 0}


async def test_receipts_advance_the_recipients_state(world: World) -> None:
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


async def test_opening_the_notice_counts_as_seen(world: World) -> None:
    maya, sponsor = await world.circle("sponsor")
    await maya.press()
    [notice] = await sponsor.inbox("reach_out")
    await sponsor.post(f"/v1/inbox/{notice['id']}/read")
    assert await maya.sees_state(sponsor) == "seen"


async def test_each_event_creates_one_notice(world: World) -> None:
    maya, sponsor, friend = await world.circle("sponsor", "friend")
    await maya.press()
    for _ in range(3):
        await world.forward(31)
        await maya.does("nudge")
    await asyncio.gather(*(sponsor.answer("calling") for _ in range(3)))
    await asyncio.gather(*(maya.close() for _ in range(3)))
    assert await friend.kinds() == ["reach_out", "answered", "all_clear"]
    assert (await maya.kinds()).count("answered") == 1


async def test_a_close_marks_notices_of_state_as_read(world: World) -> None:
    maya, sponsor, friend, late = await world.circle("sponsor", "friend", "friend")
    await maya.press()
    await maya.says("Hello")
    await sponsor.answer("calling")
    await maya.close()
    await world.settle()
    assert [notice["kind"] for notice in await friend.inbox(unread=True)] == ["all_clear", "message"]
    assert await maya.inbox(unread=True) == [], "the person who closes it knows its state"
    await friend.post("/v1/inbox/read-all")
    assert await unread(friend) == 0
    assert await maya.sees_state(late) in {"handed", "queued"}, "marked as read by the close does not count as seen"


async def test_confirming_a_member_marks_the_acceptance_as_read(world: World) -> None:
    maya, ana = await world.person("Maya"), await world.person("Ana")
    invited = await maya.invites()
    accepted = await ana.post("/v1/invitations/accept", {"token": invited["token"]}, expect=201)
    assert [notice["kind"] for notice in await maya.inbox(unread=True)] == ["invitation_accepted"]
    await maya.post(f"/v1/circle/{accepted['id']}/confirm", expect=200)
    assert await maya.inbox(unread=True) == []
    assert [notice["kind"] for notice in await maya.inbox()] == ["invitation_accepted"]


async def test_an_expired_reach_out_leaves_the_persons_notice_unread(world: World) -> None:
    maya, sponsor = await world.circle("sponsor")
    await maya.press()
    for _ in range(50):
        await world.forward(1800)
        await world.work()
    assert [notice["kind"] for notice in await sponsor.inbox(unread=True)] == ["ended"]
    assert [notice["kind"] for notice in await maya.inbox(unread=True)] == ["unanswered"]


async def test_a_notice_names_its_check_in_or_reach_in(world: World) -> None:
    maya, sponsor = await world.circle("sponsor")
    shared = await maya.post("/v1/check-ins", {"feeling": 1, "share_with": [sponsor.places[maya.id]]}, expect=201)
    sent = await maya.post("/v1/reach-ins", {"to": sponsor.id, "text": "Thinking of you."}, expect=201)
    await maya.press()
    notices = {notice["kind"]: notice for notice in await sponsor.inbox()}
    assert (notices["check_in"]["check_in_id"], notices["check_in"]["reach_in_id"]) == (shared["id"], None)
    assert (notices["reach_in"]["check_in_id"], notices["reach_in"]["reach_in_id"]) == (None, sent["id"])
    assert notices["reach_out"]["check_in_id"] is notices["reach_out"]["reach_in_id"] is None
    assert (await sponsor.get(f"/v1/check-ins/{shared['id']}"))["feeling"] == 1
    assert (await sponsor.get(f"/v1/reach-ins/{sent['id']}"))["text"] == "Thinking of you."
    stranger = await world.person("Stranger")
    for path in (f"/v1/check-ins/{shared['id']}", f"/v1/reach-ins/{sent['id']}"):
        await stranger.get(path, expect=404)
    await maya.delete(f"/v1/check-ins/{shared['id']}")
    await sponsor.get(f"/v1/check-ins/{shared['id']}", expect=404)
    assert await sponsor.inbox("check_in") == []
