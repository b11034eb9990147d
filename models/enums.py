"""Enums that are stored as text: roles, states, kinds, outcomes."""

from enum import StrEnum


class Role(StrEnum):
    SPONSOR = "sponsor"
    FRIEND = "friend"
    PARTNER = "partner"
    FAMILY = "family"
    COUNSELOR = "counselor"
    FELLOW = "fellow"


class ReachOutState(StrEnum):
    WAITING = "waiting"
    ANSWERED = "answered"
    TOGETHER = "together"
    CLOSED = "closed"


class Outcome(StrEnum):
    """How a person closed. EXPIRED and, of a calm ask, QUIET are those that nobody chose."""

    CONNECTED = "connected"
    OK_NOW = "ok_now"
    MISTAKE = "mistake"
    EXPIRED = "expired"
    QUIET = "quiet"


class ChosenOutcome(StrEnum):
    """The outcomes that a person can choose."""

    CONNECTED = "connected"
    OK_NOW = "ok_now"
    MISTAKE = "mistake"


class Need(StrEnum):
    TALK = "talk"
    URGE = "urge"
    LONELY = "lonely"
    COMPANY = "company"
    CHECK_ON_ME = "check_on_me"


class AnswerKind(StrEnum):
    CALLING = "calling"
    SOON = "soon"
    HERE = "here"
    CANNOT = "cannot"


ANSWER_KINDS = frozenset(AnswerKind)


class RecipientState(StrEnum):
    """How far a reach-out has come to one recipient, as the person who pressed sees it. Derived, never stored."""

    QUEUED = "queued"
    HANDED = "handed"
    DELIVERED = "delivered"
    SEEN = "seen"
    ANSWERED = "answered"
    DECLINED = "declined"
    UNREACHABLE = "unreachable"
    INBOX_ONLY = "inbox_only"


class NoticeKind(StrEnum):
    REACH_OUT = "reach_out"
    # "Could somebody talk?": a calm ask, which wakes nobody.
    CALM = "calm"
    ANSWERED = "answered"
    ALL_CLEAR = "all_clear"
    ENDED = "ended"
    UNANSWERED = "unanswered"
    ARE_YOU_TALKING = "are_you_talking"
    MESSAGE = "message"
    INVITATION_ACCEPTED = "invitation_accepted"
    # To the companion, when somebody plans a bookend with them.
    STANDING_BY = "standing_by"
    BOOKEND_DUE = "bookend_due"
    BOOKEND_MISSED = "bookend_missed"
    CHECK_IN = "check_in"
    REACH_IN = "reach_in"
    UNREACHABLE = "unreachable"
    # "I see you": a supporter has seen a check-in that was shared with them.
    CHECK_IN_SEEN = "check_in_seen"
    # To the witness, when somebody asks them to know of a commitment.
    COMMITMENT_ASKED = "commitment_asked"
    COMMITMENT_DUE = "commitment_due"
    COMMITMENT_ENDED = "commitment_ended"
    # A check-in or a week that the person wants to be reminded of.
    MOMENT = "moment"
    # The morning after a reach-out: to a helper, or to the person whom nobody answered.
    FOLLOW_UP = "follow_up"
    # To everybody in a circle that tries out its phones; to its owner, when somebody's phone was not tried for long.
    PRACTICE = "practice"
    PRACTICE_OFFER = "practice_offer"
    # To the other devices of somebody whose account was changed; it is shown in no inbox.
    ACCOUNT_CHANGED = "account_changed"
    # A push that a person asks for to see whether it arrives, or the code that shows that a channel is theirs; it
    # is shown in no inbox.
    TEST = "test"


NOTICE_KINDS = {str(kind): kind for kind in NoticeKind}
"""The kinds that this release knows, by their value; a newer release on the same database may have written others."""


class ChannelKind(StrEnum):
    SMS = "sms"
    EMAIL = "email"
    NTFY = "ntfy"
    # A voice that says the neutral sentence twice; tried only by rung 3 and its repetitions.
    CALL = "call"


