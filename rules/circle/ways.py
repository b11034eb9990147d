"""Ways to a person: their live devices and confirmed channels, and which of them are known to work."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final, TypedDict
from uuid import UUID

from sqlalchemy import ColumnElement, Row, and_, or_, select
from sqlalchemy.orm import InstrumentedAttribute

from core.unit_of_work import Operation, UnitOfWork
from models import Channel, Device
from models.enums import ChannelKind
from rules import access

MAX_REFUSALS: Final = 2
"""Consecutive permanent refusals of urgent pushes after which a device or channel counts as broken. It is still tried."""

DEVICE_WORKS: Final = and_(Device.disabled_at.is_(None), Device.refusals < MAX_REFUSALS)
CHANNEL_WORKS: Final = and_(Channel.confirmed_at.is_not(None), Channel.refusals < MAX_REFUSALS)


WAY_COLUMNS: Final = (
    Device.id.label("device_id"),
    Device.refusals.label("device_refusals"),
    Channel.id.label("channel_id"),
    Channel.kind.label("channel_kind"),
    Channel.refusals.label("channel_refusals"),
)
"""What `ways_in_rows` reads, of one person's live devices and confirmed channels."""


class ParticipantWays(TypedDict):
    """The ways to one participant, as fields of `rules.reach_out.state.Participant`."""

    devices: tuple[UUID, ...]
    channels: tuple[UUID, ...]
    calls: tuple[UUID, ...]
    refusing_devices: int
    refusing_channels: int
    refusing_calls: int


@dataclass(slots=True)
class Ways:
    """One person's live devices and confirmed channels; `refusing_…`: how many of them refuse pushes.

    Without phones that ring: only a reach-out that nobody answers calls anybody.
    """

    devices: list[UUID] = field(default_factory=list)
    channels: list[UUID] = field(default_factory=list)
    refusing_devices: int = 0
    refusing_channels: int = 0

    @property
    def any_works(self) -> bool:
        """Whether at least one of them works."""
        return len(self.devices) > self.refusing_devices or len(self.channels) > self.refusing_channels


def can_reach(person_id: InstrumentedAttribute[UUID]) -> ColumnElement[bool]:
    """Select people with a working device or channel, whether or not this process can decrypt its address."""
    return or_(
        select(Device.id).where(access.owned_by(Device, person_id), DEVICE_WORKS).exists(),
        select(Channel.id).where(access.owned_by(Channel, person_id), CHANNEL_WORKS).exists(),
    )


def is_refusing(unit: Operation, refusals: int) -> bool:
    """Return whether a device or channel with this many consecutive refusals counts as broken."""
    return refusals >= MAX_REFUSALS or not unit.keyring.any_process_opens_addresses


def ways_in_rows(unit: Operation, rows: Sequence[Row[*tuple[Any, ...]]], *, guest: bool) -> ParticipantWays:
    """Return the ways in rows with WAY_COLUMNS, which are the product of one person's devices and channels.

    What a guest gave stands in the place of a phone with the app, and is pushed from rung 1 on, like one.
    """
    # The keys of a dict keep the order and drop repetitions.
    devices: dict[UUID, bool] = {}
    channels: dict[UUID, bool] = {}
    calls: dict[UUID, bool] = {}
    for row in rows:
        if row.device_id is not None:
            devices[row.device_id] = is_refusing(unit, row.device_refusals)
        if row.channel_id is not None:
            by_id = devices if guest else calls if row.channel_kind == ChannelKind.CALL else channels
            by_id[row.channel_id] = is_refusing(unit, row.channel_refusals)
    return {
        "devices": tuple(devices),
        "channels": tuple(channels),
        "calls": tuple(calls),
        "refusing_devices": sum(devices.values()),
        "refusing_channels": sum(channels.values()),
        "refusing_calls": sum(calls.values()),
    }


async def load_ways(unit: UnitOfWork, people: Sequence[UUID]) -> dict[UUID, Ways]:
    """Return the ways to each of these people, by person id; looking up anybody else yields an empty entry."""
    by_person: dict[UUID, Ways] = defaultdict(Ways)
    if not people:
        return by_person
    devices = await unit.session.execute(
        select(Device.person_id, Device.id, Device.refusals)
        .where(access.owned_by_any(Device, people), Device.disabled_at.is_(None))
        .order_by(Device.id)
    )
    for person_id, device_id, refusals in devices:
        by_person[person_id].devices.append(device_id)
        by_person[person_id].refusing_devices += is_refusing(unit, refusals)
    channels = await unit.session.execute(
        select(Channel.person_id, Channel.id, Channel.refusals)
        .where(
            access.owned_by_any(Channel, people),
            Channel.confirmed_at.is_not(None),
            Channel.kind != ChannelKind.CALL,
        )
        .order_by(Channel.id)
    )
    for person_id, channel_id, refusals in channels:
        by_person[person_id].channels.append(channel_id)
        by_person[person_id].refusing_channels += is_refusing(unit, refusals)
    return by_person
