"""Opens the keys of an installation at startup, and checks that the key files belong to its database."""

from pathlib import Path

import structlog
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from cli.operator_errors import OperatorError
from cli.sealed_rows import SAMPLE, count_lacking
from core import encryption, push_keys
from core.database import Database
from core.encryption import Keyring
from core.push_keys import PushKeys
from core.settings import Settings
from core.telemetry import CAN_PUSH, KEYS_GOOD, PUSH_KEY_GOOD
from models import Installation

MASTER_KEY_FINGERPRINT = "master_key"
PUSH_KEY_FINGERPRINT = "push_key"

log = structlog.get_logger(__name__)


async def open_keyring(settings: Settings, database: Database) -> Keyring:
    """Return the keyring of this database.

    A new database gets new key files. A file that is missing or belongs to another database is never replaced: content is
    withheld, presses and inboxes keep working, and the log and the metrics report it. Alarms are sent as long as one of
    the two keys is present.
    """
    async with database.write() as session:
        keyring = await _open_master_keyring(session, settings.master_key_path)
        keyring.push = await _open_push_keys(session, settings.push_key_path)
    KEYS_GOOD.set(keyring.trusted)
    PUSH_KEY_GOOD.set(keyring.push.trusted)
    CAN_PUSH.set(keyring.opens_addresses)
    if not keyring.trusted:
        log.error("master_key_wrong_or_missing")
    if not keyring.push.trusted:
        log.error("push_key_wrong_or_missing")
    async with database.read() as session:
        lacking = await count_lacking(session, keyring, sample=SAMPLE)
    for path, rows in zip((settings.master_key_path, settings.push_key_path), lacking, strict=True):
        if rows:
            log.error("key_file_of_another_time", path=str(path), lacks_the_key_of=rows)
    if not keyring.opens_addresses:
        log.error("nobody_can_be_pushed", because="no key at hand opens push addresses")
    return keyring


async def _open_master_keyring(session: AsyncSession, path: Path) -> Keyring:
    stored = await stored_fingerprint(session, MASTER_KEY_FINGERPRINT)
    if stored is None:
        encryption.create_master_key_file(path)
    keyring = encryption.load_keyring(path)
    if stored is None:
        stored = await _store_fingerprint(
            session, MASTER_KEY_FINGERPRINT, _require_fingerprint(path, keyring.fingerprint)
        )
    keyring.trusted = keyring.fingerprint == stored
    return keyring


async def _open_push_keys(session: AsyncSession, path: Path) -> PushKeys:
    stored = await stored_fingerprint(session, PUSH_KEY_FINGERPRINT)
    if stored is None:
        try:
            push_keys.create_push_key_file(path)
        except OSError as error:
            # The key folder may be read-only after an upgrade: the master key is sufficient for now.
            log.warning("push_key_not_made", path=str(path), error=type(error).__name__)
            return PushKeys()
    keys = push_keys.load_push_keys(path)
    if stored is None:
        stored = await _store_fingerprint(session, PUSH_KEY_FINGERPRINT, _require_fingerprint(path, keys.fingerprint))
    keys.trusted = keys.fingerprint == stored
    return keys


async def stored_fingerprint(session: AsyncSession, name: str) -> str | None:
    """Return the fingerprint of the key file that belongs to this database; None before its first start."""
    stored = (await session.execute(select(Installation.value).where(Installation.name == name))).scalar()
    await session.rollback()
    return stored


async def _store_fingerprint(session: AsyncSession, name: str, fingerprint: str) -> str:
    """Store the fingerprint unless another process was first; return the stored fingerprint."""
    try:
        session.add(Installation(name=name, value=fingerprint))
        await session.commit()
    except IntegrityError:
        await session.rollback()
        return (await session.execute(select(Installation.value).where(Installation.name == name))).scalar_one()
    return fingerprint


def _require_fingerprint(path: Path, fingerprint: str | None) -> str:
    if fingerprint is None:
        raise OperatorError(f"{path} is no key file of Porchlight's. Put the right one there, or remove it.")
    return fingerprint
