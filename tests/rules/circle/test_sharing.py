"""What ends with a membership, a share taken back, a mute, a break: events, notices and pushes, beside those that stay."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from models import CheckInShare, Delivery, Notice, ReachIn
from models.enums import DeliveryState, NoticeKind
from rules.circle import sharing
from tests.world.rows import ME, NOW, STRANGER, YOU, Rows, open_rows

EVENT, OTHER_EVENT, PHONE = UUID(int=70), UUID(int=71), UUID(int=80)


@pytest.fixture
async def rows() -> AsyncIterator[Rows]:
    async with open_rows() as rows:
        yield rows


async def pushed(rows: Rows, label: str, **more: Any) -> UUID:
    """Insert a notice of a check-in of mine in your inbox, with a pending push, unless overridden."""
    plain = {"recipient_id": YOU, "sender_id": ME, "kind": NoticeKind.CHECK_IN, "event_id": EVENT}
    notice = await rows.put(Notice, label, **(plain | more))
    await rows.put(
        Delivery, label, notice_id=notice, device_id=PHONE, state=DeliveryState.PENDING, due_at=NOW, lease_until=None
    )
    return notice


async def cancelled(rows: Rows) -> str:
    return await rows.selected(Delivery, Delivery.state == DeliveryState.CANCELLED)


async def test_what_was_shared_through_a_membership(rows: Rows) -> None:
    membership, other = await rows.member(ME, YOU), await rows.member(ME, STRANGER)
    check_in, reach_in = UUID(int=60), UUID(int=61)
    await rows.put(CheckInShare, check_in_id=check_in, membership_id=membership)
    await rows.put(CheckInShare, check_in_id=UUID(int=62), membership_id=other)
    await rows.put(ReachIn, id=reach_in, membership_id=membership)
    await rows.put(ReachIn, id=UUID(int=63), membership_id=other)
    seen = sharing.seen_event_id(check_in, membership)
    assert sorted(await sharing.shared_by_membership(rows.unit, membership)) == sorted([check_in, reach_in, seen])


def test_that_a_check_in_was_seen_is_one_event_for_each_pair() -> None:
    assert sharing.seen_event_id(EVENT, ME) == sharing.seen_event_id(EVENT, ME)
    events = {sharing.seen_event_id(event, pair) for event in (EVENT, OTHER_EVENT) for pair in (ME, YOU)}
    assert len(events) == 4


@pytest.mark.parametrize(
    ("people", "taken"), [(None, "theirs yours"), ([YOU], "yours"), ([YOU, STRANGER], "theirs yours"), ([ME], "")]
)
async def test_taking_back(rows: Rows, people: list[UUID] | None, taken: str) -> None:
    await pushed(rows, "yours")
    await pushed(rows, "theirs", recipient_id=STRANGER)
    await pushed(rows, "another event", event_id=OTHER_EVENT)
    await pushed(rows, "not shared", kind=NoticeKind.REACH_OUT)
    await sharing.take_back(rows.unit, [EVENT], people)
    assert await rows.selected(Notice, Notice.dismissed_at.is_not(None)) == taken
    assert await cancelled(rows) == taken


async def test_nothing_to_take_back(rows: Rows) -> None:
    await pushed(rows, "yours")
    rows.statements.clear()
    await sharing.take_back(rows.unit, [])
    assert rows.statements == []
    assert await cancelled(rows) == ""


async def test_a_push_that_is_taken_back_passes_to_what_relied_on_it(rows: Rows) -> None:
    await pushed(rows, "taken back")
    later = await rows.put(
        Notice,
        recipient_id=YOU,
        sender_id=ME,
        kind=NoticeKind.REACH_IN,
        event_id=OTHER_EVENT,
        created_at=NOW + timedelta(seconds=5),
    )
    # Of another conversation nothing is taken back, so what relies on its push goes on relying on it.
    waits = await pushed(rows, "another's", recipient_id=STRANGER)
    relies: dict[str, Any] = {"recipient_id": STRANGER, "sender_id": ME, "kind": NoticeKind.REACH_IN}
    await rows.put(Notice, event_id=UUID(int=72), created_at=NOW + timedelta(seconds=5), **relies)
    await sharing.take_back(rows.unit, [EVENT], [YOU])
    pending = select(Delivery.notice_id).where(Delivery.state == DeliveryState.PENDING)
    assert set((await rows.session.execute(pending)).scalars()) == {later, waits}


async def test_a_mute_calls_off_the_pushes_of_one_person_and_keeps_the_inbox(rows: Rows) -> None:
    await pushed(rows, "mine to you")
    await pushed(rows, "mine to another", recipient_id=STRANGER)
    await pushed(rows, "another's to you", sender_id=STRANGER, event_id=OTHER_EVENT)
    await pushed(rows, "a reach-out", kind=NoticeKind.REACH_OUT)
    await sharing.retire_pushes(rows.unit, ME, YOU)
    assert await cancelled(rows) == "mine to you"
    assert await rows.selected(Notice, Notice.dismissed_at.is_not(None)) == ""


async def test_a_break_calls_off_the_pushes_of_everybody_whose_helper_one_is(rows: Rows) -> None:
    await rows.member(ME, YOU)
    await rows.member(YOU, STRANGER)
    await pushed(rows, "from an owner")
    await pushed(rows, "from a member", sender_id=STRANGER, event_id=OTHER_EVENT)
    await pushed(rows, "to another", recipient_id=STRANGER)
    await pushed(rows, "a reach-out", kind=NoticeKind.REACH_OUT)
    await sharing.retire_pushes_to_helper(rows.unit, YOU)
    assert await cancelled(rows) == "from an owner"
    assert await rows.selected(Notice, Notice.dismissed_at.is_not(None)) == ""
