"""What the OpenAPI document says beyond the code: a line for each tag, and an example of each body."""

from collections.abc import Mapping
from typing import Any, Final

from fastapi import FastAPI

from rules.accounts.consent import CONSENT_VERSION

TAG_DESCRIPTIONS: Final = {
    "reach-outs": "A press, who was told of it, their answers, messages, and its end.",
    "reflections": "What somebody wrote for themselves about how a reach-out felt.",
    "bookends": "A time to be back, and the companion who is told if one is not.",
    "practices": "Trying out whose phones a light reaches, without waking anybody.",
    "check-ins": "How I am; private unless shared, part by part.",
    "reach-ins": "An unasked word to somebody in my circle or whom I support.",
    "commitments": "What I mean to do on certain days, and who knows of it.",
    "threads": "What stands between two people, newest first.",
    "connections": "Weeks of being in touch, counted for oneself.",
    "rhythm": "The moments at which the phone asks, off until chosen.",
    "plan": "My plan for hard hours.",
    "inbox": "Notices, and the phone's receipts for pushes.",
    "events": "Server-sent events: ids of what has changed.",
    "config": "What this place offers, and what the systems of phones ask of it.",
    "people": "Making an account.",
    "guests": "Helpers without an account.",
    "passkeys": "Passkeys of an account, and signing in with one.",
    "sessions": "Signing in and out, recovery, fresh proof.",
    "me": "My account: profile, export, import, access log, erasure.",
    "devices": "Phones and browsers that are pushed.",
    "channels": "SMS, e-mail, ntfy and calls beside pushes.",
    "circle": "The people I reach out to, and the ladder by which they are told.",
    "invitations": "Links by which one person joins a circle.",
    "supporting": "The people I am there for.",
    "blocks": "People who see nothing of me, nor I of them.",
    "helplines": "Emergency numbers and helplines by country.",
    "operation": "Whether the process answers and is ready.",
}
_ID = "018f3c5e-7d2a-7c41-9a52-3f0f2f6f1b01"
BODY_EXAMPLES: Final[Mapping[str, Mapping[str, Any]]] = {
    "AccountOfGuest": {"code": "123456", "sign_in_name": "noor.h", "passphrase": "a lantern by the window"},
    "CallChannel": {"kind": "call", "address": "+14155550100"},
    "CheckIn": {"feeling": 2, "halt": ["tired"], "share_with": [_ID]},
    "Close": {"outcome": "connected"},
    "Code": {"code": "123456"},
    "CommitmentChanges": {"text": "Call Ana", "at": "20:30"},
    "Consent": {"version": CONSENT_VERSION},
    "DayIn": {"done": True},
    "Declining": {},
    "EmailChannel": {"kind": "email", "address": "noor@example.org"},
    "Extension": {"due_at": "2026-03-19T23:00:00Z"},
    "FcmDevice": {"kind": "fcm", "token": "the-registration-token-of-this-installation", "label": "My phone"},
    "Felt": {"seen": 3, "safe": 2, "soothed": 2},
    "GuestYes": {
        "token": "kq0Yb2m1d0mC5kqvZ5s4Ag",
        "display_name": "Sam",
        "channel": {"kind": "sms", "address": "+14155550100"},
    },
    "Invite": {"role": "friend", "step": 1},
    "LinkOpened": {"secret": "kq0Yb2m1d0mC5kqvZ5s4Ag"},
    "MemberChange": {"role": "sponsor", "step": 1},
    "Mute": {"muted_until": "2026-03-20T07:00:00Z"},
    "NewAnswer": {"kind": "soon", "minutes": 5, "text": "Putting my shoes on."},
    "NewBlock": {"person_id": _ID},
    "NewBookend": {"what": "The wedding", "due_at": "2026-03-19T22:00:00Z", "companion": _ID},
    "NewCommitmentIn": {"text": "Call Ana", "days": [0, 3], "at": "21:00"},
    "NewLadder": {"ladder": [0, 90, 180, 300]},
    "NewMessage": {"text": "I am on the bench by the door."},
    "NewPassphrase": {"passphrase": "a lantern by the window"},
    "NewPlan": {"signs": ["I stop answering"], "alone": ["A walk"], "people": [_ID]},
    "NewPractice": {},
    "NewReachIn": {"to": _ID, "text": "Thinking of you."},
    "NtfyChannel": {"kind": "ntfy", "address": "https://ntfy.sh/a-topic-of-mine"},
    "Opened": {"token": "kq0Yb2m1d0mC5kqvZ5s4Ag"},
    "PasskeySignUpBegun": {"display_name": "Noor"},
    "Press": {"note": "Could use a voice.", "need": "talk"},
    "ProfileChange": {"display_name": "Noor", "time_zone": "Europe/Berlin", "wake_me": True},
    "Proof": {"passphrase": "a lantern by the window"},
    "Receipt": {"delivery_id": _ID, "event": "delivered"},
    "Recover": {
        "sign_in_name": "noor.h",
        "recovery_code": "ABCD-EFGH-IJKL-MNOP",
        "new_passphrase": "a lantern by the window",
    },
    "RhythmIn": {"check_in": None},
    "Seen": {},
    "Share": {"membership_id": _ID},
    "SignIn": {"sign_in_name": "noor.h", "passphrase": "a lantern by the window"},
    "SignUp": {"sign_in_name": "noor.h", "passphrase": "a lantern by the window", "display_name": "Noor"},
    "SmsChannel": {"kind": "sms", "address": "+14155550100"},
    "Together": {"person_id": _ID},
    "WebPushDevice": {
        "kind": "webpush",
        "endpoint": "https://updates.push.services.mozilla.com/wpush/v2/gAAAA",
        "keys": {
            "p256dh": "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4",
            "auth": "BTBZMqHH6r4Tts7J_aSIgg",
        },
    },
}
"""By schema. Passkeys have none: what they sign can be made only once."""


class DescribedApi(FastAPI):
    """FastAPI whose document has the texts of this module."""

    def openapi(self) -> dict[str, Any]:
        if self.openapi_schema is None:
            document = super().openapi()
            document["tags"] = [{"name": name, "description": text} for name, text in TAG_DESCRIPTIONS.items()]
            for name, example in BODY_EXAMPLES.items():
                document["components"]["schemas"][name]["examples"] = [example]
        return self.openapi_schema or {}
