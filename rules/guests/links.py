"""Links: the secret in a guest's message, which opens one reach-out until it is over."""

import base64
import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import func, select

from core.encryption import Keyring
from core.errors import KeysUnavailable
from core.unit_of_work import UnitOfWork
from models import Membership, Person, ReachOut, Recipient
from rules import access
from rules.errors import NotFound
from rules.reach_out.ladder import REACH_OUT_LIFETIME

LINK_BYTES: Final = 16
"""Bytes of a link's secret: 128 bits."""


@dataclass(frozen=True, slots=True)
class OpenLink:
    """What a link opens: for which guest, of which membership, until when."""

    person_id: UUID
    reach_out_id: UUID
    membership_id: UUID
    until: datetime


def link_secret(keyring: Keyring, reach_out_id: UUID, person_id: UUID) -> str | None:
    """Return the secret of this guest's link to this reach-out; None without the master key. Only its hash is stored."""
    try:
        digest = keyring.digest("guest.link", reach_out_id.bytes + person_id.bytes)
    except KeysUnavailable:
        return None
    return base64.urlsafe_b64encode(digest[:LINK_BYTES]).decode().rstrip("=")


def link_hash(secret: str | None) -> bytes | None:
    """Return what is stored of a link's secret."""
    return None if secret is None else hashlib.sha256(b"guest-link\0" + secret.encode()).digest()


async def open_link(unit: UnitOfWork, secret: str) -> OpenLink:
    """Return what this link opens. A link that is over, unknown or mistyped, and one of somebody who left, is NotFound."""
    # A guest is never asked calmly: they are written to by the press that a calm ask becomes.
    began_at = func.coalesce(ReachOut.raised_at, ReachOut.created_at)
    row = (
        await unit.session.execute(
            select(Recipient.person_id, Recipient.reach_out_id, Recipient.membership_id, began_at.label("began_at"))
            .join(ReachOut, ReachOut.id == Recipient.reach_out_id)
            .join(Membership, Membership.id == Recipient.membership_id)
            .join(Person, Person.id == Recipient.person_id)
            .where(
                Recipient.link_hash == link_hash(secret),
                access.told_recipients(),
                access.CONFIRMED,
                access.IS_GUEST,
                ReachOut.closed_at.is_(None),
                began_at > unit.now - REACH_OUT_LIFETIME,
            )
        )
    ).one_or_none()
    if row is None or row.membership_id is None:
        raise NotFound
    return OpenLink(row.person_id, row.reach_out_id, row.membership_id, row.began_at + REACH_OUT_LIFETIME)
