"""Each condition of circles, reach-outs, bookends and the inbox: the rows that it selects, beside those it must not."""

from typing import Any

from sqlalchemy import select

from models import Block, Bookend, Device, Membership, Message, Notice, Person, ReachOut, Recipient, Reflection
from models.enums import NoticeKind
from rules import access
from tests.world.rows import EARLIER, ME, NOW, STRANGER, YOU, Rows, caller

UNCONFIRMED: dict[str, Any] = {"confirmed_at": None}


async def test_rows_are_their_owners(rows: Rows) -> None:
    for person, label in ((ME, "mine"), (YOU, "yours"), (STRANGER, "theirs")):
        await rows.put(Device, label, person_id=person)
    assert await rows.selected(Device, access.owned_by(Device, YOU)) == "yours"
    assert await rows.selected(Device, access.mine(Device, caller())) == "mine"
    assert await rows.selected(Device, access.owned_by_any(Device, [ME, YOU])) == "mine yours"


async def test_a_notice_is_its_recipients_and_a_membership_its_owners(rows: Rows) -> None:
    await rows.put(Notice, "to me", recipient_id=ME, sender_id=YOU)
    await rows.put(Notice, "to you", recipient_id=YOU, sender_id=ME)
    assert await rows.selected(Notice, access.mine(Notice, caller())) == "to me"
    await rows.member(ME, YOU, "my circle")
    await rows.member(YOU, ME, "your circle")
    assert await rows.selected(Membership, access.mine(Membership, caller())) == "my circle"


async def circles(rows: Rows) -> None:
    await rows.member(ME, YOU, "my-you")
    await rows.member(YOU, ME, "your-me", **UNCONFIRMED)
    await rows.member(STRANGER, ME, "their-me")
    await rows.member(ME, STRANGER, "my-they", **UNCONFIRMED)
    await rows.member(YOU, STRANGER, "your-they")


async def test_memberships(rows: Rows) -> None:
    await circles(rows)
    assert await rows.selected(Membership, access.supports(ME)) == "their-me your-me"
    assert await rows.selected(Membership, access.joins(ME, YOU)) == "my-you your-me"
    assert await rows.selected(Membership, access.joins(YOU, ME)) == "my-you your-me"
    assert await rows.selected(Membership, access.memberships_of(ME)) == "my-you their-me"
    assert await rows.selected(Membership, access.CONFIRMED) == "my-you their-me your-they"


async def test_the_other_side_of_a_membership(rows: Rows) -> None:
    await circles(rows)
    others = select(access.other_side(ME)).where(access.memberships_of(ME)).order_by(Membership.id)
    assert (await rows.session.execute(others)).scalars().all() == [YOU, STRANGER]


async def test_people_in_touch(rows: Rows) -> None:
    others = [await rows.put(Person, f"{number}") for number in range(5)]
    me = await rows.put(Person, "me", id=ME)
    await rows.member(me, others[0])
    await rows.member(me, others[1], **UNCONFIRMED)
    await rows.member(others[2], me)
    await rows.member(others[3], me, **UNCONFIRMED)
    await rows.member(others[4], others[0])
    assert await rows.selected(Person, access.in_touch_with(ME, confirmed=False)) == "0 1 2 3"
    assert await rows.selected(Person, access.in_touch_with(ME, confirmed=True)) == "0 2"


async def test_blocks(rows: Rows) -> None:
    await rows.put(Block, "I-you", blocker_id=ME, blocked_id=YOU)
    await rows.put(Block, "they-me", blocker_id=STRANGER, blocked_id=ME)
    await rows.put(Block, "they-you", blocker_id=STRANGER, blocked_id=YOU)
    assert await rows.selected(Block, access.blocks_of(ME)) == "I-you they-me"
    assert await rows.selected(Block, access.block_of(ME, YOU)) == "I-you"
    assert await rows.selected(Block, access.block_of(YOU, ME)) == ""
    assert await rows.selected(Block, access.blocks_between(YOU, ME)) == "I-you"
    assert await rows.selected(Block, access.blocks_between(ME, YOU)) == "I-you"
    assert await rows.selected(Block, access.blocks_between(ME, STRANGER)) == "they-me"


async def test_who_has_been_told_of_a_reach_out(rows: Rows) -> None:
    support = await rows.member(YOU, ME)
    pending = await rows.member(STRANGER, ME, **UNCONFIRMED)
    for label, membership, more in (
        ("told", support, {}),
        ("not told", support, {"told_at": None}),
        ("gone", support, {"gone_at": NOW}),
        ("unconfirmed", pending, {}),
        ("no member", None, {}),
    ):
        reach_out = await rows.put(ReachOut, label)
        await rows.told(reach_out, ME, membership, label, **more)
    reach_out = await rows.put(ReachOut, "to another")
    await rows.told(reach_out, YOU, await rows.member(ME, YOU), "another")
    here = (Membership, Membership.id == Recipient.membership_id)
    assert await rows.selected(Recipient, access.told_recipients()) == "another no member told unconfirmed"
    assert await rows.selected(Recipient, access.told_recipient(ME), here) == "told"
    assert await rows.selected(ReachOut, access.told_of(ME)) == "told"
    assert await rows.selected(ReachOut, access.told_of(YOU)) == "to another"


async def messages(rows: Rows, *, told_at=EARLIER, gone_at=None) -> None:
    reach_out = await rows.put(ReachOut, person_id=ME)
    await rows.told(reach_out, YOU, await rows.member(ME, YOU), told_at=told_at, gone_at=gone_at)
    await rows.told(reach_out, STRANGER, await rows.member(ME, STRANGER))
    for sender, label in ((ME, "mine"), (YOU, "yours"), (STRANGER, "theirs")):
        await rows.put(Message, label, reach_out_id=reach_out, sender_id=sender)


