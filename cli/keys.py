"""`porchlight keys show | rotate`: which master keys there are, and a new one in front of them."""

import sys

from sqlalchemy import select, update

from cli.services import open_keyring
from core import encryption
from core.database import Database
from core.settings import Settings
from models import Person

BATCH = 200


async def run(settings: Settings, what: str) -> int:
    """Gives the exit status."""
    database = Database(settings.sqlalchemy_url)
    try:
        keyring = await open_keyring(settings, database)
        if not keyring.trusted:
            print(f"{settings.master_key_path} is not the key file of this database.", file=sys.stderr)
            return 1
        if what == "rotate":
            encryption.add_master(settings.master_key_path)
            count = await _rewrap(database, encryption.load(settings.master_key_path))
            print(f"A new master key stands first in {settings.master_key_path}; {count} data keys were wrapped anew.")
            print("Restart every server and worker, and renew your copy of the key file.")
        else:
            print(f"{settings.master_key_path}: fingerprint {keyring.fingerprint}, the key of this database.")
        return 0
    finally:
        await database.close()


async def _rewrap(database: Database, keyring: encryption.Keyring) -> int:
    count = 0
    last = None
    while True:
        async with database.write() as session:
            statement = select(Person.id, Person.data_key).order_by(Person.id).limit(BATCH).with_for_update()
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
