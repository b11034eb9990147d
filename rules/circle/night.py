"""The night in advance: who could be woken, what they would be woken by, and when that was last proved."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, tzinfo
from typing import Final
from uuid import UUID

from sqlalchemy import String, literal, select

from core.unit_of_work import UnitOfWork
from models import Channel, Device, PushProof
from models.enums import DeviceKind, Platform
from rules import access
from rules.circle.hours import ONE_DAY
from rules.daily.local_time import local_date, moment_on
from rules.practice import proof

DEEP_NIGHT: Final = "03:00"
"""The time for which "tonight" is answered, on the clock of whoever may press."""
_PHONES: Final = (Platform.IPHONE, Platform.ANDROID, Platform.APP)


@dataclass(slots=True)
class KnownWays:
    """What one person has that can be pushed. `since`: when each device and channel was added; `platforms`: latest first."""

    since: list[datetime] = field(default_factory=list)
    platforms: list[Platform] = field(default_factory=list)

    @property
    def phone(self) -> Platform | None:
        """What they would most likely be woken by: the phone added last, else a computer."""
        return next((platform for platform in self.platforms if platform in _PHONES), next(iter(self.platforms), None))


def next_deep_night(now: datetime, zone: tzinfo) -> datetime:
    """Return the next 03:00 in this zone, at `now` at the earliest."""
    today = local_date(now, zone)
    nights = (moment_on(today + ahead * ONE_DAY, DEEP_NIGHT, zone) for ahead in range(-1, 3))
    return next(night for night in nights if night >= now)


def platform_of(kind: DeviceKind, user_agent: str | None) -> Platform | None:
    """Return what a device is, by how its browser names itself when it registers; None where it says nothing."""
    if kind is DeviceKind.FCM:
        return Platform.APP
    if not user_agent:
        return None
    if "Android" in user_agent:
        return Platform.ANDROID
    return Platform.IPHONE if "iPhone" in user_agent or "iPad" in user_agent else Platform.COMPUTER


async def load_known_ways(unit: UnitOfWork, people: Sequence[UUID]) -> dict[UUID, KnownWays]:
    """Return what each of these people has, by person id, in one statement; looking up anybody else yields an empty entry."""
    known: dict[UUID, KnownWays] = defaultdict(KnownWays)
    if not people:
        return known
    devices = select(Device.person_id, Device.created_at.label("since"), Device.kind, Device.platform).where(
        access.owned_by_any(Device, people), Device.disabled_at.is_(None)
    )
    channels = select(Channel.person_id, Channel.confirmed_at, literal("channel"), literal(None, String())).where(
        access.owned_by_any(Channel, people), Channel.confirmed_at.is_not(None)
    )
    rows = await unit.session.execute(devices.union_all(channels).order_by("since"))
    for person_id, since, kind, platform in rows:
        ways = known[person_id]
        ways.since.append(since)
        # An app is known by its kind, also where an older release has registered it.
        named = Platform.APP if kind == DeviceKind.FCM else platform and Platform(platform)
        if named:
            ways.platforms.insert(0, named)
    return known


async def load_proved_at(unit: UnitOfWork, person_id: UUID) -> datetime | None:
    """Return when this person last showed that a push was shown to them; None when nothing that they have was tried."""
    shown_at = (
        await unit.session.execute(select(PushProof.shown_at).where(access.owned_by(PushProof, person_id)))
    ).scalar()
    return proof.proved_at(shown_at, (await load_known_ways(unit, [person_id]))[person_id].since)
