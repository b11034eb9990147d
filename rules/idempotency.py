"""Safe retries: the same key and body give the same result, another body is refused (draft-ietf-httpapi-idempotency-key)."""

import hashlib
import hmac
import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import cast
from uuid import UUID

from sqlalchemy import LargeBinary, Table, bindparam, delete, select
from sqlalchemy.exc import DBAPIError

from core.bulk_insert import Batch, single
from core.database import lost_a_race, referenced_row_missing
from core.encryption import Keyring
from core.errors import Busy, PorchlightError
from core.types import UtcDateTime
from core.unit_of_work import Operation, UnitOfWork
from core.upsert import insert_statement
from models import IdempotencyKey
from rules.errors import KeyReused

IDEMPOTENCY_KEY_TABLE = cast("Table", IdempotencyKey.__table__)
IDEMPOTENCY_KEY_LIFETIME = timedelta(hours=24)
MAX_RUN_ATTEMPTS = 4


@dataclass(frozen=True, slots=True)
class RequestFingerprint:
    """An Idempotency-Key and its request body as two keyed hashes. Neither of the two is ever stored."""

    key_hash: bytes
    body_hash: bytes


def request_fingerprint(
    keyring: Keyring, scope: str, key: str | None, body: Mapping[str, object]
) -> RequestFingerprint | None:
    """Hash a key and a body; None without a key. `scope`: whose request it is, and to which path."""
    if key is None:
        return None
    content = json.dumps(body, sort_keys=True, default=str, ensure_ascii=False).encode("utf-8", "surrogatepass")
    return RequestFingerprint(
        keyring.best_effort_digest("idempotency.key", f"{scope}\0{key}".encode("utf-8", "surrogatepass")),
        keyring.best_effort_digest("idempotency.body", content),
    )


def ensure_same_body(body_hash: bytes, fingerprint: RequestFingerprint) -> None:
    """Raise KeyReused when the key was used with another body."""
    if not hmac.compare_digest(body_hash, fingerprint.body_hash):
        raise KeyReused


@dataclass(frozen=True, slots=True)
class EarlierResult:
    """The result of an earlier request with the same Idempotency-Key."""

    result_id: UUID
    body_hash: bytes
    created_at: datetime


_EARLIER_RESULT = select(IdempotencyKey.result_id, IdempotencyKey.body_hash, IdempotencyKey.created_at).where(
    IdempotencyKey.key_hash == bindparam("key_hash", type_=LargeBinary),
    IdempotencyKey.created_at > bindparam("kept_since", type_=UtcDateTime),
)


async def find_earlier_result(operation: Operation, fingerprint: RequestFingerprint) -> EarlierResult | None:
    """Return the result that this key led to in the last 24 hours, whatever the body."""
    values = {"key_hash": fingerprint.key_hash, "kept_since": operation.now - IDEMPOTENCY_KEY_LIFETIME}
    rows = await operation.fetch(_EARLIER_RESULT, values)
    return EarlierResult(*rows[0]) if rows else None


async def find_result(unit: UnitOfWork, fingerprint: RequestFingerprint | None) -> UUID | None:
    """Return the id of the result of this very request, if it ran before. Raises KeyReused."""
    earlier = await find_earlier_result(unit, fingerprint) if fingerprint is not None else None
    if fingerprint is None or earlier is None:
        return None
    ensure_same_body(earlier.body_hash, fingerprint)
    return earlier.result_id


def key_batches(
    operation: Operation, fingerprint: RequestFingerprint | None, person_id: UUID, result_id: UUID
) -> list[Batch]:
    """Build the row of a key for the caller's own insert; its primary key refuses a key that was used already."""
    if fingerprint is None:
        return []
    return [single(IDEMPOTENCY_KEY_TABLE, _key_row(operation, fingerprint, person_id, result_id))]


def _key_row(
    operation: Operation, fingerprint: RequestFingerprint, person_id: UUID, result_id: UUID
) -> dict[str, object]:
    return {
        "key_hash": fingerprint.key_hash,
        "person_id": person_id,
        "body_hash": fingerprint.body_hash,
        "result_id": result_id,
        "created_at": operation.now,
    }


async def remember(unit: UnitOfWork, fingerprint: RequestFingerprint | None, person_id: UUID, result_id: UUID) -> None:
    """Store the id of the result, in the transaction that creates it. Raises IntegrityError in a race."""
    if fingerprint is None:
        return
    await drop_expired(unit, fingerprint)
    await unit.statements.insert(key_batches(unit, fingerprint, person_id, result_id))


async def drop_expired(unit: UnitOfWork, fingerprint: RequestFingerprint | None) -> None:
    """Delete a key that is older than 24 hours and not purged yet, so that it may be used again."""
    if fingerprint is not None:
        await unit.session.execute(
            delete(IdempotencyKey).where(
                IdempotencyKey.key_hash == fingerprint.key_hash,
                IdempotencyKey.created_at <= unit.now - IDEMPOTENCY_KEY_LIFETIME,
            )
        )


async def run_once(
    unit: UnitOfWork, fingerprint: RequestFingerprint | None, person_id: UUID, create: Callable[[], Awaitable[UUID]]
) -> tuple[UUID, bool]:
    """Run `create` at most once for this request; return the id and whether it is new.

    When the transaction loses a race, with the same request or with another writer, it is rolled back and tried again.
    """
    for attempt in range(1, MAX_RUN_ATTEMPTS + 1):
        earlier_result_id = await find_result(unit, fingerprint)
        if earlier_result_id is not None:
            return earlier_result_id, False
        try:
            result_id = await create()
            await remember(unit, fingerprint, person_id, result_id)
        except DBAPIError as error:
            if not lost_a_race(error) or (attempt == MAX_RUN_ATTEMPTS and referenced_row_missing(error)):
                # The last attempt still refers to a row that is gone: the endpoint's error handler answers.
                raise
            await unit.rollback()
            continue
        except PorchlightError:
            # What refuses it may be what a concurrent copy of it has just done: begun a practice, taken the last place.
            earlier_result_id = await find_result(unit, fingerprint)
            if earlier_result_id is None:
                raise
            await unit.rollback()
            return earlier_result_id, False
        return result_id, True
    raise Busy


async def remember_existing(
    unit: UnitOfWork, fingerprint: RequestFingerprint | None, person_id: UUID, result_id: UUID
) -> None:
    """Store the key of a request that can be repeated safely without it. Raises KeyReused for another body."""
    if fingerprint is None:
        return
    await drop_expired(unit, fingerprint)
    insert = (await insert_statement(unit.session, IdempotencyKey)).values(
        _key_row(unit, fingerprint, person_id, result_id)
    )
    stored = await unit.session.execute(insert.on_conflict_do_nothing().returning(IdempotencyKey.key_hash))
    if stored.first() is None:
        # An earlier or a concurrent copy was first, or another request with this key.
        await find_result(unit, fingerprint)


def secret(unit: UnitOfWork, fingerprint: RequestFingerprint | None, purpose: str, size: int = 32) -> bytes:
    """Return `size` secret bytes (at most 32); with an Idempotency-Key they derive from it, so that a retry gets the same."""
    if fingerprint is None or not unit.keyring.trusted:
        return bytes.fromhex(hashlib.sha256(unit.new_token(32).encode()).hexdigest())[:size]
    return unit.keyring.digest(purpose, fingerprint.key_hash + fingerprint.body_hash)[:size]
