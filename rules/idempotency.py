"""Safe retries: the same key and body give the same result, another body is refused (draft-ietf-httpapi-idempotency-key)."""

import hashlib
import hmac
import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.exc import DBAPIError

from core.database import lost_a_race, refers_to_nothing
from core.encryption import Keyring
from core.errors import Busy
from core.unit_of_work import UnitOfWork
from models import IdempotencyKey
from rules.errors import KeyReused

KEY_LIFETIME = timedelta(hours=24)
MAX_ATTEMPTS = 4


@dataclass(frozen=True, slots=True)
class RequestFingerprint:
    """What a caller's Idempotency-Key comes to: two keyed hashes. Neither the key nor the body is ever kept."""

    key_hash: bytes
    body_hash: bytes


def request_fingerprint(
    keyring: Keyring, scope: str, key: str | None, body: Mapping[str, object]
) -> RequestFingerprint | None:
    """`scope` tells who asks for what (person and path, say). None when the caller gave no key."""
    if key is None:
        return None
    said = json.dumps(body, sort_keys=True, default=str, ensure_ascii=False).encode("utf-8", "surrogatepass")
    return RequestFingerprint(
        keyring.passing_digest("idempotency.key", f"{scope}\0{key}".encode("utf-8", "surrogatepass")),
        keyring.passing_digest("idempotency.body", said),
    )


def ensure_same_body(found_body: bytes, asked: RequestFingerprint) -> None:
    """Raises KeyReused when the key came with another body before."""
    if not hmac.compare_digest(found_body, asked.body_hash):
        raise KeyReused


async def find_result(unit: UnitOfWork, asked: RequestFingerprint | None) -> UUID | None:
    """The id of what this very request made before. Raises KeyReused."""
    if asked is None:
        return None
    found = (
        await unit.session.execute(
            select(IdempotencyKey.result_id, IdempotencyKey.body_hash).where(
                IdempotencyKey.key_hash == asked.key_hash, IdempotencyKey.created_at > unit.now - KEY_LIFETIME
            )
        )
    ).one_or_none()
    if found is None:
        return None
    result_id, body_hash = found
    ensure_same_body(body_hash, asked)
    return result_id


async def remember(unit: UnitOfWork, asked: RequestFingerprint | None, person_id: UUID, result_id: UUID) -> None:
    """Keep the id beside the hashes, in the transaction that made the thing. Raises IntegrityError in a race."""
    if asked is None:
        return
    await drop_expired(unit, asked)
    unit.session.add(
        IdempotencyKey(
            key_hash=asked.key_hash,
            person_id=person_id,
            body_hash=asked.body_hash,
            result_id=result_id,
            created_at=unit.now,
        )
    )
    await unit.session.flush()


async def drop_expired(unit: UnitOfWork, asked: RequestFingerprint | None) -> None:
    """Drop a key that is past its 24 hours but not purged yet, so that it may be used anew."""
    if asked is not None:
        await unit.session.execute(
            delete(IdempotencyKey).where(
                IdempotencyKey.key_hash == asked.key_hash, IdempotencyKey.created_at <= unit.now - KEY_LIFETIME
            )
        )


async def run_once(
    unit: UnitOfWork, asked: RequestFingerprint | None, person_id: UUID, create: Callable[[], Awaitable[UUID]]
) -> tuple[UUID, bool]:
    """Run `create` at most once for this request; gives the id and whether it is new.

    A race with the same request, or with anything that took a place first, starts the unit again from the beginning.
    """
    for tries in range(1, MAX_ATTEMPTS + 1):
        known = await find_result(unit, asked)
        if known is not None:
            return known, False
        try:
            made = await create()
            await remember(unit, asked, person_id, made)
        except DBAPIError as error:
            if not lost_a_race(error) or (tries == MAX_ATTEMPTS and refers_to_nothing(error)):
                # Looked at again and still about somebody who is gone: the edge says so.
                raise
            await unit.rollback()
            continue
        return made, True
    raise Busy


async def remember_existing(
    unit: UnitOfWork, asked: RequestFingerprint | None, person_id: UUID, result_id: UUID
) -> None:
    """Keep the key of a creation that is safe to repeat by its nature. Raises KeyReused for another body."""
    if await find_result(unit, asked) is None:
        await remember(unit, asked, person_id, result_id)


def secret(unit: UnitOfWork, asked: RequestFingerprint | None, purpose: str, size: int = 32) -> bytes:
    """`size` secret bytes (at most 32). With a key they follow from it, so that a retry is handed the same secret."""
    if asked is None or not unit.keyring.trusted:
        return bytes.fromhex(hashlib.sha256(unit.new_token(32).encode()).hexdigest())[:size]
    return unit.keyring.digest(purpose, asked.key_hash + asked.body_hash)[:size]
