"""The key of push addresses, beside the master key: an alarm goes out where notes can no longer be read."""

import hashlib
import hmac
import os
import time
from collections.abc import Mapping
from pathlib import Path
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from core import key_file

PUSH_NONCE_BYTES = 12
PUSH_KEY_RELOAD_SECONDS = 1.0
"""Seconds between two looks into the key file for a key that is not known yet."""
_PUSH_KEY_UNREADABLE = "push_key_unreadable"


class PushKeys:
    """The push keys at hand. The first one seals; every one of them opens.

    What is sealed is bound to its place and to the copy under the master key that stands beside it: where an older release
    has put another address there, the one sealed here no longer opens, and nobody is pushed at an address of yesterday.
    """

    def __init__(
        self, index: bytes | None = None, keys: Mapping[str, bytes] | None = None, path: Path | None = None
    ) -> None:
        self._index = index
        self._keys = {name: AESGCM(key) for name, key in (keys or {}).items()}
        self._current = next(iter(self._keys), None)
        self._path = path
        self._looked_at = 0.0
        self.trusted = index is not None and bool(keys)

    @property
    def fingerprint(self) -> str | None:
        """Tells one key file from another; says nothing about the keys."""
        if self._index is None or not self._keys:
            return None
        return hmac.digest(self._index, b"fingerprint\0", hashlib.sha256).hex()[:32]

    def seal(self, column: str, row: UUID, text: str, beside: bytes | None) -> bytes | None:
        """Ciphertext of `text`, bound to `column`, `row` and the copy `beside` it; None without the right key."""
        if self._current is None or not self.trusted or beside is None:
            return None
        name, nonce = self._current.encode(), os.urandom(PUSH_NONCE_BYTES)
        sealed = self._keys[self._current].encrypt(
            nonce, text.encode(), _push_address_binding(column, row, name, beside)
        )
        return bytes([len(name)]) + name + nonce + sealed

    def open(self, column: str, row: UUID, sealed: bytes | None, beside: bytes | None) -> str | None:
        """Return the text that was sealed for this place and beside this copy, else None."""
        if not sealed or beside is None:
            return None
        length = sealed[0]
        name, rest = sealed[1 : 1 + length], sealed[1 + length :]
        known = name.decode("ascii", "replace")
        if known not in self._keys:
            self._look_again()
        key = self._keys.get(known)
        if key is None:
            return None
        try:
            return key.decrypt(
                rest[:PUSH_NONCE_BYTES], rest[PUSH_NONCE_BYTES:], _push_address_binding(column, row, name, beside)
            ).decode()
        except (InvalidTag, ValueError):
            return None

    def current(self, sealed: bytes) -> bool:
        """Whether this was sealed with the key that stands first."""
        return self._current is not None and sealed[1 : 1 + sealed[0]] == self._current.encode()

    def _look_again(self) -> None:
        """Read the file once more, at most every second: another process may have put a new key in front."""
        now = time.monotonic()
        if self._path is None or now - self._looked_at < PUSH_KEY_RELOAD_SECONDS:
            return
        self._looked_at = now
        index, keys = key_file.read_key_file(self._path, _PUSH_KEY_UNREADABLE)
        if index is not None and index == self._index:
            self._keys |= {name: AESGCM(key) for name, key in keys.items()}


def load_push_keys(path: Path) -> PushKeys:
    """Return the push keys in the file; none when it is missing or unreadable (logged)."""
    index, keys = key_file.read_key_file(path, _PUSH_KEY_UNREADABLE)
    return PushKeys(index, keys, path)


def create_push_key_file(path: Path) -> None:
    """Write a new file, mode 600, whole or not at all; leaves one that is there already as it is. Raises OSError."""
    key_file.create_key_file(
        path, "Porchlight's key of push addresses. Without it and the master key, no push leaves. Keep a copy."
    )


def _push_address_binding(column: str, row: UUID, name: bytes, beside: bytes) -> bytes:
    return f"{column}:{row}:push:".encode() + name + b":" + hashlib.sha256(beside).digest()
