"""The keys of one installation, opened at the start: which files belong to this database, and what each of them is for."""

from pathlib import Path

import structlog
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from cli.operator_errors import OperatorError
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
    """Return the keyring that this database was made with.

    A new database gets new key files. A file that is missing or belongs to another database is never replaced: the
    service runs on, content is withheld, presses and inboxes go on, and the log and the metrics say so. Alarms go out
    as long as one of the two keys is there.
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
    if not keyring.opens_addresses:
        log.error("nobody_can_be_pushed", because="no key at hand opens push addresses")
    return keyring


async def _open_master_keyring(session: AsyncSession, path: Path) -> Keyring:
    kept = await stored_fingerprint(session, MASTER_KEY_FINGERPRINT)
    if kept is None:
        encryption.create_master_key_file(path)
    keyring = encryption.load_keyring(path)
    if kept is None:
        kept = await _store_fingerprint(
            session, MASTER_KEY_FINGERPRINT, _require_fingerprint(path, keyring.fingerprint)
        )
    keyring.trusted = keyring.fingerprint == kept
    return keyring


async def _open_push_keys(session: AsyncSession, path: Path) -> PushKeys:
    kept = await stored_fingerprint(session, PUSH_KEY_FINGERPRINT)
    if kept is None:
        try:
            push_keys.create_push_key_file(path)
        except OSError as error:
            # A folder of keys that cannot be written to, as it may be after an upgrade: the master key does for now.
            log.warning("push_key_not_made", path=str(path), error=type(error).__name__)
            return PushKeys()
    keys = push_keys.load_push_keys(path)
    if kept is None:
        kept = await _store_fingerprint(session, PUSH_KEY_FINGERPRINT, _require_fingerprint(path, keys.fingerprint))
    keys.trusted = keys.fingerprint == kept
    return keys


async def stored_fingerprint(session: AsyncSession, name: str) -> str | None:
    """Return the fingerprint of the key file that this database belongs with; None before its first start."""
    kept = (await session.execute(select(Installation.value).where(Installation.name == name))).scalar()
    await session.rollback()
    return kept


async def _store_fingerprint(session: AsyncSession, name: str, fingerprint: str) -> str:
    """Store the fingerprint, unless another process was first; return the one that counts."""
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
