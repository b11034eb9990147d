"""How far a reach-out has come to each recipient, what an answer makes of it, who hears of a further press. Pure."""

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.enums import AnswerKind, ReachOutState, RecipientState
from rules.reach_out.ladder import LAST_RUNG, RUNG_EVERYBODY, RUNG_UNANSWERED, Move, Standing
from rules.reach_out.press_again import REPRESS_COOLDOWN, Decision, decide, due_again
from rules.reach_out.progress import (
    MAX_HOLD,
    after_losing_an_answer,
    held_seconds,
    pause_until,
    recipient_state,
    stands,
    word,
)

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
    minutes: int | None = None
    answered_at: datetime | None = NOW
    talking_at: datetime | None = None
    held_seconds: float | None = None
    person_id: UUID = field(default_factory=uuid4)


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
    assert after_losing_an_answer(state, somebody, None, NOW, NOW) is state
    held = {ReachOutState.ANSWERED, ReachOutState.TOGETHER}
    assert after_losing_an_answer(state, nobody, None, NOW, NOW) is (ReachOutState.WAITING if state in held else state)


def test_an_answer_from_before_the_last_press_holds_nothing() -> None:
    earlier = [Row(answer="calling", answered_at=NOW - timedelta(seconds=1))]
    assert after_losing_an_answer(ReachOutState.ANSWERED, earlier, None, NOW, NOW) is ReachOutState.WAITING
    assert after_losing_an_answer(ReachOutState.TOGETHER, earlier, None, NOW, NOW) is ReachOutState.TOGETHER


@pytest.mark.parametrize(
    ("partner", "other_said", "after"),
    [
        ("calling", None, ReachOutState.TOGETHER),
        # They talk for hours: an answer that holds no ladder any more still stands.
        ("calling", timedelta(hours=2), ReachOutState.TOGETHER),
        ("cannot", timedelta(minutes=1), ReachOutState.ANSWERED),
        ("cannot", timedelta(minutes=11), ReachOutState.WAITING),
        ("cannot", None, ReachOutState.WAITING),
    ],
)
def test_together_stands_and_falls_with_the_one_who_is_talked_with(
    partner: str, other_said: timedelta | None, after: ReachOutState
) -> None:
    with_whom = Row(answer=partner, answered_at=NOW - timedelta(hours=3))
    other = Row() if other_said is None else Row(answer="calling", answered_at=NOW - other_said)
    pressed_at = NOW - timedelta(hours=4)
    rows = [other, with_whom]
    assert after_losing_an_answer(ReachOutState.TOGETHER, rows, with_whom.person_id, pressed_at, NOW) is after


def test_somebody_who_talks_holds_for_ten_minutes_from_their_word_on() -> None:
    talking = Row(answer="calling", talking_at=NOW + timedelta(minutes=5))
    assert word(talking) == (talking.talking_at, NOW + timedelta(minutes=15))
    longer = Row(answer="soon", minutes=15, talking_at=NOW + timedelta(minutes=5))
    assert word(longer) == (longer.talking_at, NOW + timedelta(minutes=17)), "what was promised for longer runs on"
    assert word(replace(talking, answer="cannot")) is word(replace(talking, gone_at=NOW)) is None
    assert word(talking, NOW + timedelta(minutes=6)) is None, "she has asked again since"


@given(
    words=st.lists(
        st.tuples(st.integers(0, 1200), st.sampled_from(["calling", "here", "soon", "together", "cannot"])), max_size=60
    )
)
def test_nobody_holds_the_ladder_for_more_than_half_an_hour_in_all(words: list[tuple[int, str]]) -> None:
    """Whatever one person says, and however often: the seconds in which they hold it are counted one by one."""
    row, now, held = Row(answered_at=None), NOW, timedelta()
    for wait, said in [*words, (4000, "cannot")]:
        running = word(row, NOW)
        later = now + timedelta(seconds=wait)
        if running is not None:
            held += max(min(later, running[1]) - now, timedelta())
        now = later
        spent = held_seconds(row, NOW, now)
        if said == "together" and row.answer not in {None, "cannot"}:
            row = replace(row, held_seconds=spent, talking_at=now)
        elif said != "together":
            minutes = 15 if said == "soon" else None
            row = replace(row, held_seconds=spent, answer=said, minutes=minutes, answered_at=now, talking_at=None)
    assert held <= MAX_HOLD


