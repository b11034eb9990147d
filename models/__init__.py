"""Tables, no decisions. Importing this package makes the metadata complete."""

from models.base import Base
from models.bookends import Bookend
from models.channels import Channel
from models.circle import Block, Invitation, Membership
from models.installation import IdempotencyKey, Installation, Throttle
from models.notices import Delivery, Notice
from models.people import Device, Person, RecoveryCode, Session
from models.reach_outs import Answer, Message, ReachOut, Recipient, Reflection

__all__ = [
    "Answer",
    "Base",
    "Block",
    "Bookend",
    "Channel",
    "Delivery",
    "Device",
    "IdempotencyKey",
    "Installation",
    "Invitation",
    "Membership",
    "Message",
    "Notice",
    "Person",
    "ReachOut",
    "Recipient",
    "RecoveryCode",
    "Reflection",
    "Session",
    "Throttle",
]
