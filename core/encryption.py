"""Content at rest: a master key outside the database wraps one data key per person; AES-256-GCM (NIST SP 800-38D)."""

import base64
import hashlib
import hmac
import os
import secrets
import time
from collections import OrderedDict
from pathlib import Path
from uuid import UUID

import structlog
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from core.errors import KeysUnavailable
from core.telemetry import WITHHELD

NONCE = 12
KEY = 32
LOOK_AGAIN = 1.0
"""Seconds between two looks into the key file for a key that is not known yet."""
REMEMBERED = 16_384
"""Unwrapped data keys kept in memory by one process, 3 KB each: unwrapping six of them is a twentieth of a press."""

log = structlog.get_logger(__name__)


class Vault:
    """One person's content, sealed with that person's data key. Without the key it withholds and never raises."""

    def __init__(self, cipher: AESGCM | None) -> None:
        self._cipher = cipher

    @property
    def good(self) -> bool:
        return self._cipher is not None

    def seal(self, column: str, row: UUID, text: str | None) -> bytes | None:
        """Ciphertext of `text` bound to `column` ("table.column") and `row`; None when there is no text or no key."""
        if text is None or self._cipher is None:
            return None
        nonce = os.urandom(NONCE)
        return nonce + self._cipher.encrypt(nonce, text.encode(), _bound(column, row))

    def open(self, column: str, row: UUID, sealed: bytes | None) -> str | None:
        """The text that was sealed for this very place, else None (counted as withheld)."""
        if sealed is None:
            return None
        if self._cipher is not None:
            try:
                return self._cipher.decrypt(sealed[:NONCE], sealed[NONCE:], _bound(column, row)).decode()
            except (InvalidTag, ValueError):
                pass
        WITHHELD.labels(column).inc()
        return None


class Keyring:
    """The master keys at hand. The first one wraps; every one of them unwraps; `index` keys look-ups by hash."""

    def __init__(self, index: bytes | None, masters: dict[str, bytes], path: Path | None = None) -> None:
        self._path = path
        self._looked_at = 0.0
        self._index = index
        self._masters = {name: AESGCM(key) for name, key in masters.items()}
        self._current = next(iter(masters), None)
        self._vaults: OrderedDict[tuple[UUID, bytes], Vault] = OrderedDict()
        # Stands in for the index key where a hash only has to hold within this process.
        self._passing = secrets.token_bytes(KEY)
        self.trusted = index is not None

    @property
    def fingerprint(self) -> str | None:
        """Tells one key file from another; says nothing about the keys."""
        return self.digest("fingerprint", b"").hex()[:32] if self._index else None

    def digest(self, purpose: str, value: bytes) -> bytes:
        """A 32-byte keyed hash for look-ups (HMAC-SHA-256). Raises KeysUnavailable without the right key."""
        if self._index is None or not self.trusted:
            raise KeysUnavailable
        return hmac.digest(self._index, purpose.encode() + b"\0" + value, hashlib.sha256)

    def passing_digest(self, purpose: str, value: bytes) -> bytes:
        """Like `digest`; without the key it still answers, with a hash that holds within this process only."""
        key = self._index if self._index and self.trusted else self._passing
        return hmac.digest(key, purpose.encode() + b"\0" + value, hashlib.sha256)

    def new_data_key(self, person: UUID) -> bytes:
        """A fresh data key for this person, wrapped. Raises KeysUnavailable without a master key."""
        return self._wrap(person, AESGCM.generate_key(256))

    def vault(self, person: UUID, wrapped: bytes | None) -> Vault:
        """The vault that this wrapped key opens; an empty one when no key at hand opens it."""
        if wrapped is None:
            return Vault(None)
        place = (person, wrapped)
        known = self._vaults.get(place)
        if known is None:
            key = self._unwrap(person, wrapped)
            if key is None:
                # Never remembered: the key may come back.
                return Vault(None)
            known = Vault(AESGCM(key))
            self._vaults[place] = known
            if len(self._vaults) > REMEMBERED:
                self._vaults.popitem(last=False)
        else:
            self._vaults.move_to_end(place)
        return known

    def forget(self, person: UUID) -> None:
        """Drop what is remembered of a person who was erased."""
        for place in [place for place in self._vaults if place[0] == person]:
            del self._vaults[place]

    def rewrap(self, person: UUID, wrapped: bytes) -> bytes | None:
        """The same data key under the current master key; None when it cannot be opened."""
        key = self._unwrap(person, wrapped)
        return self._wrap(person, key) if key else None

    def _wrap(self, person: UUID, key: bytes) -> bytes:
        if self._current is None or not self.trusted:
            raise KeysUnavailable
        name = self._current.encode()
        nonce = os.urandom(NONCE)
        sealed = self._masters[self._current].encrypt(nonce, key, _bound("people.data_key", person) + name)
        return bytes([len(name)]) + name + nonce + sealed

    def _unwrap(self, person: UUID, wrapped: bytes) -> bytes | None:
        length = wrapped[0] if wrapped else 0
        name, rest = wrapped[1 : 1 + length], wrapped[1 + length :]
        known = name.decode("ascii", "replace")
        if known not in self._masters:
            self._look_again()
        master = self._masters.get(known)
        if master is None:
            return None
        try:
            return master.decrypt(rest[:NONCE], rest[NONCE:], _bound("people.data_key", person) + name)
        except (InvalidTag, ValueError):
            return None

    def _look_again(self) -> None:
        """Read the file once more, at most every second: another process may have put a new master key in front."""
        now = time.monotonic()
        if self._path is None or now - self._looked_at < LOOK_AGAIN:
            return
        self._looked_at = now
        index, masters = read(self._path)
        if index == self._index:
            self._masters |= {name: AESGCM(key) for name, key in masters.items()}


