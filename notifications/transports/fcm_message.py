"""Words a push as a message of the Firebase SDK, for Android and Apple, and encodes it with the SDK's own encoder."""

import base64
import hashlib
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any, NamedTuple

from pydantic_core import to_json

from notifications.transports.protocol import FcmAddress, Push

LOUD_CHANNEL = "reach_out"
QUIET_CHANNEL = "quiet"
"""The two notification channels that an Android app has to create; its user decides how each sounds."""

_MAX_FCM_TTL_SECONDS = 28 * 24 * 3600
_MAX_COLLAPSE_ID_BYTES = 64
_ANY_TOKEN = "-"  # noqa: S105 (stands for a phone's address)
_ENCODED_TOKEN = f'"token": "{_ANY_TOKEN}"}}'
_KEPT_SHELLS = 64
"""Few: they hold what notifications say."""


class MessageShell(NamedTuple):
    """What the messages of one press have in common: everything but a phone's address and the data of its push."""

    title: str
    body: str
    tag: str
    urgent: bool
    silent: bool
    ttl: int
    expires: int


def fcm_body(sdk: Any, push: Push, address: FcmAddress, now: datetime) -> bytes:  # noqa: ANN401 (the untyped SDK)
    """Return the request for this push. Raises ValueError for what FCM would not accept. `sdk`: `firebase_admin.messaging`."""
    if not address.token:
        raise ValueError("no token")
    shell = _encoded(sdk, shell_of(push, now))
    return b'%b"data": %b, "token": %b}}' % (shell, to_json(push.data), to_json(address.token))


def shell_of(push: Push, now: datetime) -> MessageShell:
    ttl = min(max(push.ttl, 1), _MAX_FCM_TTL_SECONDS)
    return MessageShell(push.title, push.body, push.tag, push.urgent, push.silent, ttl, int(now.timestamp()) + ttl)


@lru_cache(_KEPT_SHELLS)
def _encoded(sdk: Any, shell: MessageShell) -> bytes:  # noqa: ANN401 (the untyped SDK)
    """Return the request with the SDK's JSON of a message up to its token, which comes last.

    Kept for the other phones of the same press: the SDK takes half as long to encode a message as it takes to send it.
    """
    encoded = str(fcm_message(sdk, shell))
    if not encoded.endswith(_ENCODED_TOKEN):
        raise RuntimeError("this version of the SDK encodes messages in another way")
    return f'{{"message": {encoded.removesuffix(_ENCODED_TOKEN)}'.encode()


def fcm_message(sdk: Any, shell: MessageShell) -> Any:  # noqa: ANN401 (the untyped SDK)
    """Return the SDK's message, with a token that stands for a phone's."""
    message = sdk.Message(
        notification=sdk.Notification(title=shell.title, body=shell.body),
        android=sdk.AndroidConfig(
            # FCM lowers the priority of messages that show no notification; these always show one.
            priority="high" if shell.urgent else "normal",
            ttl=timedelta(seconds=shell.ttl),
            notification=sdk.AndroidNotification(
                tag=shell.tag, channel_id=LOUD_CHANNEL if shell.urgent and not shell.silent else QUIET_CHANNEL
            ),
        ),
        apns=sdk.APNSConfig(headers=_apns_headers(shell), payload=sdk.APNSPayload(_aps(sdk, shell))),
    )
    # Set afterwards: as an argument it triggers a deprecation warning in favour of the installation id.
    message.token = _ANY_TOKEN
    return message


def _apns_headers(shell: MessageShell) -> dict[str, str]:
    collapse_id = shell.tag
    if len(collapse_id.encode()) > _MAX_COLLAPSE_ID_BYTES:  # Apple refuses the whole push
        collapse_id = base64.urlsafe_b64encode(hashlib.sha256(shell.tag.encode()).digest()).decode().rstrip("=")
    return {
        "apns-push-type": "alert",
        # 10 is immediate; 5 may be delayed to save power, which is allowed for alerts too.
        "apns-priority": "10" if shell.urgent else "5",
        # Never 0, which would mean: do not store the push for a phone that is off.
        "apns-expiration": str(shell.expires),
        "apns-collapse-id": collapse_id,
    }


def _aps(sdk: Any, shell: MessageShell) -> object:  # noqa: ANN401 (the untyped SDK)
    loud = shell.urgent and not shell.silent
    return sdk.Aps(
        alert=sdk.ApsAlert(title=shell.title, body=shell.body),
        sound="default" if loud else None,
        thread_id=shell.tag,
        # Time-sensitive breaks through a Focus. The key belongs in aps, and the app needs the entitlement.
        custom_data={"interruption-level": "time-sensitive" if loud else "active"},
    )
