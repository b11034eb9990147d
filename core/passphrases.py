"""Passphrases: argon2id (RFC 9106) in threads of its own, so that a sign-in never holds up a press."""

from enum import IntEnum

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError

from core import secret_text
from core.fair_queue import FairQueue

SIGN_IN_THREADS = 2
SIGN_UP_THREADS = 1
"""Threads. Neither kind ever waits for the other."""
MAX_WAITING = 64
"""Hashes of a kind that may wait; one more is refused, or a flood would fill the memory and the time of all."""


class Match(IntEnum):
    """How a passphrase fits a hash; what fits only as hashes were made earlier is hashed anew."""

    NONE = 0
    TODAY = 1
    EARLIER = 2


class Passphrases:
    """Hash and check. Each takes tens of milliseconds and 64 MiB while it runs.

    `who` is for whom it is done (a place, or somebody known there): they take turns, so that nobody waits behind the many of
    one other.
    """

    def __init__(self, hasher: PasswordHasher | None = None) -> None:
        self._hasher = hasher or PasswordHasher()
        self._sign_ins = FairQueue(SIGN_IN_THREADS, MAX_WAITING, "argon2-sign-in")
        self._sign_ups = FairQueue(SIGN_UP_THREADS, MAX_WAITING, "argon2-sign-up")
        self._dummy: str | None = None

    async def hash(self, passphrase: str, who: str = "") -> str:
        """Return the encoded hash of its one spelling (`core.secret_text`). Raises Busy when too many wait already."""
        return await self._sign_ins.run(who, self._hasher.hash, secret_text.passphrase(passphrase))

    async def hash_for_sign_up(self, passphrase: str, who: str) -> str:
        """Return the encoded hash for somebody new. Raises Busy when too many wait already."""
        return await self._sign_ups.run(who, self._hasher.hash, secret_text.passphrase(passphrase))

    async def matches(self, encoded: str | None, passphrase: str, who: str = "") -> Match:
        """Whether the passphrase is the one; an unknown name (None) costs the same time as a known one.

        What every keyboard writes the same way is hashed once. The rest is tried as hashes were made from it earlier as
        well, whoever's name it is: a wrong one takes as long for a name that exists as for one that does not.
        """
        if encoded is None:
            if self._dummy is None:
                self._dummy = await self.hash("nobody's passphrase", who)
            await self._sign_ins.run(who, self._check, self._dummy, passphrase)
            return Match.NONE
        return await self._sign_ins.run(who, self._check, encoded, passphrase)

    def outdated(self, encoded: str) -> bool:
        """Whether the hash was made with weaker parameters than today's."""
        return self._hasher.check_needs_rehash(encoded)

    def close(self) -> None:
        self._sign_ins.close()
        self._sign_ups.close()

    def _check(self, encoded: str, passphrase: str) -> Match:
        if self._verified(encoded, secret_text.passphrase(passphrase)):
            return Match.TODAY
        earlier = secret_text.earlier_spellings(passphrase)
        return Match.EARLIER if any(self._verified(encoded, spelling) for spelling in earlier) else Match.NONE

    def _verified(self, encoded: str, spelled: str) -> bool:
        try:
            return self._hasher.verify(encoded, spelled)
        except (Argon2Error, InvalidHashError):
            return False
