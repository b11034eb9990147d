"""Each condition of check-ins, reach-ins, commitments, plans and threads: the rows that it selects, beside those it must not."""

from typing import Any

from models import (
    CheckIn,
    CheckInShare,
    Commitment,
    CommitmentDay,
    FollowUp,
    Membership,
    Notice,
    ReachIn,
    ReachOut,
    Recipient,
    Talk,
    ThreadRead,
)
from models.enums import AnswerKind
from rules import access
from tests.world.rows import EARLIER, ME, NOW, STRANGER, YOU, Rows

UNCONFIRMED: dict[str, Any] = {"confirmed_at": None}


async def test_a_shared_check_in(rows: Rows) -> None:
    support = await rows.member(YOU, ME)
    for label, membership in (
        ("with me", support),
        ("unconfirmed", await rows.member(STRANGER, ME, **UNCONFIRMED)),
        ("with another", await rows.member(YOU, STRANGER)),
        ("with nobody", None),
    ):
        check_in = await rows.put(CheckIn, label, person_id=YOU)
        if membership is not None:
            await rows.put(CheckInShare, label, check_in_id=check_in, membership_id=membership)
    assert await rows.selected(CheckIn, access.shared_with(ME)) == "with me"
    assert await rows.selected(CheckIn, access.shared_with(YOU)) == ""
    assert await rows.selected(CheckInShare, access.shares_own(YOU)) == "unconfirmed with another with me"
    assert await rows.selected(CheckInShare, access.shares_own(ME)) == ""


async def test_check_ins_from_one_to_another(rows: Rows) -> None:
    memberships = (
        ("to me", await rows.member(YOU, ME)),
        ("to another", await rows.member(YOU, STRANGER)),
    )
    for label, membership in memberships:
        check_in = await rows.put(CheckIn, label, person_id=YOU)
        await rows.put(CheckInShare, check_in_id=check_in, membership_id=membership)
    # A share through somebody else's circle, which no operation writes: each part of the condition counts by itself.
    crossed = await rows.put(CheckIn, "crossed", person_id=STRANGER)
    await rows.put(CheckInShare, check_in_id=crossed, membership_id=memberships[0][1])
    joins = ((CheckInShare, CheckInShare.check_in_id == CheckIn.id), Membership)
    assert await rows.selected(CheckIn, access.check_ins_from(YOU, ME), *joins) == "to me"
    assert await rows.selected(CheckIn, access.check_ins_from(STRANGER, ME), *joins) == ""
    await rows.change(Membership, memberships[0][1], **UNCONFIRMED)
    assert await rows.selected(CheckIn, access.check_ins_from(YOU, ME), *joins) == ""


async def test_reach_ins(rows: Rows) -> None:
    membership = await rows.member(YOU, ME)
    plain: dict[str, Any] = {"sender_id": YOU, "recipient_id": ME, "membership_id": membership}
    item = await rows.put(ReachIn, "to me", **plain)
    await rows.put(ReachIn, "an answer", **(plain | {"about_id": item}))
    await rows.put(ReachIn, "parted", **(plain | {"membership_id": None}))
    await rows.put(ReachIn, "to another", **(plain | {"recipient_id": STRANGER}))
    await rows.put(ReachIn, "from another", **(plain | {"sender_id": STRANGER}))
    assert await rows.selected(ReachIn, access.reach_in_to(ME)) == "an answer from another to me"
    assert await rows.selected(ReachIn, access.reach_ins_from(YOU, ME)) == "an answer to me"
    assert await rows.selected(ReachIn, access.reach_in_about(item)) == "an answer"


async def test_what_opens_for_whoever_helps(rows: Rows) -> None:
    support = await rows.member(YOU, ME)
    for label, more, closed in (
        ("coming", {"answer": AnswerKind.SOON}, None),
        ("calling", {"answer": AnswerKind.CALLING}, None),
        ("cannot", {"answer": AnswerKind.CANNOT}, None),
        ("no answer", {}, None),
        ("ended", {"answer": AnswerKind.SOON}, NOW),
        ("gone", {"answer": AnswerKind.SOON, "gone_at": NOW}, None),
    ):
        reach_out = await rows.put(ReachOut, label, closed_at=closed)
        await rows.told(reach_out, ME, support, label, **more)
    joins = ((Recipient, Recipient.reach_out_id == ReachOut.id), (Membership, Membership.id == Recipient.membership_id))
    assert await rows.selected(ReachOut, access.may_help(ME), *joins) == "calling coming"
    assert await rows.selected(ReachOut, access.may_help(YOU), *joins) == ""


