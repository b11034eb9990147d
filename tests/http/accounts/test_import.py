"""Bringing an export into another account: what comes, what does not, twice, half, and files that mean harm."""

import io
import json
import struct
import zipfile
from collections.abc import Callable, Mapping
from typing import Any

import pytest

from api.import_file import MAX_JSON_BYTES
from api.middleware import MAX_IMPORT_BYTES
from cli.import_account import bring
from tests.http.test_problems import assert_problem
from tests.world.commitments import at_moment
from tests.world.days import PLAN_LISTS, WEEK, live_some_days, typed
from tests.world.person import Person
from tests.world.world import World

WRITTEN = ("check_ins", "reach_outs", "reflections", "commitments", "commitment_days", "plans")
NOTHING_NEW = {"plan": False, "check_ins": 0, "commitments": 0, "reflections": 0}


async def exported(person: Person) -> bytes:
    await person.proves()
    return (await person.send("GET", "/v1/me/export?format=zip")).content


async def imports(person: Person, data: bytes, expect: int = 200) -> Any:
    reply = await person.send("POST", "/v1/me/import", data, headers={"Content-Type": "application/zip"})
    assert reply.status_code == expect, reply.text
    return reply.json()


async def kept(person: Person) -> dict[str, Any]:
    """Return what an import can bring, as the person exports it."""
    await person.proves()
    export = await person.get("/v1/me/export")
    return {name: export[name] for name in WRITTEN}


def packed(content: object, name: str = "porchlight.json", method: int = zipfile.ZIP_DEFLATED) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as file:
        file.writestr(name, content if isinstance(content, bytes) else json.dumps(content))
    return buffer.getvalue()


async def lived_file(world: World) -> tuple[Person, bytes]:
    """Return Maya after some days, and her export."""
    maya, sponsor, friend = await world.circle("sponsor", "friend")
    await live_some_days(world, maya, sponsor, friend)
    await maya.post(f"/v1/reach-outs/{world.reach_out}/reflection", {"seen": 3, "soothed": 0})
    hours = [{"day": 2, "from": "08:00", "to": "24:00"}]
    await maya.proves()
    profile = {"contact": "+1 555 010 0133", "time_zone": "Europe/Madrid", "region": "ES", "language": "es"}
    await maya.patch("/v1/me", profile | {"hours": hours, "away_until": None})
    running = {"text": typed("running"), "days": [0, 3], "at": "07:30", "witness": sponsor.places[maya.id]}
    await maya.post("/v1/commitments", running, expect=201)
    return maya, await exported(maya)


@pytest.mark.promise(8)
async def test_promise_8_an_export_is_brought_into_another_account_whole(world: World) -> None:
    maya, file = await lived_file(world)
    before, profile = await kept(maya), await maya.get("/v1/me")
    await maya.delete("/v1/me")
    await world.forward(60)
    fresh = await world.person("Newcomer")
    brought = await imports(fresh, file)
    assert brought == {"plan": True, "check_ins": 2, "commitments": 3, "reflections": 1, "people": 2}
    me = await fresh.get("/v1/me")
    names = ("display_name", "time_zone", "region", "language", "hours", "wake_me", "contact")
    assert {name: me[name] for name in names} == {name: profile[name] for name in names}
    assert me["sign_in_name"] == fresh.sign_in_name
    after = await kept(fresh)
    for name in ("check_ins", "reflections", "commitment_days"):
        assert without_ids(after[name]) == without_ids(before[name]), name
    [reach_out] = after["reach_outs"]
    assert (reach_out["need"], reach_out["note"], reach_out["outcome"]) == ("lonely", typed("press note"), "connected")
    terms = ("text", "days", "at", "ends_on", "ended_at", "created_at")
    hers, theirs = (sorted([str(row[name]) for name in terms] for row in it["commitments"]) for it in (before, after))
    assert theirs == hers
    [plan], [old_plan] = after["plans"], before["plans"]
    assert plan["help_me"] == typed("help me")
    assert [plan[name] for name in PLAN_LISTS] == [old_plan[name] for name in PLAN_LISTS]
    assert plan["professionals"] == old_plan["professionals"]
    assert (await fresh.get("/v1/connections"))["felt"][0]["seen"] == 3


