"""Passphrases: argon2id (RFC 9106) in threads of its own, so that a sign-in never holds up a press."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError

from core.errors import Busy

T = TypeVar("T")

THREADS = 2
WAITING = 64
"""Hashes that may wait; one more is refused, or a flood of sign-ins would fill the memory."""


class Passphrases:
    """Hash and check. Each takes tens of milliseconds and 64 MiB while it runs."""

    def __init__(self, hasher: PasswordHasher | None = None) -> None:
        self._hasher = hasher or PasswordHasher()
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="argon2")
        self._waiting = 0
        self._dummy: str | None = None

    async def hash(self, passphrase: str) -> str:
        """The encoded hash. Raises Busy when too many wait already."""
        return await self._run(self._hasher.hash, passphrase)

    async def matches(self, encoded: str | None, passphrase: str) -> bool:
        """Whether the passphrase is the one; an unknown name (None) costs the same time as a known one."""
        if encoded is None:
            if self._dummy is None:
                self._dummy = await self.hash("nobody's passphrase")
            await self._run(self._check, self._dummy, passphrase)
            return False
        return await self._run(self._check, encoded, passphrase)

    def outdated(self, encoded: str) -> bool:
        """Whether the hash was made with weaker parameters than today's."""
        return self._hasher.check_needs_rehash(encoded)

    def close(self) -> None:
        self._threads.shutdown(wait=False, cancel_futures=True)

    def _check(self, encoded: str, passphrase: str) -> bool:
        try:
            return self._hasher.verify(encoded, passphrase)
        except (Argon2Error, InvalidHashError):
            return False

    async def _run(self, work: Callable[..., T], *args: str) -> T:
        if self._waiting >= WAITING:
            raise Busy
        self._waiting += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._threads, work, *args)
        finally:
            self._waiting -= 1
