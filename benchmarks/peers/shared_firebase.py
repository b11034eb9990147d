"""Shared by the peers' workers, in their environment: the Firebase app, and its URL turned to a stand-in."""

import firebase_admin
from firebase_admin import credentials, messaging

from benchmarks.peers.shared import BODY, TITLE, PeerSettings


def open_firebase(settings: PeerSettings) -> bool:
    """Set up the SDK's default app; return whether pushes are sent at all."""
    if settings.fcm_url is None:
        return False
    # There is no setting for it.
    messaging._MessagingService.FCM_URL = settings.fcm_url + "/v1/projects/{0}/messages:send"  # noqa: SLF001
    firebase_admin.initialize_app(credentials.Certificate(settings.fcm_credentials))
    return True


def reach_out_message(name: str, reach_out_id: int, token: str | None = None) -> messaging.Message:
    """Return the push for one device, or without its token the one that fcm-django copies for each device."""
    tag = f"reach-out-{reach_out_id}"
    title = TITLE.format(name=name)
    return messaging.Message(
        data={"kind": "reach_out", "reach_out_id": str(reach_out_id)},
        notification=messaging.Notification(title=title, body=BODY),
        android=messaging.AndroidConfig(
            priority="high",
            notification=messaging.AndroidNotification(tag=tag, channel_id="reach_out"),
        ),
        apns=messaging.APNSConfig(
            headers={"apns-priority": "10", "apns-push-type": "alert", "apns-collapse-id": tag},
            payload=messaging.APNSPayload(
                messaging.Aps(alert=messaging.ApsAlert(title=title, body=BODY), sound="default", thread_id=tag)
            ),
        ),
        **({} if token is None else {"token": token}),
    )
