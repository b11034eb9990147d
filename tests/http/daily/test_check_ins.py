"""Check-ins: private unless shared, never in a push, and hidden from others when the membership ends."""

from typing import Any

import pytest

from tests.world.person import Person
from tests.world.world import World

NOWHERE = "0199f3c2-7b1e-7c55-9d0a-3f6a1b2c3d4e"


async def checks_in(maya: Person, *shared: Person, **fields: Any) -> dict[str, Any]:
    body = fields | ({"share_with": [member.places[maya.id] for member in shared]} if shared else {})
    check_in: dict[str, Any] = await maya.post("/v1/check-ins", body, expect=201)
    return check_in


async def sees(person: Person, query: str = "") -> list[str | None]:
    """Return the notes of the check-ins that this person sees, newest first."""
    return [check_in["note"] for check_in in (await person.get(f"/v1/check-ins{query}"))["items"]]


async def test_a_check_in_is_private(world: World) -> None:
    maya, sponsor = await world.circle("sponsor")
    await maya.welcomes(await world.person())
    check_in = await checks_in(maya, feeling=1, halt=["lonely", "tired", "lonely"], note="\u202eRough\u200b day. ")
    assert check_in == {
        "id": check_in["id"],
        "mine": True,
        "from": {"id": maya.id, "display_name": "Maya"},
        "feeling": 1,
        "halt": ["lonely", "tired"],
        "note": "Rough day.",
        "week": None,
        "shared_with": [],
        "shares": [],
        "offer": True,
        "created_at": check_in["created_at"],
    }
    assert (await maya.get("/v1/check-ins"))["items"] == [check_in]
    assert await sees(sponsor) == []
    assert await sponsor.inbox() == []
    assert await sponsor.pushed() == []
    await sponsor.delete(f"/v1/check-ins/{check_in['id']}", expect=404)


async def test_a_shared_check_in_is_visible_only_to_that_member(world: World) -> None:
    maya, sponsor, friend = await world.circle("sponsor", "friend")
    await checks_in(maya, note="Before.")
    shared = await checks_in(maya, sponsor, feeling=4, note="Ninety minutes of sun.")
    await checks_in(maya, note="After.")
    assert shared["shared_with"] == [{"id": sponsor.id, "display_name": sponsor.name}]
    [seen] = (await sponsor.get("/v1/check-ins"))["items"]
    # What was not given is left out as what is not shared is; so are the parts that are its author's alone.
    left_out = ("halt", "week", "offer")
    theirs = {name: value for name, value in shared.items() if name not in left_out}
    assert seen == theirs | {"mine": False, "shared_with": None, "shares": None, "seen_at": None}
    assert await sees(friend) == []
    [notice] = await sponsor.inbox("check_in")
    assert (notice["from"]["id"], notice["reach_out_id"], notice["bookend_id"]) == (maya.id, None, None)
    assert await friend.inbox() == []
    [pushed] = await sponsor.pushes("check_in")
    assert not pushed.push.urgent
    assert pushed.push.body == "Someone has shared a check-in with you."
    assert "minutes of sun" not in str(pushed.push)
    assert pushed.push.tag == notice["id"], "it replaces no other push"


async def test_check_ins_are_listed_in_pages_and_filtered(world: World) -> None:
    maya, sponsor = await world.circle("sponsor")
    await sponsor.welcomes(maya)
    for note in ("One", "Two", "Three"):
        await checks_in(maya, note=note)
    await checks_in(sponsor, maya, note="Theirs")
    assert await sees(maya) == ["Theirs", "Three", "Two", "One"]
    assert await sees(maya, "?mine=true") == ["Three", "Two", "One"]
    assert await sees(maya, "?mine=false") == ["Theirs"]
    first = await maya.get("/v1/check-ins?limit=2")
    rest = await maya.get(f"/v1/check-ins?limit=2&cursor={first['next']}")
    assert [check_in["note"] for check_in in first["items"] + rest["items"]] == ["Theirs", "Three", "Two", "One"]
    assert rest["next"] is None
    assert (await world.here.http.get("/v1/check-ins")).status_code == 401