class DeviceKind(StrEnum):
    FCM = "fcm"
    WEBPUSH = "webpush"


ADDRESS_KINDS = frozenset(str(kind) for kind in (*DeviceKind, *ChannelKind))
"""The kinds of devices and channels that this release knows, each with a transport of its own."""


class DeliveryState(StrEnum):
    PENDING = "pending"
    SENT = "sent"
    FAILED = "failed"
    DEAD = "dead"
    CANCELLED = "cancelled"


class Platform(StrEnum):
    """What a device is, as far as its registration tells; `app` is an app that is pushed through Firebase."""

    ANDROID = "android"
    IPHONE = "iphone"
    COMPUTER = "computer"
    APP = "app"


class DisabledReason(StrEnum):
    """Why a device no longer gets pushes."""

    REMOVED = "removed"
    SIGNED_OUT = "signed_out"
    DEAD = "dead"
    MOVED = "moved"


class Carrier(StrEnum):
    TOKEN = "token"  # noqa: S105 (the name of a way to carry a session, no secret)
    COOKIE = "cookie"


class GuestSessionKind(StrEnum):
    """What a guest's session is for: joining, changing and leaving; or one reach-out, through a link."""

    JOINING = "joining"
    LINK = "link"


class Halt(StrEnum):
    """What may lie under a feeling: hungry, angry, lonely, tired."""

    HUNGRY = "hungry"
    ANGRY = "angry"
    LONELY = "lonely"
    TIRED = "tired"


class AccessKind(StrEnum):
    """What the access log records: each way into the account, and each change of who is called.

    A new kind is told to the owner's other devices, or kept to those who give proof, where `rules.accounts.access_log` says so.
    """

    SIGNED_UP = "signed_up"
    SIGNED_IN = "signed_in"
    SIGNED_IN_WITH_PASSKEY = "signed_in_with_passkey"
    RECOVERED = "recovered"
    SIGNED_OUT = "signed_out"
    PROOF_FAILED = "proof_failed"
    PASSPHRASE_CHANGED = "passphrase_changed"  # noqa: S105 (a word of the log, no secret)
    CODES_RENEWED = "codes_renewed"
    PASSKEY_ADDED = "passkey_added"
    PASSKEY_REMOVED = "passkey_removed"
    DEVICE_ADDED = "device_added"
    DEVICE_REMOVED = "device_removed"
    CHANNEL_ADDED = "channel_added"
    CHANNEL_CONFIRMED = "channel_confirmed"
    CHANNEL_REMOVED = "channel_removed"
    EXPORTED = "exported"
    NUMBER_CHANGED = "number_changed"
    HOURS_CHANGED = "hours_changed"
    LADDER_CHANGED = "ladder_changed"
    MEMBER_INVITED = "member_invited"
    INVITATION_WITHDRAWN = "invitation_withdrawn"
    MEMBER_CONFIRMED = "member_confirmed"
    MEMBER_CHANGED = "member_changed"
    MEMBER_REMOVED = "member_removed"
    CIRCLE_JOINED = "circle_joined"
    CIRCLE_LEFT = "circle_left"
    BLOCKED = "blocked"
    UNBLOCKED = "unblocked"


class OperatorActionKind(StrEnum):
    """What `porchlight admin` was used for."""

    COUNTED_PEOPLE = "counted_people"
    LOOKED_AT_HEALTH = "looked_at_health"
    LOOKED_AT_REFUSALS = "looked_at_refusals"
    LISTED_INVITATIONS = "listed_invitations"
    INVITED = "invited"
    INVITATION_WITHDRAWN = "invitation_withdrawn"
    NAME_DISABLED = "name_disabled"
    NAME_ENABLED = "name_enabled"
    LOOKED_AT_LOG = "looked_at_log"


class FollowUpKind(StrEnum):
    """Whom a follow-up is for: a helper who answered, or the person whom nobody answered."""

    HELPER = "helper"
    UNANSWERED = "unanswered"
