"""Whether a push about a bookend still goes out when it is looked at again at the moment of sending."""

from dataclasses import replace

import pytest

from models.enums import NoticeKind
from rules.outbox.wanted import Facts, wanted

TOLD = Facts(
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
"""To the companion, who was told a moment ago."""
NUDGED = replace(TOLD, kind=NoticeKind.BOOKEND_DUE, to_its_owner=True, told=False, member=False)
"""To the one whose bookend it is."""
ASKED = replace(TOLD, kind=NoticeKind.STANDING_BY, told=False)
"""To the companion, when it is planned."""
RELIEVED = replace(TOLD, kind=NoticeKind.ALL_CLEAR, open=False)
ENDED = replace(TOLD, kind=NoticeKind.ENDED, open=False, told=False, member=False)
"""The bookend is no more, and perhaps the account."""


@pytest.mark.parametrize(
    ("facts", "changed", "expected"),
    [
        (TOLD, {}, True),
        (TOLD, {"open": False}, False),  # checked in meanwhile, or cancelled
        (TOLD, {"member": False}, False),  # removed, left, blocked
        (TOLD, {"available": False}, False),  # muted, or past their hours
        (TOLD, {"muted": True}, False),
        (TOLD, {"told": False}, False),
        (TOLD, {"dismissed": True}, False),
        (TOLD, {"address_open": False}, False),
        (TOLD, {"address_is_recipients": False}, False),  # the phone changed hands
        (ASKED, {}, True),
        (ASKED, {"available": False}, False),  # it wakes nobody
        (ASKED, {"muted": True}, False),
        (ASKED, {"open": False}, False),  # over before it could be sent
        (ASKED, {"told": True}, False),  # they know more by now
        (ASKED, {"member": False}, False),
        (ASKED, {"dismissed": True}, False),
        (NUDGED, {}, True),
        (NUDGED, {"available": False}, True),  # their own reminder comes at their own hour
        (NUDGED, {"open": False}, False),
        (NUDGED, {"dismissed": True}, False),  # moved to another time
        (NUDGED, {"kind": NoticeKind.UNANSWERED}, True),
        (NUDGED, {"kind": NoticeKind.UNANSWERED, "open": False}, False),
        (RELIEVED, {}, True),
        (RELIEVED, {"available": False}, True),  # who was woken is also told that all is well
        (RELIEVED, {"member": False}, False),
        (ENDED, {}, True),
        (ENDED, {"dismissed": True}, False),
        (ENDED, {"muted": True}, False),
    ],
)
def test_looked_at_again(facts, changed, expected):
    assert wanted(replace(facts, **changed)) is expected
