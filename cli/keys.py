"""`porchlight keys show | rotate | push`: shows the keys, or adds a new current key."""

import sys

from sqlalchemy import select, update

from cli.keyring import PUSH_KEY_FINGERPRINT, open_keyring, stored_fingerprint
from core import encryption, key_file, push_keys
from core.clock import DatabaseClock
from core.database import Database
from core.encryption import Keyring
from core.settings import Settings
from models import Installation, Person
from worker.push_address_sealing import PushAddressSealer

REWRAP_BATCH = 200


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
            case _:
                return _show_keys(settings, keyring)
    finally:
        await database.close()


def _show_keys(settings: Settings, keyring: Keyring) -> int:
    for path, fingerprint, good, consequence in (
        (
            settings.master_key_path,
            keyring.fingerprint if keyring.trusted else None,
            keyring.trusted,
            "what people wrote is withheld",
        ),
        (settings.push_key_path, keyring.push.fingerprint, keyring.push.trusted, "only the master key opens addresses"),
    ):
        if good:
            print(f"{path}: fingerprint {fingerprint}, a key of this database.")
        else:
            print(f"{path} is missing, or is not the key file of this database: {consequence}.", file=sys.stderr)
    if not keyring.opens_addresses:
        print("Nobody can be pushed. Restore either of the two files, and restart.", file=sys.stderr)
    return 0 if keyring.trusted and keyring.push.trusted else 1


async def _rotate_master_key(settings: Settings, database: Database, keyring: Keyring) -> int:
    if not keyring.trusted:
        print(f"{settings.master_key_path} is not the key file of this database.", file=sys.stderr)
        return 1
    encryption.add_master_key(settings.master_key_path)
    count = await _rewrap_data_keys(database, encryption.load_keyring(settings.master_key_path))
    print(f"Added a new current master key to {settings.master_key_path}; {count} data keys were rewrapped.")
    print("Restart every server and worker, and update your copy of the key file.")
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
    print("Restart every server and worker, and update your copy of the key file.")
    return 0


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