def _bound(column: str, row: UUID) -> bytes:
    return f"{column}:{row}".encode()


def load(path: Path) -> Keyring:
    """The keyring in the file; an empty one when the file is missing or unreadable (logged)."""
    index, masters = read(path)
    return Keyring(index, masters, path)


def read(path: Path) -> tuple[bytes | None, dict[str, bytes]]:
    """The index key and the master keys in the file, the current one first; nothing when it cannot be read (logged)."""
    index: bytes | None = None
    masters: dict[str, bytes] = {}
    try:
        for line in path.read_text(encoding="ascii").splitlines():
            words = line.split()
            if len(words) == 2 and words[0] == "index":
                index = _key(words[1])
            elif len(words) == 3 and words[0] == "key":
                masters[words[1]] = _key(words[2])
    except (OSError, ValueError) as error:
        # A traceback would say nothing more.
        log.error("master_key_unreadable", error=type(error).__name__)  # noqa: TRY400
        return None, {}
    return index, masters


def _key(text: str) -> bytes:
    key = base64.b64decode(text, validate=True)
    if len(key) != KEY:
        raise ValueError("a key is 32 bytes")
    return key


def make(path: Path) -> None:
    """Write a new master key file, mode 600, whole or not at all; leaves one that is there already as it is."""
    lines = (
        "# Porchlight's master key. Without it, what people wrote cannot be read. Keep a copy apart from backups.",
    )
    index = f"index {_fresh()}"
    write_secret(path, "\n".join((*lines, index, _key_line())) + "\n")


def add_master(path: Path) -> None:
    """Put a new master key in front of those in the file; the older ones still open what they wrapped."""
    old = path.read_text(encoding="ascii").splitlines()
    first = next((i for i, line in enumerate(old) if line.startswith("key ")), len(old))
    fresh = path.with_suffix(".next")
    fresh.unlink(missing_ok=True)
    write_secret(fresh, "\n".join([*old[:first], _key_line(), *old[first:]]) + "\n")
    fresh.replace(path)


def _key_line() -> str:
    return f"key {secrets.token_hex(4)} {_fresh()}"


def _fresh() -> str:
    return base64.b64encode(secrets.token_bytes(KEY)).decode()


def write_secret(path: Path, text: str) -> None:
    """Create `path` with mode 600 holding `text`; when two processes start at once, the first one's file stays."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    draft = path.with_name(f".{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "w", encoding="ascii") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(draft, path)
        except FileExistsError:
            return
    finally:
        draft.unlink(missing_ok=True)