@pytest.mark.promise(5)
async def test_promise_5_nobody_is_brought_and_nobody_hears_of_it(world: World) -> None:
    maya, file = await lived_file(world)
    fresh = await world.person("Newcomer")
    counted = ("deliveries", "notices", "recipients", "memberships", "follow_ups", "check_in_shares")
    before = [await world.count(table) for table in counted]
    await imports(fresh, file)
    await world.settle()
    await world.work()
    assert [await world.count(table) for table in counted] == before
    assert await fresh.circle() == []
    assert [row["witness"] for row in (await fresh.get("/v1/commitments?mine=true"))["items"]] == [None] * 3
    assert [row["shares"] for row in (await fresh.get("/v1/check-ins"))["items"]] == [[], []]
    assert (await fresh.get("/v1/me/plan"))["people"] == []
    [seen] = (await fresh.get("/v1/reach-outs?mine=true"))["items"]
    assert (seen["state"], seen["recipients"]) == ("closed", [])
    assert (await fresh.get("/v1/inbox"))["items"] == []
    assert maya.id not in json.dumps(await kept(fresh))


async def test_a_running_commitment_is_due_again_and_an_ended_one_stays_over(world: World) -> None:
    _, file = await lived_file(world)
    fresh = await world.person("Newcomer")
    await fresh.device("fcm")
    await imports(fresh, file)
    running = {row["text"]: row["next_at"] for row in (await fresh.get("/v1/commitments?mine=true"))["items"]}
    assert running == {typed("promise"): None, typed("lonely promise"): None, typed("running"): "2026-03-16T06:30:00Z"}
    await at_moment(world, "2026-03-16T06:30")
    assert await fresh.pushed() == ["commitment_due"]


async def test_the_same_file_twice_brings_nothing_twice(world: World) -> None:
    maya, file = await lived_file(world)
    fresh = await world.person("Newcomer")
    await imports(fresh, file)
    once = await kept(fresh)
    assert await imports(fresh, file) == NOTHING_NEW | {"people": 2}
    assert await kept(fresh) == once
    # Nor does it where it came from, nor after a way there and back.
    hers = await kept(maya)
    for back in (file, await exported(fresh)):
        assert (await imports(maya, back)) | {"people": 0} == NOTHING_NEW | {"people": 0}
    again = await kept(maya)
    assert {name: again[name] for name in WRITTEN} == hers
    # What was added since comes, and a plan that has words stays.
    await maya.post("/v1/check-ins", {"feeling": 4}, expect=201)
    await fresh.put("/v1/me/plan", {"signs": ["Mine now"]}, expect=200)
    assert await imports(fresh, await exported(maya)) == NOTHING_NEW | {"check_ins": 1, "people": 2}
    assert (await fresh.get("/v1/me/plan"))["signs"] == ["Mine now"]


async def test_the_json_alone_and_an_export_without_version_are_brought_too(world: World) -> None:
    _, file = await lived_file(world)
    with zipfile.ZipFile(io.BytesIO(file)) as opened:
        export = json.loads(opened.read("porchlight.json"))
    assert export["version"] == 1
    fresh, other = await world.person("Fresh"), await world.person("Other")
    assert (await imports(fresh, json.dumps(export).encode()))["check_ins"] == 2
    del export["version"]
    export["from_a_newer_release"] = [{"anything": 1}]
    export["person"]["time_zone"] = "Mars/Olympus"
    assert (await imports(other, packed(export)))["check_ins"] == 2
    assert (await other.get("/v1/me"))["time_zone"] == "UTC", "an unknown zone counts as left out"


@pytest.mark.parametrize("zone", [["UTC"], {"name": "UTC"}, 5, True])
async def test_a_file_edited_by_hand_may_hold_anything_as_its_time_zone(world: World, zone: object) -> None:
    fresh = await world.person("Newcomer")
    await imports(fresh, json.dumps({"person": {"time_zone": zone}}).encode())
    assert (await fresh.get("/v1/me"))["time_zone"] == "UTC"


