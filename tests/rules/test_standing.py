"""How far a reach-out has come to each recipient, what an answer makes of it, who hears of a further press. Pure."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.vocabulary import AnswerKind, ReachOutState, RecipientState
from rules.reach_out.again import CALM, Told, decide
from rules.reach_out.circle_now import Member
from rules.reach_out.standing import after_losing_an_answer, pause_until, recipient_state, stands

NOW = datetime(2026, 3, 10, 20, tzinfo=UTC)
LATER = NOW + timedelta(seconds=31)


@dataclass(frozen=True)
class Row:
    told_at: datetime | None = NOW
    quiet_at: datetime | None = None
    handed_at: datetime | None = None
    delivered_at: datetime | None = None
    seen_at: datetime | None = None
    unreachable_at: datetime | None = None
    answer: str | None = None
    gone_at: datetime | None = None


@pytest.mark.parametrize(
    ("row", "state"),
    [
        (Row(), RecipientState.QUEUED),
        (Row(quiet_at=NOW), RecipientState.INBOX_ONLY),
        (Row(handed_at=NOW), RecipientState.HANDED),
        (Row(handed_at=NOW, delivered_at=NOW), RecipientState.DELIVERED),
        (Row(delivered_at=NOW, seen_at=NOW), RecipientState.SEEN),
        (Row(quiet_at=NOW, seen_at=NOW), RecipientState.SEEN),
        (Row(unreachable_at=NOW), RecipientState.UNREACHABLE),
        (Row(unreachable_at=NOW, handed_at=NOW), RecipientState.UNREACHABLE),
        (Row(unreachable_at=NOW, seen_at=NOW), RecipientState.SEEN),
        (Row(unreachable_at=NOW, answer="calling"), RecipientState.ANSWERED),
        (Row(seen_at=NOW, answer="soon"), RecipientState.ANSWERED),
        (Row(seen_at=NOW, answer="cannot"), RecipientState.DECLINED),
    ],
)
def test_the_furthest_that_is_known_is_what_is_shown(row: Row, state: RecipientState) -> None:
    assert recipient_state(row) is state


def test_an_answer_stands_while_its_giver_is_there() -> None:
    assert stands(Row(answer="here"))
    assert not stands(Row(answer="cannot"))
    assert not stands(Row())
    assert not stands(Row(answer="here", gone_at=NOW))


@pytest.mark.parametrize(
    ("kind", "minutes", "seconds"),
    [
        (AnswerKind.CALLING, None, 600),
        (AnswerKind.HERE, None, 600),
        (AnswerKind.SOON, 1, 180),
        (AnswerKind.SOON, 15, 1020),
    ],
)
def test_how_long_the_ladder_waits(kind: AnswerKind, minutes: int | None, seconds: int) -> None:
    assert pause_until(kind, minutes, NOW) == NOW + timedelta(seconds=seconds)


@pytest.mark.parametrize("state", list(ReachOutState))
def test_with_nobody_left_it_is_waiting_again(state: ReachOutState) -> None:
    somebody, nobody = [Row(answer="cannot"), Row(answer="calling")], [Row(answer="cannot"), Row()]
    assert after_losing_an_answer(state, somebody) is state
    held = {ReachOutState.ANSWERED, ReachOutState.TOGETHER}
    assert after_losing_an_answer(state, nobody) is (ReachOutState.WAITING if state in held else state)


def member(**said: object) -> Member:
    given_id = uuid4()
    base = Member(
        given_id, given_id, "friend", 1, available=True, devices=(), data_key=b"", display_name=None, contact=None
    )
    return replace(base, **said)  # type: ignore[arg-type]


def told(who: Member, *, told: bool = True, gone: bool = False, declined: bool = False) -> Told:
    return Told(who.person_id, told, gone, declined)


@pytest.mark.parametrize("after", [timedelta(), timedelta(seconds=29.9)])
def test_a_press_within_thirty_seconds_pushes_nobody_again_but_tells_who_is_added(after: timedelta) -> None:
    one, added = member(), member()
    decision = decide([told(one)], [one, added], [added], ReachOutState.ANSWERED, NOW, NOW + after)
    assert (decision.push, decision.tell, decision.take_up) == ((), (added,), False)


def test_a_later_press_pushes_everyone_told_so_far_and_takes_up_a_pause() -> None:
    one, other = member(), member()
    assert decide([told(one)], [one, other], [], ReachOutState.WAITING, NOW, NOW + CALM).push == (one,)
    for state in (ReachOutState.ANSWERED, ReachOutState.TOGETHER):
        assert decide([told(one)], [one], [], state, NOW, LATER).take_up
    assert not decide([told(one)], [one], [], ReachOutState.WAITING, NOW, LATER).take_up


@pytest.mark.parametrize("said", [{"declined": True}, {"gone": True}, {"told": False}])
def test_who_declined_is_gone_or_was_never_told_is_not_pushed(said: dict[str, bool]) -> None:
    one = member()
    assert decide([told(one, **said)], [one], [], ReachOutState.WAITING, NOW, LATER).push == ()


def test_who_is_asleep_or_no_longer_in_the_circle_is_not_pushed() -> None:
    asleep, left = member(available=False), member()
    assert decide([told(asleep), told(left)], [asleep], [], ReachOutState.WAITING, NOW, LATER).push == ()


@given(
    circle=st.lists(st.tuples(st.booleans(), st.booleans(), st.booleans(), st.booleans(), st.booleans()), max_size=6),
    seconds=st.floats(0, 100),
    state=st.sampled_from([ReachOutState.WAITING, ReachOutState.ANSWERED, ReachOutState.TOGETHER]),
)
def test_whatever_the_circle_nobody_is_told_twice_and_nobody_outside_is_told(
    circle: list[tuple[bool, bool, bool, bool, bool]], seconds: float, state: ReachOutState
) -> None:
    members = [member(available=available) for available, *_ in circle]
    rows = [
        Told(one.person_id, told=was_told, gone=is_gone, declined=has_declined)
        for one, (_, was_told, is_gone, has_declined, _) in zip(members, circle, strict=True)
    ]
    add = [one for one, (*_, named) in zip(members, circle, strict=True) if named]
    decision = decide(rows, members, add, state, NOW, NOW + timedelta(seconds=seconds))
    pushed, first = {one.person_id for one in decision.push}, {one.person_id for one in decision.tell}
    assert not pushed & first
    outside: set[UUID] = {row.person_id for row in rows if row.gone or row.declined or not row.told}
    assert not pushed & outside
    assert first <= {one.person_id for one in add}
