"""Composes the push of a claimed delivery: a sentence, ids, and the address, which is decrypted only here."""

import json
import math
from typing import Final

from core.encryption import Keyring
from models.enums import ChannelKind, DeviceKind, NoticeKind
from notifications.claim import ClaimedDelivery
from notifications.transports.protocol import ChannelAddress, FcmAddress, Push, TransportAddress, WebPushAddress
from notifications.wording import push_wording, spoken_wording
from rules.accounts import channels, devices
from rules.guests import links
from rules.kinds import KINDS, Opens, Tag

DATA_VERSION: Final = "1"
_PAGES: Final = {Opens.MOMENT: "/#/moment", Opens.ACCOUNT: "/#/settings/devices"}
"""Pages that are the same for every push."""
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
    title, body = neutral = push_wording(claimed.kind, claimed.language, claimed.waiting)
    name = _sender_name(claimed, keyring)
    if name:
        title, body = push_wording(claimed.kind, claimed.language, claimed.waiting, name)
    # A phone whose app is locked shows the sentence without the name.
    named = {"neutral": neutral[1]} if (title, body) != neutral else {}
    code = _open_code(claimed, keyring)
    if claimed.address_kind == ChannelKind.CALL:
        body = spoken_wording(body, claimed.language, code, guest=claimed.guest)
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
            "url": _guest_url(claimed, keyring) if claimed.guest else _app_url(claimed),
            # Strings, because Firebase accepts nothing else. Older service workers ignore these two.
            "urgent": _FLAGS[policy.urgent],
            "closes": _FLAGS[policy.closes],
            **({"silent": _FLAGS[True]} if claimed.quiet else {}),
            **named,
        },
        title=title,
        body=body,
        tag=tag,
        urgent=policy.urgent,
        # A new kind or a further round should alert again, unless the phone has just rung for the same person.
        renotify=not claimed.quiet,
        silent=claimed.quiet,
        ttl=int(policy.ttl.total_seconds()),
        until=until,
        language=claimed.language,
    )


def _sender_name(claimed: ClaimedDelivery, keyring: Keyring) -> str | None:
    """Return the name that this push may say; None for a neutral one, as without the key.

    Channels stay neutral: a text message or a mail lies readable with those who carry it. Who has answered is named to
    whoever they answered, not to the others who were asked.
    """
    about_another = claimed.kind is NoticeKind.ANSWERED and claimed.owner_id != claimed.person_id
    if claimed.device_id is None or claimed.sender_id is None or claimed.sender_key is None or about_another:
        return None
    vault = keyring.vault(claimed.sender_id, claimed.sender_key)
    return vault.open("people.display_name", claimed.sender_id, claimed.sender_name)


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
        case Tag.CALM if subject is not None:
            return f"{subject}-c"
        case Tag.KIND:
            return str(claimed.kind)
    return str(claimed.notice_id)


def _app_url(claimed: ClaimedDelivery) -> str:
    match KINDS[claimed.kind].opens:
        case Opens.THREAD if claimed.sender_id is not None:
            return f"/#/people/{claimed.sender_id}"
        case Opens.COMMITMENT if claimed.commitment_id is not None:
            return f"/#/commitments/{claimed.commitment_id}"
        case Opens.MOMENT | Opens.ACCOUNT as page:
            return _PAGES[page]
        case Opens.PRACTICE:
            return f"/#/practices/{claimed.event_id if claimed.kind is NoticeKind.PRACTICE else 'new'}"
    if claimed.reach_out_id is not None:
        return f"/#/reach-outs/{claimed.reach_out_id}"
    return f"/#/bookends/{claimed.bookend_id}" if claimed.bookend_id else "/#/inbox"


def _guest_url(claimed: ClaimedDelivery, keyring: Keyring) -> str:
    """Return the link that shows a guest this reach-out; nothing once it is over, or without the key that makes links."""
    over = KINDS[claimed.kind].closes or claimed.reach_out_id is None
    secret = None if over else links.link_secret(keyring, claimed.reach_out_id or claimed.id, claimed.person_id)
    return "" if secret is None else f"/#/g/{secret}"


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
