"""The auditor: no findings in a healthy night; each broken invariant is found, counted and repaired."""

from datetime import datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import select, update

from cli.audit import findings_table
from core.ids import new_id
from core.telemetry import AUDIT_FINDINGS
from models import Bookend, Commitment, Delivery, Notice, Recipient
from rules.upkeep.audit import Finding, FindingKind
from tests.world.commitments import means_to
from tests.world.world import World


async def finding_kinds(world: World) -> list[str]:
    """Run the auditor once; return the kinds of its findings, all of them repaired."""
    before = {what: counted(what) for what in FindingKind}
    done = await world.auditor().audit_once()
    assert all(mended for _, mended in done), done
    for what in FindingKind:
        assert counted(what) - before[what] == sum(finding.what is what for finding, _ in done)
    return [str(finding.what) for finding, _ in done]


def counted(what: FindingKind) -> float:
    return float(AUDIT_FINDINGS.labels(str(what))._value.get())


async def write(world: World, statement: object) -> None:
    async with world.database.write() as session:
        await session.execute(statement)  # type: ignore[call-overload]  # an update of any table
        await session.commit()


async def delivery(world: World) -> Delivery:
    async with world.database.read() as session:
        return (await session.execute(select(Delivery).join(Notice).where(Notice.kind == "reach_out"))).scalar_one()


async def later(world: World, **values: object) -> None:
    """Change the only delivery of the reach-out."""
    target = await delivery(world)
    await write(world, update(Delivery).where(Delivery.id == target.id).values(**values))


async def test_a_healthy_reach_out_has_no_findings(world: World) -> None:
    maya, sponsor, _friend, fellow = await world.circle("sponsor", "friend", "fellow", steps=[1, 2, 2])
    await world.gives_channel(sponsor)
    await fellow.patch("/v1/me", {"hours": [{"day": 0, "from": "08:00", "to": "09:00"}]})
    assert await finding_kinds(world) == []
    await maya.press()
    assert await finding_kinds(world) == []
    await world.settle()
    for seconds in (90, 60, 30, 120, 600, 29, 31):
        await world.forward(seconds)
        assert await finding_kinds(world) == [], "due a moment ago is not overdue"
        await world.work()
        assert await finding_kinds(world) == []
    await sponsor.answer("calling")
    assert await finding_kinds(world) == []
    await sponsor.device()
    await world.passes(601)
    assert await finding_kinds(world) == []
    await sponsor.answer("here")
    await maya.does("together")
    assert await finding_kinds(world) == []
    await maya.close()
    await world.forward(120)
    await world.work()
    assert await finding_kinds(world) == []


@pytest.mark.parametrize(
    "wrong",
    [
        {"due_at": None},
        {"next_rung_at": None},
        {"due_at": 7200},
        {"state": "answered", "next_rung_at": None, "paused_until": None},
        {"state": "answered", "next_rung_at": None, "paused_until": 600, "due_at": 7200},
    ],
)
async def test_a_reach_out_without_a_timer(world: World, wrong: dict[str, object]) -> None:
    maya, _sponsor, friend = await world.circle("sponsor", "friend", steps=[1, 2])
    await maya.press()
    await world.forward(31)
    now = world.now()
    await world.set(**{name: now + timedelta(seconds=at) if isinstance(at, int) else at for name, at in wrong.items()})
    assert await finding_kinds(world) == ["reach_out_without_timer"]
    await world.work()
    assert await finding_kinds(world) == []
    await world.passes(600)
    assert await friend.pushed() != [], "it goes on"


async def test_a_reach_out_that_is_overdue(world: World) -> None:
    maya, *_ = await world.circle("sponsor")
    await maya.press()
    await world.settle()
    await world.forward(90 + 29)
    assert await finding_kinds(world) == []
    await world.forward(2)
    assert await finding_kinds(world) == ["reach_out_overdue"]
    assert await finding_kinds(world) == [], "due now, for the next worker that looks"


async def test_a_delivery_that_is_overdue(world: World) -> None:
    maya, sponsor = await world.circle("sponsor")
    world.here.forget_pushes()
    await maya.press()
    await world.forward(39)
    assert await finding_kinds(world) == []
    await world.forward(2)
    due_at = (await delivery(world)).due_at
    assert await finding_kinds(world) == ["delivery_overdue"]
    overdue = await delivery(world)
    assert overdue.lease_until is None
    assert overdue.due_at == due_at, "due_at shows how long somebody has been waiting"
    await world.work()
    assert await sponsor.pushed() == ["reach_out"]
    assert await finding_kinds(world) == []


async def test_a_lease_too_long_to_be_real(world: World) -> None:
    maya, sponsor = await world.circle("sponsor")
    world.here.forget_pushes()
    await maya.press()
    await later(world, lease_until=world.now() + timedelta(days=2))
    await world.passes(31)
    assert await sponsor.pushed() == []
    assert await finding_kinds(world) == ["delivery_overdue"]
    await world.work()
    assert await sponsor.pushed() == ["reach_out"]


async def test_a_lease_that_ran_out_twice(world: World) -> None:
    maya, sponsor = await world.circle("sponsor")
    world.here.forget_pushes()
    await maya.press()
    await later(world, attempt=2, lease_until=world.now() + timedelta(seconds=1))
    assert await finding_kinds(world) == [], "its holder may still report a result"
    await world.forward(2)
    assert await finding_kinds(world) == ["lease_ran_out_twice"]
    await world.work()
    assert await sponsor.pushed() == ["reach_out"]
    assert await finding_kinds(world) == []


