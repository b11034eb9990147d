"""From a claimed row to a push: neutral words, ids, and the address, opened only now."""

import json
import math
from typing import Final

from core.encryption import Keyring
from models.enums import DeviceKind, NoticeKind
from notifications.claim import Claimed
from notifications.transports.protocol import Address, ChannelAddress, FcmAddress, Push, WebPushAddress
from notifications.wording import URGENT, ttl, wording
from rules.accounts import channels, devices

VERSION: Final = "1"
# Pushes about one reach-out replace one another on the phone, its messages apart; these stand for themselves.
_ALONE: Final = frozenset({NoticeKind.TEST, NoticeKind.INVITATION_ACCEPTED, NoticeKind.REACH_IN, NoticeKind.CHECK_IN})


class AddressWithheldError(Exception):
    """No key at hand opens the address."""


def compose(claimed: Claimed, keyring: Keyring, until: float = math.inf) -> Push:
    """The push of this delivery, to be begun before `until` (seconds of `core.clock.elapsed`).

    Raises AddressWithheldError, ValueError for an address that makes no sense.
    """
    tag = _tag(claimed)
    title, body = wording(claimed.kind, claimed.language, claimed.waiting)
    if claimed.kind is NoticeKind.TEST and claimed.channel_id is not None:
        _, body = wording("code", claimed.language)
        vault = keyring.vault(claimed.person_id, claimed.data_key)
        code = vault.open("channels.code", claimed.channel_id, claimed.code)
        if code is None:
            raise AddressWithheldError
        body = f"{body} {code}"
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
            "url": _url(claimed),
        },
        title=title,
        body=body,
        tag=tag,
        urgent=claimed.kind in URGENT,
        # A new kind or a further round is news; the same push sent twice is not.
        renotify=True,
        ttl=ttl(claimed.kind),
        until=until,
    )


def _tag(claimed: Claimed) -> str:
    about = claimed.reach_out_id or claimed.bookend_id if claimed.kind not in _ALONE else None
    # Under the alarm's own tag a message would take its place: on a phone that is off nothing urgent would be left, and
    # on one that shows it the buttons to answer would go. Messages replace one another.
    beside = "-m" if claimed.kind is NoticeKind.MESSAGE else ""
    return f"{about or claimed.notice_id}{beside}"


def _url(claimed: Claimed) -> str:
    if claimed.reach_out_id is not None:
        return f"/#/reach-outs/{claimed.reach_out_id}"
    return f"/#/bookends/{claimed.bookend_id}" if claimed.bookend_id else "/#/inbox"


def _address(claimed: Claimed, keyring: Keyring) -> Address:
    column = devices.DEVICE_ADDRESS_COLUMN if claimed.channel_id is None else channels.CHANNEL_ADDRESS_COLUMN
    row = claimed.device_id or claimed.channel_id
    opened = row and keyring.open_address(
        claimed.person_id, claimed.data_key, column, row, claimed.address, claimed.push_address
    )
    if not opened:
        raise AddressWithheldError
    if claimed.channel_id is not None:
        return ChannelAddress(claimed.way, opened)
    held = json.loads(opened)
    if claimed.way == DeviceKind.FCM:
        return FcmAddress(held["token"])
    return WebPushAddress(held["endpoint"], held["p256dh"], held["auth"])
