"""Whether a push about a bookend is still sent when it is rechecked at the moment of sending."""

from dataclasses import replace

import pytest

from models.enums import NoticeKind
from rules.outbox.wanted import Facts, wanted

MISSED = Facts(
    kind=NoticeKind.BOOKEND_MISSED,
    address_open=True,
    address_is_recipients=True,
    dismissed=False,
    about_reach_out=False,
    about_bookend=True,
    to_its_owner=False,
    open=True,
    answered=False,
    told=True,
    gone=False,
    muted=False,
    answer=None,
    member=True,
    available=True,
)
"""To the companion: the bookend was missed."""
NUDGED = replace(MISSED, kind=NoticeKind.BOOKEND_DUE, to_its_owner=True, told=False, member=False)
"""To the person whose bookend it is: it is due."""
STANDING_BY = replace(MISSED, kind=NoticeKind.STANDING_BY, told=False)
"""To the companion: a bookend is planned."""
RELIEVED = replace(MISSED, kind=NoticeKind.ALL_CLEAR, open=False)
ENDED = replace(MISSED, kind=NoticeKind.ENDED, open=False, told=False, member=False)
"""To the companion: the bookend was deleted, perhaps with the account."""


@pytest.mark.parametrize(
    ("facts", "changed", "expected"),
    [
        (MISSED, {}, True),
        (MISSED, {"open": False}, False),  # checked in meanwhile, or cancelled
        (MISSED, {"member": False}, False),  # removed, left, blocked
        (MISSED, {"available": False}, False),  # muted, or past their hours
        (MISSED, {"muted": True}, False),
        (MISSED, {"told": False}, False),
        (MISSED, {"dismissed": True}, False),
        (MISSED, {"address_open": False}, False),
        (MISSED, {"address_is_recipients": False}, False),  # the phone changed hands
        (STANDING_BY, {}, True),
        (STANDING_BY, {"available": False}, False),  # it is not urgent
        (STANDING_BY, {"muted": True}, False),
        (STANDING_BY, {"open": False}, False),  # over before it could be sent
        (STANDING_BY, {"told": True}, False),  # the companion has been told more by now
        (STANDING_BY, {"member": False}, False),
        (STANDING_BY, {"dismissed": True}, False),
        (NUDGED, {}, True),
        (NUDGED, {"available": False}, True),  # their own reminder comes at their own hour
        (NUDGED, {"open": False}, False),
        (NUDGED, {"dismissed": True}, False),  # moved to another time
        (NUDGED, {"kind": NoticeKind.UNANSWERED}, True),
        (NUDGED, {"kind": NoticeKind.UNANSWERED, "open": False}, False),
        (RELIEVED, {}, True),
        (RELIEVED, {"available": False}, True),  # whoever was woken gets the all-clear too
        (RELIEVED, {"member": False}, False),
        (ENDED, {}, True),
        (ENDED, {"dismissed": True}, False),
        (ENDED, {"muted": True}, False),
    ],
)
def test_recheck_at_the_moment_of_sending(facts, changed, expected):
    assert wanted(replace(facts, **changed)) is expected