@pytest.mark.parametrize("way", ["removed", "left", "blocked by the owner", "blocked by the member", "taken back"])
async def test_sharing_ends_with_the_membership_or_the_check_in(world: World, way: str) -> None:
    maya, sponsor, friend = await world.circle("sponsor", "friend")
    # The opposite direction is another circle, which stays.
    await sponsor.welcomes(maya)
    shared = await checks_in(maya, sponsor, friend, note="For two.")
    await world.settle()
    world.here.forget_pushes()
    await checks_in(maya, sponsor, note="Still to be pushed.")
    assert await sees(sponsor) == ["Still to be pushed.", "For two."]
    match way:
        case "removed":
            await maya.delete(f"/v1/circle/{sponsor.places[maya.id]}")
        case "left":
            await sponsor.delete(f"/v1/supporting/{sponsor.places[maya.id]}")
        case "blocked by the owner":
            await maya.post("/v1/blocks", {"person_id": sponsor.id})
        case "blocked by the member":
            await sponsor.post("/v1/blocks", {"person_id": maya.id})
        case _:
            for check_in in (await maya.get("/v1/check-ins"))["items"]:
                await maya.delete(f"/v1/check-ins/{check_in['id']}")
    assert await sees(sponsor) == []
    assert await sponsor.inbox("check_in") == []
    await world.forward(11)
    await world.work()
    assert len(await sponsor.pushes("check_in")) == 1, "only what was sent before"
    if way == "taken back":
        assert await sees(maya) == await sees(friend) == []
        return
    # Others still see what was shared with them; a returning member starts without earlier shares.
    assert await sees(friend) == ["For two."]
    assert await sees(maya) == ["Still to be pushed.", "For two."]
    mine = next(row for row in (await maya.get("/v1/check-ins"))["items"] if row["id"] == shared["id"])
    assert [member["id"] for member in mine["shared_with"]] == [friend.id]
    if "blocked" not in way:
        await maya.welcomes(sponsor)
        assert await sees(sponsor) == []


async def test_check_ins_are_shared_only_with_members(world: World) -> None:
    """Another circle's, unconfirmed, removed or unknown members and a person's id: one problem, nothing is stored."""
    maya, sponsor, friend = await world.circle("sponsor", "friend")
    other = await world.person()
    await other.welcomes(sponsor)
    invited = await maya.invites()
    unconfirmed = (await other.post("/v1/invitations/accept", {"token": invited["token"]}, expect=201))["id"]
    gone = friend.places[maya.id]
    await maya.delete(f"/v1/circle/{gone}")
    good = sponsor.places[maya.id]
    problems = []
    for wrong in (sponsor.places[other.id], unconfirmed, gone, sponsor.id, NOWHERE):
        problem = await maya.post("/v1/check-ins", {"share_with": [good, wrong]}, expect=422)
        assert problem["type"] == "/problems/member-unknown"
        problems.append(problem | {"request_id": ""})
    assert all(problem == problems[0] for problem in problems)
    await sponsor.post("/v1/check-ins", {"share_with": [good]}, expect=422)
    assert await world.count("check_ins") == 0
    assert await sponsor.inbox() == []


async def test_a_muted_or_unavailable_member_gets_a_notice_without_a_push(world: World) -> None:
    maya, muted, asleep, awake = await world.circle("sponsor", "friend", "fellow")
    until = "2026-03-11T20:00:00Z"
    await muted.patch(f"/v1/supporting/{muted.places[maya.id]}", {"muted_until": until})
    await asleep.patch("/v1/me", {"hours": [{"day": 1, "from": "08:00", "to": "20:00"}]})
    await checks_in(maya, muted, asleep, awake, feeling=2)
    for member in (muted, asleep, awake):
        assert [notice["kind"] for notice in await member.inbox()] == ["check_in"]
        assert await member.pushed() == (["check_in"] if member is awake else [])


async def test_a_push_is_rechecked_at_the_moment_of_sending(world: World) -> None:
    maya, muted, asleep = await world.circle("sponsor", "friend")
    world.here.forget_pushes()
    await checks_in(maya, muted, asleep, feeling=2)
    await muted.patch(f"/v1/supporting/{muted.places[maya.id]}", {"muted_until": "2026-03-11T20:00:00Z"})
    await asleep.patch("/v1/me", {"hours": [{"day": 1, "from": "08:00", "to": "20:00"}]})
    await world.forward(11)
    await world.work()
    for member in (muted, asleep):
        assert await member.pushed() == []
        assert [notice["kind"] for notice in await member.inbox()] == ["check_in"]


async def test_a_retry_with_the_same_key_creates_one_check_in(world: World) -> None:
    maya, sponsor = await world.circle("sponsor")
    body = {"note": "Once.", "share_with": [sponsor.places[maya.id]]}
    first, again = [await maya.post("/v1/check-ins", body, expect=201, key="k") for _ in range(2)]
    assert first == again
    assert len(await sponsor.inbox()) == 1
    assert (await maya.post("/v1/check-ins", {"note": "Other."}, expect=422, key="k"))["type"] == "/problems/key-reused"