async def readable(rows: Rows, person) -> str:
    here = (ReachOut, ReachOut.id == Message.reach_out_id)
    return await rows.selected(Message, access.readable_by(person), here)


async def test_the_one_who_pressed_reads_all_and_each_other_their_own(rows: Rows) -> None:
    await messages(rows)
    assert await readable(rows, ME) == "mine theirs yours"
    assert await readable(rows, YOU) == "mine yours"
    assert await readable(rows, STRANGER) == "mine theirs"
    assert await readable(rows, caller().session_id) == ""


async def test_words_go_with_whoever_has_gone(rows: Rows) -> None:
    await messages(rows, gone_at=NOW)
    assert await readable(rows, ME) == "mine theirs"
    assert await readable(rows, YOU) == ""
    assert await readable(rows, STRANGER) == "mine theirs"


async def test_nobody_reads_before_they_are_told(rows: Rows) -> None:
    await messages(rows, told_at=None)
    assert await readable(rows, YOU) == ""
    assert await readable(rows, ME) == "mine theirs yours"


async def test_being_told_of_another_reach_out_opens_no_other(rows: Rows) -> None:
    await messages(rows)
    other = await rows.put(ReachOut, person_id=STRANGER)
    await rows.put(Message, "elsewhere", reach_out_id=other, sender_id=STRANGER)
    await rows.told(other, ME, await rows.member(STRANGER, ME), gone_at=NOW)
    assert await readable(rows, YOU) == "mine yours"
    assert await readable(rows, STRANGER) == "elsewhere mine theirs"
    assert await readable(rows, ME) == "mine theirs yours"


async def test_a_membership_that_is_not_the_recipients_opens_nothing(rows: Rows) -> None:
    await messages(rows)
    pending = await rows.member(YOU, STRANGER, **UNCONFIRMED)
    await rows.change_where(Recipient, Recipient.person_id == YOU, membership_id=pending)
    assert await readable(rows, YOU) == ""
    await rows.change_where(Recipient, Recipient.person_id == YOU, membership_id=None)
    assert await readable(rows, YOU) == ""


async def test_a_reflection_is_of_whoever_pressed(rows: Rows) -> None:
    for person, label in ((ME, "mine"), (YOU, "yours")):
        await rows.put(Reflection, label, reach_out_id=await rows.put(ReachOut, person_id=person))
    assert await rows.selected(Reflection, access.reflects_on_own(ME)) == "mine"


async def test_a_companion_sees_a_bookend_once_they_know_of_it(rows: Rows) -> None:
    support = await rows.member(YOU, ME)
    pending = await rows.member(STRANGER, ME, **UNCONFIRMED)
    elsewhere = await rows.member(STRANGER, YOU)
    requested: dict[str, Any] = {"recipient_id": ME, "kind": NoticeKind.STANDING_BY}
    for label, membership, missed, request in (
        ("missed", support, EARLIER, None),
        ("planned", support, None, None),
        ("asked", support, None, {}),
        ("taken back", support, None, {"dismissed_at": NOW}),
        ("another kind", support, None, {"kind": NoticeKind.CHECK_IN}),
        ("another asked", support, None, {"recipient_id": YOU}),
        ("unconfirmed", pending, EARLIER, None),
        ("another's", elsewhere, EARLIER, None),
    ):
        bookend = await rows.put(Bookend, label, person_id=YOU, membership_id=membership, companion_told_at=missed)
        if request is not None:
            await rows.put(Notice, **(requested | {"event_id": bookend} | request))
    here = (Membership, Membership.id == Bookend.membership_id)
    assert await rows.selected(Bookend, access.stands_by(caller()), here) == "asked missed"


async def test_companions(rows: Rows) -> None:
    support = await rows.member(YOU, ME)
    told = {"companion_id": ME, "companion_told_at": EARLIER, "membership_id": support}
    for label, more in (
        ("told", {}),
        ("not told", {"companion_told_at": None}),
        ("no member", {"membership_id": None}),
        ("another", {"companion_id": STRANGER}),
    ):
        await rows.put(Bookend, label, **(told | more))
    assert await rows.selected(Bookend, access.is_companion(ME)) == "no member not told told"
    assert await rows.selected(Bookend, access.companion_told(ME)) == "told"


async def test_an_inbox_shows_what_is_not_dismissed_and_known(rows: Rows) -> None:
    for kind in NoticeKind:
        await rows.put(Notice, kind.value, kind=kind)
    await rows.put(Notice, "dismissed", kind=NoticeKind.CHECK_IN, dismissed_at=NOW)
    await rows.put(Notice, "of a newer release", kind="lighthouse")
    assert await rows.selected(Notice, access.in_inbox()) == " ".join(sorted(NoticeKind))


async def test_notices_between_two(rows: Rows) -> None:
    for sender, recipient, label in (
        (ME, YOU, "me-you"),
        (YOU, ME, "you-me"),
        (ME, STRANGER, "me-they"),
        (STRANGER, YOU, "they-you"),
    ):
        await rows.put(Notice, label, sender_id=sender, recipient_id=recipient)
    assert await rows.selected(Notice, access.names(ME)) == "me-they me-you"
    assert await rows.selected(Notice, access.notices_to(YOU, sender_id=ME)) == "me-you"
    assert await rows.selected(Notice, access.notices_between(YOU, ME)) == "me-you you-me"
    assert await rows.selected(Notice, access.notices_between(ME, YOU)) == "me-you you-me"