def standing(**said: object) -> Standing:
    base = Standing(
        uuid4(), step=1, told=True, declined=False, available=True, devices=1, channels=0, receipt=False, fresh=True
    )
    return replace(base, **said)  # type: ignore[arg-type]


@pytest.mark.parametrize("after", [timedelta(), timedelta(seconds=29.9)])
def test_a_press_within_thirty_seconds_pushes_nobody(after: timedelta) -> None:
    for state in ReachOutState:
        for rung in range(1, LAST_RUNG + 1):
            decision = decide([standing(channels=1)], state, rung, NOW, NOW + after)
            assert (decision.push, decision.channels) == ((), ())
            if state is ReachOutState.WAITING:
                assert decision == Decision((), (), take_up=False, rung=rung)


@pytest.mark.parametrize("state", [ReachOutState.ANSWERED, ReachOutState.TOGETHER])
@pytest.mark.parametrize("rung", range(1, LAST_RUNG + 1))
def test_to_ask_the_others_too_is_never_the_same_press(state: ReachOutState, rung: int) -> None:
    decision = decide([standing()], state, rung, NOW, NOW + timedelta(seconds=1))
    assert decision == Decision((), (), take_up=True, rung=RUNG_EVERYBODY if rung >= RUNG_UNANSWERED else rung)


def move(*, again: bool) -> Move:
    return Move(3, (), (uuid4(),) if again else (), (), truth=False, next_at=None)


@pytest.mark.parametrize(
    ("rung", "pushes_again", "since_push", "due"),
    [
        (1, False, 5, 0),  # others are told at once
        (1, True, 5, 25),  # who was told a moment ago is not pushed again in the same breath
        (2, True, 40, 0),
        (4, True, 40, 90),  # the press itself has pushed everyone: rung 3 keeps its distance
        (6, True, 10, 20),
    ],
)
def test_when_a_ladder_that_is_taken_up_moves(rung: int, pushes_again: bool, since_push: int, due: int) -> None:
    now = NOW + timedelta(seconds=since_push)
    at = due_again((0, 90, 180, 300), rung, move(again=pushes_again), NOW, now)
    assert at == now + timedelta(seconds=due)


def test_a_later_press_pushes_everyone_told_so_far_and_takes_up_a_pause() -> None:
    one, other = standing(), standing(told=False)
    assert decide([one, other], ReachOutState.WAITING, 1, NOW, NOW + REPRESS_COOLDOWN).push == (one.person_id,)
    for state in (ReachOutState.ANSWERED, ReachOutState.TOGETHER):
        assert decide([one], state, 1, NOW, LATER).take_up
    assert not decide([one], ReachOutState.WAITING, 1, NOW, LATER).take_up


@pytest.mark.parametrize("rung", range(RUNG_UNANSWERED, LAST_RUNG + 1))
def test_after_the_truth_was_told_a_press_starts_again_at_rung_two_with_its_channels(rung: int) -> None:
    silent, heard = standing(channels=1), standing(channels=1, receipt=True)
    decision = decide([silent, heard], ReachOutState.WAITING, rung, NOW, LATER)
    assert decision == Decision(
        (silent.person_id, heard.person_id), (silent.person_id,), take_up=True, rung=RUNG_EVERYBODY
    )


@pytest.mark.parametrize(
    "said", [{"declined": True}, {"told": False}, {"available": False}, {"devices": 0}, {"word_until": LATER}]
)
def test_who_declined_was_never_told_is_asleep_stands_by_or_has_no_phone_is_not_pushed(said: dict[str, object]) -> None:
    assert decide([standing(**said)], ReachOutState.WAITING, 1, NOW, LATER).push == ()


@given(
    circle=st.lists(st.tuples(st.booleans(), st.booleans(), st.booleans(), st.booleans()), max_size=6),
    rung=st.integers(1, LAST_RUNG),
    seconds=st.floats(0, 100),
    state=st.sampled_from([ReachOutState.WAITING, ReachOutState.ANSWERED, ReachOutState.TOGETHER]),
)
def test_whatever_the_circle_nobody_outside_is_told(
    circle: list[tuple[bool, bool, bool, bool]], rung: int, seconds: float, state: ReachOutState
) -> None:
    recipients = [
        standing(available=available, told=told, declined=declined, channels=int(channel))
        for available, told, declined, channel in circle
    ]
    decision = decide(recipients, state, rung, NOW, NOW + timedelta(seconds=seconds))
    may_hear = {one.person_id for one in recipients if one.told and one.available and not one.declined}
    assert set(decision.push) | set(decision.channels) <= may_hear
