"""Tables, no decisions. Importing this package makes the metadata complete."""

from models.accounts import (
    AccessEvent,
    Channel,
    Device,
    KnownPlace,
    Passkey,
    PasskeyChallenge,
    Person,
    RecoveryCode,
    Session,
)
from models.base import Base
from models.bookend import Bookend
from models.circle import Block, Invitation, Membership
from models.commitment import Commitment, CommitmentDay
from models.daily import CheckIn, CheckInShare, ReachIn, Talk, ThreadRead
from models.guests import GuestJoin, GuestSession
from models.inbox import Notice
from models.installation import IdempotencyKey, Installation, OperatorAction, RegistrationInvitation, Throttle
from models.outbox import Delivery
from models.plan import Plan
from models.practice import Practice, PracticeMember, PushProof
from models.reach_out import Answer, Message, ReachOut, Recipient, Reflection
from models.rhythm import FollowUp, Rhythm

__all__ = [
    "AccessEvent",
    "Answer",
    "Base",
    "Block",
    "Bookend",
    "Channel",
    "CheckIn",
    "CheckInShare",
    "Commitment",
    "CommitmentDay",
    "Delivery",
    "Device",
    "FollowUp",
    "GuestJoin",
    "GuestSession",
    "IdempotencyKey",
    "Installation",
    "Invitation",
    "KnownPlace",
    "Membership",
    "Message",
    "Notice",
    "OperatorAction",
    "Passkey",
    "PasskeyChallenge",
    "Person",
    "Plan",
    "Practice",
    "PracticeMember",
    "PushProof",
    "ReachIn",
    "ReachOut",
    "Recipient",
    "RecoveryCode",
    "Reflection",
    "RegistrationInvitation",
    "Rhythm",
    "Session",
    "Talk",
    "ThreadRead",
    "Throttle",
]