@pytest.mark.parametrize(
    "wrong",
    [
        {"feeling": 5},
        {"feeling": -1},
        {"feeling": 1.5},
        {"feeling": True},
        {"feeling": "low"},
        {"halt": ["bored"]},
        {"halt": "tired"},
        {"halt": ["tired"] * 5},
        {"note": "x" * 2001},
        {"note": 5},
        {"share_with": ["Ben"]},
        {"share_with": [NOWHERE] * 16},
        {"mood": "fine"},
        {"week": {"people": 4}},
        {"week": {"people": -1}},
        {"week": {"people": True}},
        {"week": {"money": 1}},
        {"week": [1, 2]},
        {"parts": ["mood"]},
        {"parts": []},
        {"parts": "feeling"},
        {"shares": [{"parts": ["feeling"]}]},
    ],
)
async def test_invalid_fields_are_named(world: World, wrong: dict[str, Any]) -> None:
    maya = await world.person("Maya")
    problem = await maya.post("/v1/check-ins", wrong, expect=422)
    assert problem["type"] == "/problems/invalid"
    assert all(error["at"].startswith(f"body.{next(iter(wrong))}") for error in problem["errors"])


async def test_an_empty_check_in_is_allowed(world: World) -> None:
    maya = await world.person("Maya")
    check_in = await checks_in(maya, note=" \u200b ", halt=[])
    assert (check_in["feeling"], check_in["halt"], check_in["note"]) == (None, [], None)


async def test_the_note_is_encrypted_exported_and_erased(world: World) -> None:
    maya, sponsor = await world.circle("sponsor")
    await checks_in(maya, sponsor, feeling=3, halt=["hungry"], note="Lentil soup.")
    async with world.database.read() as session:
        connection = await session.connection()
        kept = (await connection.exec_driver_sql("SELECT note FROM check_ins")).scalar_one()
    assert b"Lentil" not in bytes(kept)
    mine, theirs = await maya.get("/v1/me/export"), await sponsor.get("/v1/me/export")
    [row] = mine["check_ins"]
    assert (row["feeling"], row["halt"], row["note"]) == (3, ["hungry"], "Lentil soup.")
    assert [share["membership_id"] for share in mine["check_ins_i_share"]] == [sponsor.places[maya.id]]
    assert theirs["check_ins"] == []
    assert [check_in["person_id"] for check_in in theirs["check_ins_shared_with_me"]] == [maya.id]
    assert "Lentil" not in str(theirs)
    await maya.delete("/v1/me")
    assert await sees(sponsor) == []
    assert await sponsor.inbox() == []
    assert await world.count("check_ins") == await world.count("check_in_shares") == 0


async def test_notes_are_deleted_after_90_days(world: World) -> None:
    maya, sponsor = await world.circle("sponsor")
    await checks_in(maya, sponsor, feeling=3, note="Lentil soup.")
    await world.forward(89.9 * 24 * 3600)
    assert (await world.purge().run())["check_ins"] == 0
    await world.forward(0.2 * 24 * 3600)
    assert (await world.purge().run())["check_ins"] == 1
    [left] = (await maya.get("/v1/check-ins"))["items"]
    assert (left["feeling"], left["note"]) == (3, None)


async def test_seen_again_after_it_was_taken_back_and_shared_again(world: World) -> None:
    maya, sponsor = await world.circle("sponsor")
    await maya.device()
    place = sponsor.places[maya.id]
    made = await maya.post("/v1/check-ins", {"feeling": 1, "share_with": [place]}, expect=201)
    path = f"/v1/check-ins/{made['id']}"
    for _ in range(3):
        await sponsor.post(f"{path}/seen", {"text": "Here."}, expect=201)
        # Its push is on its way before it is taken back, which would call it off.
        await world.settle()
        assert [notice["from"]["id"] for notice in await maya.inbox("check_in_seen", unread=True)] == [sponsor.id]
        await maya.delete(f"{path}/shares/{place}")
        assert await maya.inbox("check_in_seen") == []
        await maya.post(f"{path}/shares", {"membership_id": place}, expect=201)
    assert await maya.pushed() == ["check_in_seen"], "it is found there again, and pushed once"


async def test_named_one_by_one_they_see_no_more_than_was_named_for_all(world: World) -> None:
    maya, sponsor, friend = await world.circle("sponsor", "friend")
    others = [{"membership_id": sponsor.places[maya.id]}, {"membership_id": friend.places[maya.id], "parts": ["note"]}]
    said = {"feeling": 1, "note": "Work was long.", "parts": ["feeling"], "shares": others}
    made = await maya.post("/v1/check-ins", said, expect=201)
    for viewer, parts in ((sponsor, {"feeling"}), (friend, {"note"})):
        assert set(await viewer.get(f"/v1/check-ins/{made['id']}")) & {"feeling", "note"} == parts
