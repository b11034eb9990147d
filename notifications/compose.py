"""From a claimed row to a push: neutral words, ids, and the address, opened only now."""

import json
from typing import Final

from core.encryption import Keyring
from models.vocabulary import DeviceKind, NoticeKind
from notifications.claim import Claimed
from notifications.transports.protocol import Address, FcmAddress, Push, WebPushAddress
from notifications.wording import URGENT, ttl, wording

VERSION: Final = "1"
# Pushes about one reach-out replace one another on the phone; these stand for themselves.
_ALONE: Final = frozenset({NoticeKind.TEST, NoticeKind.INVITATION_ACCEPTED, NoticeKind.REACH_IN, NoticeKind.CHECK_IN})


class AddressWithheldError(Exception):
    """No key at hand opens the address."""


def compose(claimed: Claimed, keyring: Keyring) -> Push:
    """The push of this delivery. Raises AddressWithheldError, ValueError for an address that makes no sense."""
    about = claimed.reach_out_id if claimed.kind not in _ALONE else None
    tag = str(about or claimed.notice_id)
    title, body = wording(claimed.kind, claimed.language)
    return Push(
        delivery_id=claimed.id,
        address=_address(claimed, keyring),
        data={
            "v": VERSION,
            "kind": str(claimed.kind),
            "notice_id": str(claimed.notice_id),
            "delivery_id": str(claimed.id),
            "reach_out_id": str(claimed.reach_out_id or ""),
            "tag": tag,
            "round": str(claimed.round),
            "url": f"/#/reach-outs/{claimed.reach_out_id}" if claimed.reach_out_id else "/#/inbox",
        },
        title=title,
        body=body,
        tag=tag,
        urgent=claimed.kind in URGENT,
        # A new kind or a further round is news; the same push sent twice is not.
        renotify=True,
        ttl=ttl(claimed.kind),
    )


def _address(claimed: Claimed, keyring: Keyring) -> Address:
    opened = keyring.vault(claimed.person_id, claimed.data_key).open(
        "devices.address", claimed.device_id, claimed.address
    )
    if opened is None:
        raise AddressWithheldError
    held = json.loads(opened)
    if claimed.device_kind == DeviceKind.FCM:
        return FcmAddress(held["token"])
    return WebPushAddress(held["endpoint"], held["p256dh"], held["auth"])
