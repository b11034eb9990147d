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
from models.daily import CheckIn, CheckInShare, ReachIn
from models.inbox import Notice
from models.installation import IdempotencyKey, Installation, Throttle
from models.outbox import Delivery
from models.reach_out import Answer, Message, ReachOut, Recipient, Reflection

__all__ = [
    "AccessEvent",
    "Answer",
    "Base",
    "Block",
    "Bookend",
    "Channel",
    "CheckIn",
    "CheckInShare",
    "Delivery",
    "Device",
    "IdempotencyKey",
    "Installation",
    "Invitation",
    "KnownPlace",
    "Membership",
    "Message",
    "Notice",
    "Passkey",
    "PasskeyChallenge",
    "Person",
    "ReachIn",
    "ReachOut",
    "Recipient",
    "RecoveryCode",
    "Reflection",
    "Session",
    "Throttle",
]