async def test_an_import_needs_fresh_proof_and_an_account(world: World) -> None:
    maya = await world.person("Maya")
    await world.forward(301)
    assert (await imports(maya, packed({"person": {}}), expect=403))["type"] == "/problems/proof-needed"
    reply = await world.here.http.post("/v1/me/import", content=packed({"person": {}}))
    assert_problem(reply, 401, "not-signed-in")


def declares_another_size(data: bytes) -> bytes:
    """Return the ZIP with the sizes of its entry set to 10 bytes, wherever they stand."""
    with zipfile.ZipFile(io.BytesIO(data)) as file:
        size = struct.pack("<L", file.infolist()[0].file_size)
    return data.replace(size, struct.pack("<L", 10))


UNREADABLE: Mapping[str, Callable[[], bytes]] = {
    "nothing": lambda: b"",
    "no JSON": lambda: b"{",
    "deep": lambda: b'{"person": ' + b"[" * 100_000,
    "no ZIP": lambda: b"PK\x03\x04 and so on",
    "cut off": lambda: packed({"person": {}, "x": "y" * 1000})[:-40],
    "another name": lambda: packed({"person": {}}, "other.json"),
    "a path": lambda: packed({"person": {}}, "../porchlight.json"),
    "another method": lambda: packed({"person": {}}, method=zipfile.ZIP_LZMA),
    "another version": lambda: packed({"version": 2, "person": {}}),
    "a bomb": lambda: packed(b'{"person": {}, "x": "' + b" " * MAX_JSON_BYTES + b'"}'),
    "a bomb that denies it": lambda: declares_another_size(
        packed(b'{"person": {}, "x": "' + b" " * MAX_JSON_BYTES + b'"}')
    ),
}


@pytest.mark.parametrize("what", UNREADABLE)
async def test_a_file_that_is_none_is_refused_in_plain_words(world: World, what: str) -> None:
    maya = await world.person("Maya")
    assert (await imports(maya, UNREADABLE[what](), expect=422))["type"] == "/problems/import-unreadable"


