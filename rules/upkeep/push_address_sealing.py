"""Push addresses: encrypts those that an older release has left without a copy under the push key."""

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

AddressTable = type[Device] | type[Channel]
SEALED_TABLES: tuple[AddressTable, ...] = (Device, Channel)


@dataclass(frozen=True, slots=True)
class SealedAddress:
    """The new `push_address` of one row, valid as long as its `address` is still the one that was read."""

    id: UUID
    address: bytes | None
    push_address: bytes | None


async def next_rows(unit: UnitOfWork, table: AddressTable, after: UUID | None) -> Sequence[Any]:
    """Return the next rows that have an address, by id, `SEALING_BATCH` at most. Only reads."""
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


def seal_rows(keyring: Keyring, table: AddressTable, rows: Sequence[Any], *, anew: bool = False) -> list[SealedAddress]:
    """Return the copies that have to be written for these rows; `anew`: also those under an older push key."""
    column = devices.DEVICE_ADDRESS_COLUMN if table is Device else channels.CHANNEL_ADDRESS_COLUMN
    sealed_addresses: list[SealedAddress] = []
    for row in rows:
        if row.address is None:
            # An older release has cleared the address, and does not know of this copy.
            sealed_addresses.append(SealedAddress(row.id, None, None))
            continue
        address = keyring.push.open(column, row.id, row.push_address, row.address)
        if address is not None and not (anew and not keyring.push.current(row.push_address)):
            continue
        address_text = address or keyring.vault(row.person_id, row.data_key).open(column, row.id, row.address)
        push_address = keyring.push.seal(column, row.id, address_text, row.address) if address_text else None
        if push_address is not None:
            sealed_addresses.append(SealedAddress(row.id, row.address, push_address))
    return sealed_addresses


async def store_sealed(unit: UnitOfWork, table: AddressTable, sealed: Sequence[SealedAddress]) -> int:
    """Write the copies to rows whose address has not changed meanwhile; return how many. The caller commits."""
    count = 0
    for sealed_address in sealed:
        unchanged = (
            table.address.is_(None) if sealed_address.address is None else table.address == sealed_address.address
        )
        changed = await unit.session.execute(
            update(table)
            .where(table.id == sealed_address.id, unchanged)
            .values(push_address=sealed_address.push_address)
            .execution_options(synchronize_session=False)
        )
        count += int(getattr(changed, "rowcount", 0))
    return count
