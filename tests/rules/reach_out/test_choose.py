"""What a press comes to, of what was read: the whole table."""

from datetime import UTC, datetime
from typing import cast
from uuid import UUID

import pytest

from rules.access import Caller
from rules.idempotency import EarlierResult
from rules.reach_out.press.load_circle import Member, Presser
from rules.reach_out.press.press import Again, Choice, Nobody, Replay, Start, choose
from rules.reach_out.press.start import PressRequest
from rules.reach_out.state import Participant

OPEN = UUID(int=1)
EARLIER = EarlierResult(UUID(int=2), b"", datetime(2026, 11, 1, tzinfo=UTC))


def member(number: int, *, available: bool = True, guest: bool = False) -> Member:
    participant = Participant(
        person_id=UUID(int=200 + number),
        membership_id=UUID(int=100 + number),
        role="friend",
        step=1,
        available=available,
        guest=guest,
    )
    return Member(participant, data_key=b"", display_name=None, contact=None)


ANA, BEN = member(1), member(2)
ASLEEP = member(3, available=False)
GUEST = member(4, guest=True)
ANA_ID, BEN_ID, ASLEEP_ID, GUEST_ID = (UUID(int=100 + number) for number in (1, 2, 3, 4))
STRANGER = UUID(int=999)

TABLE: list[tuple[list[Member], UUID | None, EarlierResult | None, set[UUID] | None, Choice]] = [
    # The circle, an open reach-out, what the key came to, those named: what it comes to.
    ([ANA, BEN], None, None, None, Start((ANA, BEN))),
    ([ANA, BEN], None, None, {BEN_ID}, Start((BEN,))),
    ([ANA, BEN], None, None, {BEN_ID, STRANGER}, Start((BEN,))),
    ([ANA, BEN], None, None, {STRANGER}, Nobody()),
    ([], None, None, None, Nobody()),
    ([], None, None, {STRANGER}, Nobody()),
    # One is open: nobody is added who is not named.
    ([ANA, BEN], OPEN, None, None, Again(OPEN, ())),
    ([ANA, BEN], OPEN, None, {BEN_ID}, Again(OPEN, (BEN,))),
    ([ANA, BEN], OPEN, None, {STRANGER}, Again(OPEN, ())),
    ([], OPEN, None, None, Again(OPEN, ())),
    # A key that was used comes before everything, whatever has become of the circle since.
    ([ANA, BEN], None, EARLIER, None, Replay(EARLIER)),
    ([ANA, BEN], OPEN, EARLIER, {BEN_ID}, Replay(EARLIER)),
    ([], None, EARLIER, None, Replay(EARLIER)),
    ([], OPEN, EARLIER, None, Replay(EARLIER)),
]


@pytest.mark.parametrize(("circle", "open_id", "earlier", "to", "choice"), TABLE)
def test_a_press_comes_to(
    circle: list[Member], open_id: UUID | None, earlier: EarlierResult | None, to: set[UUID] | None, choice: Choice
) -> None:
    presser = Presser(
        caller=cast("Caller", None),
        open_id=open_id,
        open_calm=False,
        members=circle,
        ladder=(0, 90, 180, 300),
        data_key=b"",
        display_name=None,
        contact=None,
    )
    assert choose(presser, PressRequest(to=frozenset(to) if to is not None else None), earlier) == choice


CALM_TABLE: list[tuple[list[Member], UUID | None, bool, bool, set[UUID] | None, Choice]] = [
    # The circle, what is open, whether that is calm, whether this asks calmly, those named: what it comes to.
    ([ANA, BEN, ASLEEP], None, False, True, None, Start((ANA, BEN))),
    ([ANA, ASLEEP], None, False, True, {ASLEEP_ID}, Nobody(asleep=True)),
    ([ASLEEP], None, False, True, None, Nobody(asleep=True)),
    ([ASLEEP], None, False, False, None, Start((ASLEEP,))),
    ([], None, False, True, None, Nobody()),
    # A guest is never asked calmly, and told by a press.
    ([ANA, GUEST], None, False, True, None, Start((ANA,))),
    ([ANA, GUEST], None, False, True, {GUEST_ID}, Nobody(asleep=True)),
    ([ANA, GUEST], OPEN, True, True, {GUEST_ID}, Again(OPEN)),
    ([ANA, GUEST], OPEN, True, False, None, Again(OPEN, circle=(ANA, GUEST))),
    # Calm again: those named are asked as well, if they are free.
    ([ANA, ASLEEP], OPEN, True, True, None, Again(OPEN)),
    (
        [ANA, ASLEEP],
        OPEN,
        True,
        True,
        {ANA_ID, ASLEEP_ID},
        Again(OPEN, members=(ANA,)),
    ),
    # A press makes it one, to the whole circle or to those named.
    ([ANA, ASLEEP], OPEN, True, False, None, Again(OPEN, circle=(ANA, ASLEEP))),
    ([ANA, ASLEEP], OPEN, True, False, {ASLEEP_ID}, Again(OPEN, circle=(ASLEEP,))),
    # A press is never lowered.
    ([ANA, BEN], OPEN, False, True, None, Again(OPEN)),
]


@pytest.mark.parametrize(("circle", "open_id", "open_calm", "calm", "to", "choice"), CALM_TABLE)
def test_a_calm_ask_comes_to(
    circle: list[Member], open_id: UUID | None, open_calm: bool, calm: bool, to: set[UUID] | None, choice: Choice
) -> None:
    presser = Presser(
        caller=cast("Caller", None),
        open_id=open_id,
        open_calm=open_calm,
        members=circle,
        ladder=(0, 90, 180, 300),
        data_key=b"",
        display_name=None,
        contact=None,
    )
    assert choose(presser, PressRequest(to=frozenset(to) if to is not None else None, calm=calm), None) == choice
