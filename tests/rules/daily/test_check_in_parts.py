"""Parts of a check-in: exactly those that were chosen are visible, for every choice there is."""

from itertools import chain, combinations

import pytest

from rules.daily.check_in.check_in_parts import (
    CheckInContent,
    CheckInPart,
    choose_parts,
    given_parts,
    offers_circle,
    shared_parts,
    visible_content,
)
from rules.errors import PartsNotGiven

WHOLE = CheckInContent(
    feeling=0,
    halt=("tired",),
    note="Words.",
    week={"people": 0, "honest": 1, "care": 2, "sleep": 3, "urges": 0, "feelings": 1, "sure": 2},
)
PARTS = [part for part in CheckInPart if part is not CheckInPart.WEEK]


def test_every_choice_of_parts_shows_exactly_these() -> None:
    for chosen in chain.from_iterable(combinations(PARTS, size) for size in range(len(PARTS) + 1)):
        shown = visible_content(WHOLE, choose_parts(chosen, WHOLE))
        assert set(given_parts(shown)) == set(chosen)


def test_without_a_choice_it_is_all_that_was_given() -> None:
    assert choose_parts(None, WHOLE) == PARTS
    assert choose_parts(None, CheckInContent(feeling=2, week={"care": 1})) == ["feeling", "week.care"]
    assert choose_parts(None, CheckInContent()) == []


def test_the_week_stands_for_its_items() -> None:
    few = CheckInContent(feeling=4, week={"sleep": 3, "urges": 0})
    assert choose_parts([CheckInPart.WEEK], few) == ["week.sleep", "week.urges"]
    assert choose_parts([CheckInPart.WEEK_URGES, CheckInPart.WEEK_URGES], few) == ["week.urges"]
    assert visible_content(few, ["week.urges"]).week == {"urges": 0}


@pytest.mark.parametrize("part", CheckInPart)
def test_what_was_not_given_cannot_be_shared(part: CheckInPart) -> None:
    with pytest.raises(PartsNotGiven) as refused:
        choose_parts([part], CheckInContent())
    assert refused.value.extra == {"parts": [str(part)]}
    assert choose_parts([part], WHOLE)


def test_a_share_of_an_older_release_shows_no_week() -> None:
    assert visible_content(WHOLE, shared_parts(None)) == CheckInContent(0, ("tired",), "Words.")
    assert shared_parts(["week.care"]) == ["week.care"]


def test_a_week_stands_for_no_other_part_and_no_other_part_for_a_week() -> None:
    week, words = CheckInContent(week={"care": 1}), CheckInContent(note="Words.")
    for asked, content in ((CheckInPart.NOTE, week), (CheckInPart.WEEK, words)):
        with pytest.raises(PartsNotGiven):
            choose_parts([asked], content)
    assert choose_parts([CheckInPart.NOTE], words) == ["note"]


def test_when_the_circle_is_offered() -> None:
    for feeling in (None, 0, 1, 2, 3, 4):
        for halt in ((), ("tired",), ("hungry", "lonely")):
            assert offers_circle(CheckInContent(feeling, halt)) is (feeling == 0 or "lonely" in halt)