async def test_a_press_that_raced_the_registration_of_a_phone(world: World) -> None:
    maya, sponsor = await world.circle("sponsor")
    second = await sponsor.device()
    await maya.press()
    await sponsor.pushed()
    other = select(Notice.id).where(Notice.kind == "reach_out")
    async with world.database.write() as session:
        rows = await session.execute(
            select(Delivery).where(Delivery.device_id == UUID(second["id"]), Delivery.notice_id.in_(other))
        )
        await session.delete(rows.scalar_one())
        await session.commit()
    assert await finding_kinds(world) == [], "it may still be on its way into the database"
    await world.forward(6)
    assert await finding_kinds(world) == ["notice_without_delivery"]
    await world.work()
    assert [push.where for push in await sponsor.pushes()].count(sponsor.devices[second["id"]]) == 2
    assert await finding_kinds(world) == []


@pytest.mark.parametrize("why", ["declined", "quiet", "muted", "gone", "closed"])
async def test_notices_without_a_push_on_purpose_are_no_findings(world: World, why: str) -> None:
    maya, sponsor, _friend = await world.circle("sponsor", "friend")
    await maya.press()
    await sponsor.pushed()
    mine = Recipient.person_id == UUID(sponsor.id)
    match why:
        case "declined":
            await sponsor.answer("cannot")
        case "quiet":
            await write(world, update(Recipient).where(mine).values(quiet_at=world.now()))
        case "muted":
            until = (world.now() + timedelta(hours=2)).isoformat()
            await sponsor.patch(f"/v1/supporting/{sponsor.places[maya.id]}", {"muted_until": until})
        case "gone":
            await maya.delete(f"/v1/circle/{sponsor.places[maya.id]}")
        case "closed":
            await maya.close()
    async with world.database.write() as session:
        for row in (await session.execute(select(Delivery))).scalars():
            if row.device_id in {UUID(device) for device in sponsor.devices}:
                await session.delete(row)
        await session.commit()
    await world.forward(10)
    assert await finding_kinds(world) == []


async def test_a_bookend_that_is_overdue(world: World) -> None:
    maya = await world.person("Maya")

    async def plan(next_at: datetime | None) -> None:
        async with world.database.write() as session:
            bookend_id = new_id(world.now())
            session.add(
                Bookend(
                    id=bookend_id,
                    person_id=UUID(maya.id),
                    due_at=world.now(),
                    created_at=world.now(),
                    nudges=0,
                    next_at=next_at,
                )
            )
            await session.commit()

    await plan(None)
    await plan(world.now())
    await world.forward(119)
    assert await finding_kinds(world) == []
    await world.forward(2)
    assert await finding_kinds(world) == ["bookend_overdue"]
    assert await finding_kinds(world) == []


async def test_a_commitment_that_is_overdue_or_runs_without_a_clock(world: World) -> None:
    maya = await world.person("Maya")
    await means_to(maya)
    forgotten = await means_to(maya)
    ended = await means_to(maya)
    await write(world, update(Commitment).where(Commitment.id == UUID(ended["id"])).values(ended_at=world.now()))
    ids = [UUID(forgotten["id"]), UUID(ended["id"])]
    await write(world, update(Commitment).where(Commitment.id.in_(ids)).values(next_at=None))
    assert await finding_kinds(world) == ["commitment_overdue"]
    await world.work()
    assert await maya.inbox() == [], "it was not due yet"
    await world.forward(3600 + 119)
    assert await finding_kinds(world) == []
    await world.forward(2)
    assert await finding_kinds(world) == ["commitment_overdue"] * 2
    assert await finding_kinds(world) == []
    await world.work()
    assert [notice["kind"] for notice in await maya.inbox()] == ["commitment_due"] * 2


async def test_a_failing_repair_does_not_block_the_others(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    owners = [await world.circle("sponsor") for _ in range(2)]
    for maya, _ in owners:
        await maya.press()
    await world.settle()
    await world.forward(90 + 31)
    auditor = world.auditor()
    calls = 0
    write_to = auditor._database.write

    def fails_once() -> object:
        nonlocal calls
        calls += 1
        if calls == 1:
            raise ConnectionError
        return write_to()

    monkeypatch.setattr(auditor._database, "write", fails_once)
    assert [mended for _, mended in await auditor.audit_once()] == [False, True]


def test_the_findings_table() -> None:
    assert findings_table([]).startswith("Nothing found")
    finding = Finding(FindingKind.OVERDUE, UUID(int=7))
    assert findings_table([(finding, True), (finding, False)]).splitlines() == [
        "what               id                                    now",
        "reach_out_overdue  00000000-0000-0000-0000-000000000007  repaired",
        "reach_out_overdue  00000000-0000-0000-0000-000000000007  not repaired",
        "2 found. A running worker continues with what was repaired.",
    ]


async def test_a_rhythm_a_follow_up_or_an_offer_that_no_worker_takes(world: World) -> None:
    maya, ana = await world.circle("sponsor")
    choice = {"check_in": {"at": "21:00", "days": list(range(7))}, "practice_offers": True}
    await maya.put("/v1/me/rhythm", choice)
    await maya.press()
    await ana.answer("here")
    await maya.close()
    await world.settle()
    await world.forward(15 * 3600)
    found = await world.auditor().audit_once()
    assert sorted((str(finding.what), mended) for finding, mended in found) == [
        ("follow_up_overdue", False),
        ("practice_offer_overdue", False),
        ("rhythm_overdue", False),
    ]
    await world.work()
    assert await finding_kinds(world) == []
