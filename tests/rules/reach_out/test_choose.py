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

OPEN = UUID(int=1)
EARLIER = EarlierResult(UUID(int=2), b"", datetime(2026, 11, 1, tzinfo=UTC))


def member(number: int) -> Member:
    return Member(
        membership_id=UUID(int=100 + number),
        person_id=UUID(int=200 + number),
        role="friend",
        step=1,
        hears_at=None,
        available=True,
        devices=(),
        channels=(),
        calls=(),
        refusing_devices=0,
        refusing_channels=0,
        refusing_calls=0,
        data_key=b"",
        display_name=None,
        contact=None,
    )


ANA, BEN = member(1), member(2)
STRANGER = UUID(int=999)

TABLE: list[tuple[list[Member], UUID | None, EarlierResult | None, set[UUID] | None, Choice]] = [
    # The circle, an open reach-out, what the key came to, those named: what it comes to.
    ([ANA, BEN], None, None, None, Start((ANA, BEN))),
    ([ANA, BEN], None, None, {BEN.membership_id}, Start((BEN,))),
    ([ANA, BEN], None, None, {BEN.membership_id, STRANGER}, Start((BEN,))),
    ([ANA, BEN], None, None, {STRANGER}, Nobody()),
    ([], None, None, None, Nobody()),
    ([], None, None, {STRANGER}, Nobody()),
    # One is open: nobody is added who is not named.
    ([ANA, BEN], OPEN, None, None, Again(OPEN, ())),
    ([ANA, BEN], OPEN, None, {BEN.membership_id}, Again(OPEN, (BEN,))),
    ([ANA, BEN], OPEN, None, {STRANGER}, Again(OPEN, ())),
    ([], OPEN, None, None, Again(OPEN, ())),
    # A key that was used comes before everything, whatever has become of the circle since.
    ([ANA, BEN], None, EARLIER, None, Replay(EARLIER)),
    ([ANA, BEN], OPEN, EARLIER, {BEN.membership_id}, Replay(EARLIER)),
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
        members=circle,
        ladder=(0, 90, 180, 300),
        data_key=b"",
        display_name=None,
        contact=None,
    )
    assert choose(presser, PressRequest(to=frozenset(to) if to is not None else None), earlier) == choice
