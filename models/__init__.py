"""Tables, no decisions. Importing this package makes the metadata complete."""

from models.access_events import AccessEvent
from models.base import Base
from models.bookends import Bookend
from models.channels import Channel
from models.check_ins import CheckIn, CheckInShare
from models.circle import Block, Invitation, Membership
from models.installation import IdempotencyKey, Installation, Throttle
from models.known_places import KnownPlace
from models.notices import Delivery, Notice
from models.passkeys import Passkey, PasskeyChallenge
from models.people import Device, Person, RecoveryCode, Session
from models.reach_ins import ReachIn
from models.reach_outs import Answer, Message, ReachOut, Recipient, Reflection

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
