"""`porchlight keys show | rotate | push | retire`: shows the keys, adds a new current one, or removes the older ones.

Servers and workers may run meanwhile: they follow both files.
"""

import asyncio
import sys
from collections.abc import Mapping
from pathlib import Path

from sqlalchemy import select, update

from cli.keyring import PUSH_KEY_FINGERPRINT, open_keyring, stored_fingerprint
from cli.sealed_rows import SEALED_BY_MASTER_KEYS, SEALED_BY_PUSH_KEYS, SealedColumn, count_lacking, count_needing
from core import encryption, key_file, push_keys
from core.clock import DatabaseClock
from core.database import Database
from core.encryption import Keyring
from core.settings import Settings
from models import Installation, Person
from worker.push_address_sealing import PushAddressSealer

REWRAP_BATCH = 200
SETTLING_SECONDS = 60.0
"""How long after a file was changed nothing is retired: a request that began before may still store what an older key sealed."""

_AFTERWARDS = (
    "Servers and workers on this machine use it from now on. Update your copy of the file, and the file on other machines.\n"
    "`porchlight keys retire` removes the older keys once nothing needs them."
)


async def keys_command(settings: Settings, what: str) -> int:
    """Show or renew keys, and return the exit status."""
    database = Database(settings.sqlalchemy_url)
    try:
        keyring = await open_keyring(settings, database)
        match what:
            case "rotate":
                return await _rotate_master_key(settings, database, keyring)
            case "push":
                return await _renew_push_key(settings, database, keyring)
            case "retire":
                return await _retire_keys(settings, database, keyring)
            case _:
                return await _show_keys(settings, database, keyring)
    finally:
        await database.close()


async def _show_keys(settings: Settings, database: Database, keyring: Keyring) -> int:
    async with database.read() as session:
        master, push = await count_lacking(session, keyring)
    for path, fingerprint, good, consequence, lacking in (
        (
            settings.master_key_path,
            keyring.fingerprint if keyring.trusted else None,
            keyring.trusted,
            "what people wrote is withheld",
            master,
        ),
        (
            settings.push_key_path,
            keyring.push.fingerprint,
            keyring.push.trusted,
            "only the master key opens addresses",
            push,
        ),
    ):
        if lacking:
            print(
                f"{path} is of another time than this database: it lacks the key of {', '.join(lacking)}."
                " Put the copy that belongs to this backup in its place.",
                file=sys.stderr,
            )
        elif good:
            print(f"{path}: fingerprint {fingerprint}, a key of this database.")
        else:
            print(f"{path} is missing, or is not the key file of this database: {consequence}.", file=sys.stderr)
    if not keyring.opens_addresses:
        print("Nobody can be pushed. Restore either of the two files, and restart.", file=sys.stderr)
    return 0 if keyring.trusted and keyring.push.trusted and not master and not push else 1


async def _rotate_master_key(settings: Settings, database: Database, keyring: Keyring) -> int:
    if not keyring.trusted:
        print(f"{settings.master_key_path} is not the key file of this database.", file=sys.stderr)
        return 1
    with key_file.changing(settings.master_key_path):
        key_file.add_key(settings.master_key_path)
        count = await _rewrap_data_keys(database, encryption.load_keyring(settings.master_key_path))
    print(f"Added a new current master key to {settings.master_key_path}; {count} data keys were rewrapped.")
    print(_AFTERWARDS)
    return 0


async def _renew_push_key(settings: Settings, database: Database, keyring: Keyring) -> int:
    """Add a new current push key; where the file is missing, create one, since the master key still opens every address."""
    path = settings.push_key_path
    if not keyring.opens_addresses:
        print(
            "Neither key is available: nothing opens the addresses, so a new key could not seal them.",
            file=sys.stderr,
        )
        return 1
    if keyring.push.trusted:
        with key_file.changing(path):
            key_file.add_key(path)
    elif path.exists():
        print(
            f"{path} is not the key file of this database. Put the right one there, or move it away.", file=sys.stderr
        )
        return 1
    else:
        push_keys.create_push_key_file(path)
    keyring.push = push_keys.load_push_keys(path)
    async with database.write() as session:
        if await stored_fingerprint(session, PUSH_KEY_FINGERPRINT) is None:
            session.add(Installation(name=PUSH_KEY_FINGERPRINT, value=keyring.push.fingerprint or ""))
        else:
            await session.execute(
                update(Installation)
                .where(Installation.name == PUSH_KEY_FINGERPRINT)
                .values(value=keyring.push.fingerprint)
            )
        await session.commit()
    clock = DatabaseClock(database.time)
    await clock.anchor()
    count = await PushAddressSealer(database, clock, keyring).run(anew=True)
    print(f"Added a new current push key to {path}; {count} addresses were resealed.")
    print(_AFTERWARDS)
    return 0


async def _retire_keys(settings: Settings, database: Database, keyring: Keyring) -> int:
    """Remove the older keys of both files that no row needs any more. A file that this database does not know is left alone."""
    if not keyring.trusted or not keyring.push.trusted:
        return await _show_keys(settings, database, keyring)
    refused = False
    for path, sealed in (
        (settings.master_key_path, SEALED_BY_MASTER_KEYS),
        (settings.push_key_path, SEALED_BY_PUSH_KEYS),
    ):
        with key_file.changing(path):
            refused |= not await _retire_keys_of(path, database, sealed)
    return 1 if refused else 0


async def _retire_keys_of(path: Path, database: Database, sealed: Mapping[str, SealedColumn]) -> bool:
    """Remove the older keys of one file; return False when a row needs one of them."""
    older = key_file.load_named_keys(path).older
    if not older:
        print(f"{path}: nothing to retire, there is only the current key.")
        return True
    await _settle(path)
    async with database.read() as session:
        needed = await count_needing(session, sealed, older)
    if needed:
        print(f"{path}: nothing was removed. Older keys are still needed: {', '.join(needed)}.", file=sys.stderr)
        print("`porchlight keys rotate` and `porchlight keys push` seal them anew.", file=sys.stderr)
        return False
    key_file.remove_keys(path, older)
    print(f"{path}: {len(older)} older {'key was' if len(older) == 1 else 'keys were'} removed.")
    print("A backup made before the last rotation needs the copy that you made then; keep it as long as that backup.")
    return True


async def _settle(path: Path) -> None:
    left = min(SETTLING_SECONDS, SETTLING_SECONDS - key_file.age(path))
    if left > 0:
        print(f"{path} was changed a moment ago; looking in {left:.0f} s.")
        await asyncio.sleep(left)


async def _rewrap_data_keys(database: Database, keyring: Keyring) -> int:
    count = 0
    last = None
    while True:
        async with database.write() as session:
            statement = select(Person.id, Person.data_key).order_by(Person.id).limit(REWRAP_BATCH).with_for_update()
            if last is not None:
                statement = statement.where(Person.id > last)
            rows = (await session.execute(statement)).all()
            for row in rows:
                fresh = keyring.rewrap(row.id, row.data_key)
                if fresh is not None:
                    await session.execute(update(Person).where(Person.id == row.id).values(data_key=fresh))
                    count += 1
            await session.commit()
        if not rows:
            return count
        last = rows[-1].id