async def test_witnesses(rows: Rows) -> None:
    membership = await rows.member(YOU, ME)
    plain: dict[str, Any] = {
        "person_id": YOU,
        "witness_id": ME,
        "membership_id": membership,
        "accepted_at": EARLIER,
    }
    for label, more in (
        ("witnessed", {}),
        ("asked", {"accepted_at": None}),
        ("parted", {"membership_id": None}),
        ("alone", {"witness_id": None, "membership_id": None}),
        ("another's", {"person_id": STRANGER}),
        ("mine", {"person_id": ME, "witness_id": YOU}),
    ):
        commitment = await rows.put(Commitment, label, **(plain | more))
        day = {"commitment_id": commitment, "day": NOW.date()}
        await rows.put(CommitmentDay, f"{label}, since", created_at=EARLIER, **day)
        await rows.put(
            CommitmentDay,
            f"{label}, before",
            created_at=EARLIER.replace(hour=1),
            **(day | {"day": EARLIER.date().replace(day=1)}),
        )
    here = (Commitment, Commitment.id == CommitmentDay.commitment_id)
    assert await rows.selected(Commitment, access.witnessed_by(ME)) == "another's asked witnessed"
    assert await rows.selected(Commitment, access.takes_part_in(ME)) == "another's asked mine parted witnessed"
    assert await rows.selected(CommitmentDay, access.days_of_own(ME)) == "mine, before mine, since"
    assert await rows.selected(CommitmentDay, access.day_known_to(ME), here) == "another's, since witnessed, since"
    assert await rows.selected(CommitmentDay, access.commitment_days_from(YOU, ME), here) == "witnessed, since"


async def test_notices_from_people_in_whose_circle_somebody_is(rows: Rows) -> None:
    await rows.member(YOU, ME)
    await rows.member(ME, STRANGER)
    for sender, recipient, label in (
        (YOU, ME, "from an owner"),
        (STRANGER, ME, "from a member"),
        (YOU, STRANGER, "to another"),
    ):
        await rows.put(Notice, label, sender_id=sender, recipient_id=recipient)
    assert await rows.selected(Notice, access.notices_from_supported(ME)) == "from an owner"


async def test_follow_ups_talks_and_how_far_a_thread_is_read(rows: Rows) -> None:
    await rows.put(FollowUp, "about me", about_id=ME)
    await rows.put(FollowUp, "about you", about_id=YOU)
    assert await rows.selected(FollowUp, access.follow_ups_about(ME)) == "about me"
    membership = await rows.member(ME, YOU)
    for person, other, through, label in (
        (ME, YOU, membership, "marked"),
        (ME, YOU, None, "parted"),
        (YOU, ME, membership, "yours"),
        (ME, STRANGER, membership, "with another"),
        (STRANGER, YOU, membership, "of another"),
    ):
        day = NOW.date().replace(day=1 if through is None else 2)
        await rows.put(Talk, label, person_id=person, other_id=other, membership_id=through, day=day)
    assert await rows.selected(Talk, access.talk_marks(ME, YOU)) == "marked parted"
    assert await rows.selected(Talk, access.talks_from(ME, YOU)) == "marked"
    for person, other, label in (
        (ME, YOU, "mine"),
        (YOU, ME, "yours"),
        (ME, STRANGER, "another"),
        (STRANGER, YOU, "theirs"),
    ):
        await rows.put(ThreadRead, label, person_id=person, other_id=other)
    assert await rows.selected(ThreadRead, access.thread_reads_between(ME, YOU)) == "mine yours"
    assert await rows.selected(ThreadRead, access.thread_reads_between(YOU, ME)) == "mine yours"


async def test_ended_reach_outs_in_a_thread(rows: Rows) -> None:
    support = await rows.member(YOU, ME)
    for label, reach_out, more in (
        ("ended", {}, {}),
        ("open", {"closed_at": None}, {}),
        ("calm, unanswered", {"calm": True}, {}),
        ("calm, cannot", {"calm": True}, {"answer": AnswerKind.CANNOT}),
        ("calm, yes", {"calm": True}, {"answer": AnswerKind.SOON}),
        ("not told", {}, {"told_at": None}),
        ("another's", {"person_id": STRANGER}, {}),
    ):
        values = {"person_id": YOU, "closed_at": NOW} | reach_out
        await rows.told(await rows.put(ReachOut, label, **values), ME, support, label, **more)
    joins = ((Recipient, Recipient.reach_out_id == ReachOut.id), (Membership, Membership.id == Recipient.membership_id))
    assert await rows.selected(ReachOut, access.ended_reach_outs_from(YOU, ME), *joins) == "calm, yes ended"
    assert await rows.selected(ReachOut, access.ended_reach_outs_from(ME, YOU), *joins) == ""
