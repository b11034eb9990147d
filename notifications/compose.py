"""Composes the push of a claimed delivery: a neutral sentence, ids, and the address, which is decrypted only here."""

import json
import math
from typing import Final

from core.encryption import Keyring
from models.enums import ChannelKind, DeviceKind, NoticeKind
from notifications.claim import ClaimedDelivery
from notifications.transports.protocol import ChannelAddress, FcmAddress, Push, TransportAddress, WebPushAddress
from notifications.wording import push_wording, spoken_wording
from rules.accounts import channels, devices
from rules.kinds import KINDS, Opens, Tag

DATA_VERSION: Final = "1"
_FLAGS: Final = {True: "true", False: "false"}
"""Booleans in the data of a push, where every value is a string."""


class AddressWithheldError(Exception):
    """No key of this process can open the address."""


def compose(claimed: ClaimedDelivery, keyring: Keyring, until: float = math.inf) -> Push:
    """Return the push of this delivery; sending must begin before `until` (seconds of `core.clock.elapsed`).

    Raises AddressWithheldError, or ValueError for a malformed address.
    """
    policy = KINDS[claimed.kind]
    tag = _push_tag(claimed)
    title, body = push_wording(claimed.kind, claimed.language, claimed.waiting)
    code = _open_code(claimed, keyring)
    if claimed.address_kind == ChannelKind.CALL:
        body = spoken_wording(body, claimed.language, code)
    elif code is not None:
        _, body = push_wording("code", claimed.language)
        body = f"{body} {code}"
    return Push(
        delivery_id=claimed.id,
        address=_open_address(claimed, keyring),
        data={
            "v": DATA_VERSION,
            "kind": str(claimed.kind),
            "notice_id": str(claimed.notice_id),
            "delivery_id": str(claimed.id),
            "reach_out_id": str(claimed.reach_out_id or ""),
            "tag": tag,
            "round": str(claimed.round),
            "url": _app_url(claimed),
            # Strings, because Firebase accepts nothing else. Older service workers ignore these two.
            "urgent": _FLAGS[policy.urgent],
            "closes": _FLAGS[policy.closes],
        },
        title=title,
        body=body,
        tag=tag,
        urgent=policy.urgent,
        # A new kind or a further round should alert again.
        renotify=True,
        ttl=int(policy.ttl.total_seconds()),
        until=until,
        language=claimed.language,
    )


def _open_code(claimed: ClaimedDelivery, keyring: Keyring) -> str | None:
    """Return the code that confirms this channel; None for any other push. Raises AddressWithheldError."""
    if claimed.kind is not NoticeKind.TEST or claimed.channel_id is None:
        return None
    code = keyring.vault(claimed.person_id, claimed.data_key).open("channels.code", claimed.channel_id, claimed.code)
    if code is None:
        raise AddressWithheldError
    return code


def _push_tag(claimed: ClaimedDelivery) -> str:
    subject = claimed.reach_out_id or claimed.bookend_id
    match KINDS[claimed.kind].tag:
        case Tag.SUBJECT if subject is not None:
            return str(subject)
        case Tag.MESSAGES if subject is not None:
            return f"{subject}-m"
    return str(claimed.notice_id)


def _app_url(claimed: ClaimedDelivery) -> str:
    match KINDS[claimed.kind].opens:
        case Opens.THREAD if claimed.sender_id is not None:
            return f"/#/people/{claimed.sender_id}"
        case Opens.COMMITMENT if claimed.commitment_id is not None:
            return f"/#/commitments/{claimed.commitment_id}"
        case Opens.MOMENT:
            return "/#/moment"
        case Opens.PRACTICE:
            return f"/#/practices/{claimed.event_id if claimed.kind is NoticeKind.PRACTICE else 'new'}"
    if claimed.reach_out_id is not None:
        return f"/#/reach-outs/{claimed.reach_out_id}"
    return f"/#/bookends/{claimed.bookend_id}" if claimed.bookend_id else "/#/inbox"


def _open_address(claimed: ClaimedDelivery, keyring: Keyring) -> TransportAddress:
    column = devices.DEVICE_ADDRESS_COLUMN if claimed.channel_id is None else channels.CHANNEL_ADDRESS_COLUMN
    row_id = claimed.device_id or claimed.channel_id
    address = row_id and keyring.open_address(
        claimed.person_id, claimed.data_key, column, row_id, claimed.address, claimed.push_address
    )
    if not address:
        raise AddressWithheldError
    if claimed.channel_id is not None:
        return ChannelAddress(claimed.address_kind, address)
    fields = json.loads(address)
    if claimed.address_kind == DeviceKind.FCM:
        return FcmAddress(fields["token"])
    return WebPushAddress(fields["endpoint"], fields["p256dh"], fields["auth"])