async def test_a_file_that_is_too_large_is_refused(world: World) -> None:
    maya = await world.person("Maya")

    async def slowly() -> Any:
        for _ in range(MAX_IMPORT_BYTES // 65_536 + 1):
            yield b" " * 65_536

    signed_in = {"Authorization": f"Bearer {maya.token}"}
    for content in (b" " * (MAX_IMPORT_BYTES + 1), slowly()):
        reply = await world.here.http.post("/v1/me/import", content=content, headers=signed_in)
        assert_problem(reply, 413, "too-large")
    # Elsewhere the bound is as it was.
    assert_problem(await maya.send("PATCH", "/v1/me", b" " * 70_000), 413, "too-large")


SECRET = "quinsomething"
WRONG: Mapping[str, tuple[str, object]] = {
    "check_ins.0.feeling": ("check_ins", [{"feeling": 9, "note": SECRET, "created_at": "2026-01-01T00:00:00Z"}]),
    "check_ins.0.created_at": ("check_ins", [{"note": SECRET, "created_at": SECRET}]),
    "check_ins.0.halt.0": ("check_ins", [{"halt": [SECRET], "created_at": "2026-01-01T00:00:00Z"}]),
    "person.contact": ("person", {"contact": SECRET}),
    "plans.0.professionals.0.phone": ("plans", [{"professionals": [{"name": "Dr", "phone": SECRET}]}]),
    "commitments.0.at": ("commitments", [{"id": SECRET, "days": [0], "at": SECRET, "ends_on": SECRET}]),
    "": ("check_ins", [{"note": SECRET, "created_at": "2100-01-01T00:00:00Z"}]),
}


@pytest.mark.parametrize("place", WRONG)
async def test_what_cannot_be_used_is_named_and_nothing_is_half_written(world: World, place: str) -> None:
    [maya] = await world.circle()
    name, content = WRONG[place]
    good = {"feeling": 1, "created_at": "2026-01-01T00:00:00Z"}
    file: dict[str, Any] = {"person": {"display_name": "Changed"}, "check_ins": [good], name: content}
    problem = await imports(maya, packed(file), expect=422)
    assert problem["type"] == "/problems/invalid"
    assert f"body.{place}".rstrip(".") in [wrong["at"] for wrong in problem["errors"]]
    assert SECRET not in json.dumps(problem)
    assert (await maya.get("/v1/me"))["display_name"] == "Maya"
    assert await world.count("check_ins") == 0


@pytest.mark.parametrize("when", ["closed_at", "raised_at", "felt_at", "ended_at", "written_at", "day"])
async def test_what_lies_in_the_future_is_refused_wherever_it_stands(world: World, when: str) -> None:
    """A reach-out that closes in a hundred years would end each practice that is begun until then."""
    maya = await world.person("Maya")
    past, made = "2026-01-01T00:00:00Z", "0" * 32
    at = dict.fromkeys(("closed_at", "felt_at", "written_at", "day"), past) | {when: "2126-01-01T00:00:00Z"}
    common = {"id": made, "created_at": past}
    ends = {"raised_at": at.get("raised_at"), "closed_at": at["closed_at"], "outcome": "connected"}
    file = {
        "person": {},
        "reach_outs": [common | ends],
        "reflections": [{"reach_out_id": made, "seen": 1, "created_at": at["felt_at"]}],
        "commitments": [common | {"days": [3], "at": "10:00", "ends_on": "2026-05-01", "ended_at": at.get("ended_at")}],
        "commitment_days": [
            {"commitment_id": made, "day": at["day"][:10], "done": True, "created_at": at["written_at"]}
        ],
    }
    assert (await imports(maya, packed(file), expect=422))["type"] == "/problems/invalid"


async def test_too_many_running_commitments_bring_nothing_at_all(world: World) -> None:
    maya = await world.person("Maya")
    await maya.post("/v1/commitments", {"text": "One", "days": [1], "at": "21:00"}, expect=201)
    row = {"days": [1], "at": "21:00", "ends_on": "2026-04-01", "text": "More"}
    ids = [f"0199f3c2-7b1e-7c55-9d0a-3f6a1b2c3d{number:02}" for number in range(10)]
    rows = [row | {"id": ids[day], "created_at": f"2026-03-0{day or 1}T10:0{day}:00Z"} for day in range(10)]
    file = {"person": {}, "check_ins": [{"feeling": 1, "created_at": "2026-01-01T00:00:00Z"}], "commitments": rows}
    assert (await imports(maya, packed(file), expect=409))["type"] == "/problems/too-many-commitments"
    assert await world.count("check_ins") == 0
    file["commitments"] = rows[1:]
    assert (await imports(maya, packed(file)))["commitments"] == 9


async def test_a_week_of_fewer_answers_is_brought_as_it_was(world: World) -> None:
    [maya] = await world.circle()
    file = {"person": {}, "check_ins": [{"week": WEEK | {"new": 2}, "created_at": "2026-01-01T00:00:00Z"}]}
    await imports(maya, packed(file))
    [check_in] = (await maya.get("/v1/check-ins"))["items"]
    assert {name: value for name, value in check_in["week"].items() if value is not None} == WEEK


async def test_the_command_brings_a_file_and_signs_out_again(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    _, file = await lived_file(world)
    fresh = await world.person("Fresh")
    assert await bring(world.here.http, fresh.sign_in_name, fresh.passphrase, file) == 0
    said = capsys.readouterr().out
    assert "the profile, the plan; new check-ins 2, commitments 3, reflections 1." in said
    assert "invite each of them again" in said
    assert len((await fresh.get("/v1/sessions"))["items"]) == 1
    assert await bring(world.here.http, fresh.sign_in_name, "another passphrase", file) == 1
    assert await bring(world.here.http, fresh.sign_in_name, fresh.passphrase, b"PK") == 1
    assert "Nothing was brought: This is no file" in capsys.readouterr().err


def without_ids(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    bare = [{name: value for name, value in row.items() if name != "id" and not name.endswith("_id")} for row in rows]
    return sorted(bare, key=lambda row: str(row["created_at"]))
