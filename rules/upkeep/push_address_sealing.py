"""Push addresses under the push key: those that an older release, or none, has sealed so are sealed while they can be read."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import or_, select, update

from core.encryption import Keyring
from core.unit_of_work import UnitOfWork
from models import Channel, Device, Person
from rules.accounts import channels, devices

SEALING_BATCH = 200

Table = type[Device] | type[Channel]
TABLES: tuple[Table, ...] = (Device, Channel)


@dataclass(frozen=True, slots=True)
class SealedAddress:
    """What is to stand as `push_address` of one row, as long as its `address` is still the one that was read."""

    id: UUID
    address: bytes | None
    push_address: bytes | None


async def page(unit: UnitOfWork, table: Table, after: UUID | None) -> Sequence[Any]:
    """The next rows with an address, by id. Only reads."""
    statement = (
        select(table.id, table.person_id, table.address, table.push_address, Person.data_key)
        .join(Person, Person.id == table.person_id)
        .where(or_(table.address.is_not(None), table.push_address.is_not(None)))
        .order_by(table.id)
        .limit(SEALING_BATCH)
    )
    if after is not None:
        statement = statement.where(table.id > after)
    return (await unit.session.execute(statement)).all()


def to_seal(keyring: Keyring, table: Table, rows: Sequence[Any], *, anew: bool = False) -> list[SealedAddress]:
    """What has to be written of these rows; `anew`: also what an older push key has sealed."""
    column = devices.DEVICE_ADDRESS_COLUMN if table is Device else channels.CHANNEL_ADDRESS_COLUMN
    found: list[SealedAddress] = []
    for row in rows:
        if row.address is None:
            # An older release has retired it, and knew nothing of this copy.
            found.append(SealedAddress(row.id, None, None))
            continue
        opened = keyring.push.open(column, row.id, row.push_address, row.address)
        if opened is not None and not (anew and not keyring.push.current(row.push_address)):
            continue
        plain = opened or keyring.vault(row.person_id, row.data_key).open(column, row.id, row.address)
        sealed = keyring.push.seal(column, row.id, plain, row.address) if plain else None
        if sealed is not None:
            found.append(SealedAddress(row.id, row.address, sealed))
    return found


async def seal(unit: UnitOfWork, table: Table, sealed: Sequence[SealedAddress]) -> int:
    """Write it down where nothing has changed meanwhile; gives how many. The caller commits."""
    count = 0
    for one in sealed:
        same = table.address.is_(None) if one.address is None else table.address == one.address
        changed = await unit.session.execute(
            update(table)
            .where(table.id == one.id, same)
            .values(push_address=one.push_address)
            .execution_options(synchronize_session=False)
        )
        count += int(getattr(changed, "rowcount", 0))
    return count
