"""Composing the push of a delivery: which pushes about a reach-out replace one another on a phone, and which do not."""

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
MAX_COLLAPSE_ID_BYTES = 64
"""Apple's limit for an apns-collapse-id."""


def push_of(kind: NoticeKind) -> Push:
    """Return the push of a notice of this kind about the reach-out."""
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
        event_id=REACH_OUT,
        reach_out_id=REACH_OUT,
        bookend_id=None,
        commitment_id=None,
        sender_id=None,
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


def tag_of(kind: NoticeKind) -> str:
    push = push_of(kind)
    assert push.tag == push.data["tag"]
    return push.tag


@pytest.mark.parametrize("kind", ["reach_out", "answered", "are_you_talking", "unanswered", "all_clear", "ended"])
def test_a_push_about_the_state_of_a_reach_out_replaces_the_one_before(kind: str) -> None:
    assert tag_of(NoticeKind(kind)) == str(REACH_OUT)


def test_messages_replace_only_one_another() -> None:
    assert tag_of(NoticeKind.MESSAGE) == tag_of(NoticeKind.MESSAGE) != str(REACH_OUT)
    assert len(tag_of(NoticeKind.MESSAGE)) <= MAX_COLLAPSE_ID_BYTES


@pytest.mark.parametrize("kind", list(NoticeKind))
def test_a_push_carries_the_policy_of_its_kind(kind: NoticeKind) -> None:
    push = push_of(kind)
    assert (push.data["urgent"] == "true", push.data["closes"] == "true") == (KINDS[kind].urgent, KINDS[kind].closes)
    assert all(isinstance(value, str) for value in push.data.values()), "Firebase accepts nothing else"
    assert (push.urgent, push.ttl) == (KINDS[kind].urgent, KINDS[kind].ttl.total_seconds())
