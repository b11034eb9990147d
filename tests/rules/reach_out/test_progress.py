"""How far a reach-out has come to each recipient, how long words hold, and who hears of a further press. Pure."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.enums import AnswerKind, RecipientState
from rules.reach_out.ladder import LAST_RUNG, RUNG_EVERYBODY, RUNG_UNANSWERED, Move
from rules.reach_out.progress import MAX_HOLD, held_seconds, pause_until, recipient_state, word
from rules.reach_out.repress import REPRESS_COOLDOWN, due_after_repress, repress
from rules.reach_out.state import Answered, Participant, Stage, Together, Waiting
from tests.world.participants import LADDER, NOW, participant, reach_out, seconds, told

LATER = NOW + seconds(31)
STAGES: tuple[Stage, ...] = (Waiting(LATER), Answered(NOW + seconds(600), None), Together(None))
HELD = STAGES[1:]


@pytest.mark.parametrize(
    ("row", "state"),
    [
        (told("A"), RecipientState.QUEUED),
        (told("A", quiet_at=NOW), RecipientState.INBOX_ONLY),
        (told("A", handed_at=NOW), RecipientState.HANDED),
        (told("A", handed_at=NOW, delivered_at=NOW), RecipientState.DELIVERED),
        (told("A", delivered_at=NOW, seen_at=NOW), RecipientState.SEEN),
        (told("A", quiet_at=NOW, seen_at=NOW), RecipientState.SEEN),
        (told("A", unreachable_at=NOW), RecipientState.UNREACHABLE),
        (told("A", unreachable_at=NOW, handed_at=NOW), RecipientState.UNREACHABLE),
        (told("A", unreachable_at=NOW, seen_at=NOW), RecipientState.SEEN),
        (told("A", unreachable_at=NOW, answer=AnswerKind.CALLING), RecipientState.ANSWERED),
        (told("A", seen_at=NOW, answer=AnswerKind.SOON), RecipientState.ANSWERED),
        (told("A", seen_at=NOW, answer=AnswerKind.CANNOT), RecipientState.DECLINED),
    ],
)
def test_the_furthest_that_is_known_is_what_is_shown(row: Participant, state: RecipientState) -> None:
    assert recipient_state(row) is state


def test_an_answer_stands_unless_it_says_cannot() -> None:
    assert told("A", answer=AnswerKind.HERE).stands
    assert not told("A", answer=AnswerKind.CANNOT).stands
    assert not told("A").stands


@pytest.mark.parametrize(
    ("kind", "minutes", "pause"),
    [
        (AnswerKind.CALLING, None, 600),
        (AnswerKind.HERE, None, 600),
        (AnswerKind.SOON, 1, 180),
        (AnswerKind.SOON, 15, 1020),
    ],
)
def test_how_long_the_ladder_waits(kind: AnswerKind, minutes: int | None, pause: int) -> None:
    assert pause_until(kind, minutes, NOW) == NOW + seconds(pause)


def test_somebody_who_talks_holds_for_ten_minutes_from_their_word_on() -> None:
    talking = told("A", answer=AnswerKind.CALLING, answered_at=NOW, talking_at=NOW + timedelta(minutes=5))
    assert word(talking) == (talking.talking_at, NOW + timedelta(minutes=15))
    longer = replace(talking, answer=AnswerKind.SOON, minutes=15)
    assert word(longer) == (longer.talking_at, NOW + timedelta(minutes=17)), "what was promised for longer runs on"
    assert word(replace(talking, answer=AnswerKind.CANNOT)) is None
    assert word(talking, NOW + timedelta(minutes=6)) is None, "she has asked again since"


@given(
    words=st.lists(
        st.tuples(st.integers(0, 1200), st.sampled_from(["calling", "here", "soon", "together", "cannot"])), max_size=60
    )
)
def test_nobody_holds_the_ladder_for_more_than_half_an_hour_in_all(words: list[tuple[int, str]]) -> None:
    """Whatever one person says, and however often: the seconds in which they hold it are counted one by one."""
    one, now, held = told("A"), NOW, timedelta()
    for wait, reply in [*words, (4000, "cannot")]:
        running = word(one, NOW)
        later = now + timedelta(seconds=wait)
        if running is not None:
            held += max(min(later, running[1]) - now, timedelta())
        now = later
        spent = held_seconds(one, NOW, now)
        if reply == "together" and one.stands:
            one = replace(one, held_seconds=spent, talking_at=now)
        elif reply != "together":
            minutes = 15 if reply == "soon" else None
            one = replace(
                one, held_seconds=spent, answer=AnswerKind(reply), minutes=minutes, answered_at=now, talking_at=None
            )
    assert held <= MAX_HOLD


@pytest.mark.parametrize("after", [0, 29.9])
@pytest.mark.parametrize("stage", STAGES)
@pytest.mark.parametrize("rung", range(1, LAST_RUNG + 1))
def test_a_press_within_thirty_seconds_pushes_nobody(after: float, stage: Stage, rung: int) -> None:
    plan = repress(reach_out(told("A", channels=1), stage=stage, rung=rung, pushed_at=NOW), NOW + seconds(after))
    assert (plan.push, plan.channels) == ((), ())
    if isinstance(stage, Waiting):
        assert (plan.takes_up, plan.rung) == (False, rung)


@pytest.mark.parametrize("stage", HELD)
@pytest.mark.parametrize("rung", range(1, LAST_RUNG + 1))
def test_to_ask_the_others_too_is_never_the_same_press(stage: Stage, rung: int) -> None:
    plan = repress(reach_out(told("A"), stage=stage, rung=rung, pushed_at=NOW), NOW + seconds(1))
    assert plan.takes_up
    assert plan.push == plan.channels == ()
    assert plan.rung == (RUNG_EVERYBODY if rung >= RUNG_UNANSWERED else rung)


def move(*, repush: bool) -> Move:
    return Move(3, (), (told("A").person_id,) if repush else (), (), announce_unanswered=False, next_at=None)


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
    now = NOW + seconds(since_push)
    assert due_after_repress(LADDER, rung, move(repush=pushes_again), NOW, now) == now + seconds(due)


def test_a_later_press_pushes_everyone_told_so_far_and_takes_up_a_pause() -> None:
    one, other = told("A"), participant("B")
    assert repress(reach_out(one, other, pushed_at=NOW), NOW + REPRESS_COOLDOWN).push == (one.person_id,)
    assert [repress(reach_out(one, stage=stage), LATER).takes_up for stage in STAGES] == [False, True, True]


@pytest.mark.parametrize("rung", range(RUNG_UNANSWERED, LAST_RUNG + 1))
def test_after_the_truth_was_told_a_press_starts_again_at_rung_two_with_its_channels(rung: int) -> None:
    silent, heard = told("A", channels=1), told("B", channels=1, delivered_at=NOW)
    plan = repress(reach_out(silent, heard, rung=rung, pushed_at=NOW), LATER)
    assert plan.push == (silent.person_id, heard.person_id)
    assert plan.channels == (silent.person_id,)
    assert (plan.takes_up, plan.rung) == (True, RUNG_EVERYBODY)


@pytest.mark.parametrize(
    "silent",
    [
        told("A", answer=AnswerKind.CANNOT),
        participant("A"),
        told("A", available=False),
        told("A", devices=0),
        told("A", answer=AnswerKind.HERE, answered_at=NOW),
    ],
    ids=["declined", "never told", "asleep", "no phone", "stands by"],
)
def test_who_declined_was_never_told_is_asleep_stands_by_or_has_no_phone_is_not_pushed(silent: Participant) -> None:
    assert repress(reach_out(silent), LATER).push == ()


@given(
    circle=st.lists(st.tuples(st.booleans(), st.booleans(), st.booleans(), st.booleans()), max_size=6),
    rung=st.integers(1, LAST_RUNG),
    since_push=st.floats(0, 100),
    stage=st.sampled_from(STAGES),
)
def test_whatever_the_circle_nobody_outside_is_told(
    circle: list[tuple[bool, bool, bool, bool]], rung: int, since_push: float, stage: Stage
) -> None:
    people = [
        participant(
            chr(ord("A") + place),
            available=available,
            told_at=NOW if was_told else None,
            answer=AnswerKind.CANNOT if declined else None,
            channels=int(channel),
        )
        for place, (available, was_told, declined, channel) in enumerate(circle)
    ]
    plan = repress(reach_out(*people, stage=stage, rung=rung, pushed_at=NOW), NOW + seconds(since_push))
    may_hear = {one.person_id for one in people if one.told and one.available and not one.declined}
    assert set(plan.push) | set(plan.channels) <= may_hear
