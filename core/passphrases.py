"""Passphrases: argon2id (RFC 9106) in threads of its own, so that a sign-in never holds up a press."""

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError

from core.fair_queue import FairQueue

FOR_SIGN_INS = 2
FOR_SIGN_UPS = 1
"""Threads. Neither kind ever waits for the other."""
WAITING = 64
"""Hashes of a kind that may wait; one more is refused, or a flood would fill the memory and the time of all."""


class Passphrases:
    """Hash and check. Each takes tens of milliseconds and 64 MiB while it runs.

    `who` is for whom it is done (a place, or somebody known there): they take turns, so that nobody waits behind the many of
    one other.
    """

    def __init__(self, hasher: PasswordHasher | None = None) -> None:
        self._hasher = hasher or PasswordHasher()
        self._sign_ins = FairQueue(FOR_SIGN_INS, WAITING, "argon2-sign-in")
        self._sign_ups = FairQueue(FOR_SIGN_UPS, WAITING, "argon2-sign-up")
        self._dummy: str | None = None

    async def hash(self, passphrase: str, who: str = "") -> str:
        """The encoded hash. Raises Busy when too many wait already."""
        return await self._sign_ins.run(who, self._hasher.hash, passphrase)

    async def hash_for_sign_up(self, passphrase: str, who: str) -> str:
        """The encoded hash for somebody new. Raises Busy when too many wait already."""
        return await self._sign_ups.run(who, self._hasher.hash, passphrase)

    async def matches(self, encoded: str | None, passphrase: str, who: str = "") -> bool:
        """Whether the passphrase is the one; an unknown name (None) costs the same time as a known one."""
        if encoded is None:
            if self._dummy is None:
                self._dummy = await self.hash("nobody's passphrase", who)
            await self._sign_ins.run(who, self._check, self._dummy, passphrase)
            return False
        return await self._sign_ins.run(who, self._check, encoded, passphrase)

    def outdated(self, encoded: str) -> bool:
        """Whether the hash was made with weaker parameters than today's."""
        return self._hasher.check_needs_rehash(encoded)

    def close(self) -> None:
        self._sign_ins.close()
        self._sign_ups.close()

    def _check(self, encoded: str, passphrase: str) -> bool:
        try:
            return self._hasher.verify(encoded, passphrase)
        except (Argon2Error, InvalidHashError):
            return False
