"""The push of a delivery: which pushes about one reach-out replace one another on a phone, and which stand beside."""

import json
from datetime import UTC, datetime
from uuid import uuid4

import pytest

from models.enums import NoticeKind
from notifications.claim import ClaimedDelivery
from notifications.compose import compose
from notifications.transports.protocol import Push
from rules.kinds import KINDS
from tests.world.world import fresh_keyring

KEYRING = fresh_keyring()
REACH_OUT = uuid4()
APPLE_TAKES = 64
"""Bytes of an apns-collapse-id."""


def composed(kind: NoticeKind) -> Push:
    """The push of a notice of this kind about the reach-out."""
    person, device = uuid4(), uuid4()
    data_key = KEYRING.new_data_key(person)
    address = KEYRING.vault(person, data_key).seal("devices.address", device, json.dumps({"token": "token"}))
    claimed = ClaimedDelivery(
        id=uuid4(),
        fence=1,
        attempt=1,
        created_at=datetime.now(UTC),
        round=1,
        notice_id=uuid4(),
        kind=kind,
        reach_out_id=REACH_OUT,
        bookend_id=None,
        owner_id=uuid4(),
        person_id=person,
        device_id=device,
        channel_id=None,
        address_kind="fcm",
        address=address,
        address_hash=b"",
        code=None,
        handed_before=False,
        data_key=data_key,
        language="en",
    )
    return compose(claimed, KEYRING)


def tag(kind: NoticeKind) -> str:
    push = composed(kind)
    assert push.tag == push.data["tag"]
    return push.tag


@pytest.mark.parametrize("kind", ["reach_out", "answered", "are_you_talking", "unanswered", "all_clear", "ended"])
def test_what_says_how_it_stands_replaces_what_said_so_before(kind: str) -> None:
    assert tag(NoticeKind(kind)) == str(REACH_OUT)


def test_messages_replace_one_another_and_nothing_else() -> None:
    assert tag(NoticeKind.MESSAGE) == tag(NoticeKind.MESSAGE) != str(REACH_OUT)
    assert len(tag(NoticeKind.MESSAGE)) <= APPLE_TAKES


@pytest.mark.parametrize("kind", list(NoticeKind))
def test_a_push_tells_the_service_worker_the_policy_of_its_kind(kind: NoticeKind) -> None:
    push = composed(kind)
    assert (push.data["urgent"] == "true", push.data["closes"] == "true") == (KINDS[kind].urgent, KINDS[kind].closes)
    assert all(isinstance(value, str) for value in push.data.values()), "Firebase takes nothing else"
    assert (push.urgent, push.ttl) == (KINDS[kind].urgent, KINDS[kind].ttl.total_seconds())
