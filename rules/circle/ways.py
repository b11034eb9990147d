"""The ways to people: their devices and confirmed channels, and which of them work as far as anybody knows."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final
from uuid import UUID

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import InstrumentedAttribute

from core.unit_of_work import Operation, UnitOfWork
from models import Channel, Device

MAX_REFUSALS: Final = 2
"""Urgent pushes refused for good in a row, none taken since, after which a way no longer counts as one. It is still tried."""

DEVICE_WORKS: Final = and_(Device.disabled_at.is_(None), Device.refusals < MAX_REFUSALS)
CHANNEL_WORKS: Final = and_(Channel.confirmed_at.is_not(None), Channel.refusals < MAX_REFUSALS)


@dataclass(slots=True)
class Ways:
    """One person's live devices and confirmed channels; `deaf_…`: how many of them do not work."""

    devices: list[UUID] = field(default_factory=list)
    channels: list[UUID] = field(default_factory=list)
    deaf_devices: int = 0
    deaf_channels: int = 0

    @property
    def work(self) -> bool:
        """Whether anything reaches them."""
        return len(self.devices) > self.deaf_devices or len(self.channels) > self.deaf_channels


def can_reach(person_id: InstrumentedAttribute[UUID]) -> ColumnElement[bool]:
    """Whether a device or channel of this person works. Where no process has a key to addresses none does: ask `unit.keyring`."""
    return or_(
        select(Device.id).where(Device.person_id == person_id, DEVICE_WORKS).exists(),
        select(Channel.id).where(Channel.person_id == person_id, CHANNEL_WORKS).exists(),
    )


def deaf(unit: Operation, refusals: int) -> bool:
    """Whether a way with so many refusals in a row counts as one that does not work."""
    return refusals >= MAX_REFUSALS or not unit.keyring.reaches


async def ways_to(unit: UnitOfWork, people: Sequence[UUID]) -> dict[UUID, Ways]:
    """The ways to each of these people; somebody without any has none."""
    found: dict[UUID, Ways] = defaultdict(Ways)
    if not people:
        return found
    devices = await unit.session.execute(
        select(Device.person_id, Device.id, Device.refusals)
        .where(Device.person_id.in_(people), Device.disabled_at.is_(None))
        .order_by(Device.id)
    )
    for person_id, device_id, refusals in devices:
        found[person_id].devices.append(device_id)
        found[person_id].deaf_devices += deaf(unit, refusals)
    channels = await unit.session.execute(
        select(Channel.person_id, Channel.id, Channel.refusals)
        .where(Channel.person_id.in_(people), Channel.confirmed_at.is_not(None))
        .order_by(Channel.id)
    )
    for person_id, channel_id, refusals in channels:
        found[person_id].channels.append(channel_id)
        found[person_id].deaf_channels += deaf(unit, refusals)
    return found
