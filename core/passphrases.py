"""Hashes passphrases with argon2id (RFC 9106) in dedicated threads, so that a sign-in never delays a press."""

import asyncio
import os
from collections.abc import Sequence
from enum import IntEnum
from functools import partial
from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError

from core import passphrase_strength, secret_text
from core.fair_queue import FairQueue

MEMORY_KIB: Final = 19_456
PASSES: Final = 2
LANES: Final = 1
"""Parameters of argon2id: of those that OWASP's password storage sheet lists, the ones that take the least time (docs/decisions/0036)."""
REFUSAL_SECONDS: Final = 0.5
"""A wrong guess is answered no sooner, so that a hash with costlier parameters of an earlier release takes as long as none."""
SIGN_IN_THREADS: Final = min(4, max(1, (os.cpu_count() or 1) - 1))
SIGN_UP_THREADS: Final = 1
"""Threads for each kind of work, 19 MiB each; neither kind ever waits for the other."""
MAX_WAITING = 64
"""Calls that may wait, for each kind; more are refused, since a flood would exhaust memory and everybody's time."""


class Match(IntEnum):
    """How a passphrase matches a hash. After a match with an earlier spelling, the passphrase should be rehashed."""

    NONE = 0
    CURRENT = 1
    EARLIER_SPELLING = 2


class Passphrases:
    """Hashes and checks passphrases. Each call takes tens of milliseconds of one core and 19 MiB.

    `queue_key` identifies who causes the work (a place, or somebody known there). Keys take turns, so that nobody waits
    behind somebody else's many calls.
    """

    def __init__(self, hasher: PasswordHasher | None = None, refusal_seconds: float = REFUSAL_SECONDS) -> None:
        self._hasher = hasher or PasswordHasher(time_cost=PASSES, memory_cost=MEMORY_KIB, parallelism=LANES)
        self._sign_ins = FairQueue(SIGN_IN_THREADS, MAX_WAITING, "argon2-sign-in")
        self._sign_ups = FairQueue(SIGN_UP_THREADS, MAX_WAITING, "argon2-sign-up")
        self._dummy: str | None = None
        self._refusal_seconds = refusal_seconds

    async def hash(self, passphrase: str, queue_key: str = "") -> str:
        """Return the encoded hash of the canonical spelling (`core.secret_text`). Raises Busy when too many calls wait."""
        return await self._sign_ins.run(queue_key, self._hasher.hash, secret_text.passphrase(passphrase))

    async def hash_new(
        self, passphrase: str, names: Sequence[str], queue_key: str, *, sign_up: bool = False
    ) -> str | None:
        """Return the encoded hash of a passphrase that somebody with these names has just chosen; None if it is easy to guess.

        Raises Busy when too many calls wait.
        """
        queue = self._sign_ups if sign_up else self._sign_ins
        return await queue.run(queue_key, partial(self._hash_if_strong, passphrase, names))

    async def matches(self, encoded: str | None, passphrase: str, queue_key: str = "") -> Match:
        """Return how the passphrase matches; an unknown name (`encoded` None) takes as long as one whose hash has today's parameters.

        A passphrase that every keyboard writes the same way is hashed once. Any other is also tried in its earlier
        spellings, for known and unknown names alike, so that a wrong one takes equally long for both.
        """
        if encoded is None:
            if self._dummy is None:
                self._dummy = await self.hash("nobody's passphrase", queue_key)
            await self._sign_ins.run(queue_key, self._check, self._dummy, passphrase)
            return Match.NONE
        return await self._sign_ins.run(queue_key, self._check, encoded, passphrase)

    async def matches_guess(self, encoded: str | None, passphrase: str, queue_key: str = "") -> Match:
        """As `matches`, for somebody who has to prove who they are: a refusal takes `REFUSAL_SECONDS`, or longer."""
        loop = asyncio.get_running_loop()
        until = loop.time() + self._refusal_seconds
        match = await self.matches(encoded, passphrase, queue_key)
        if not match:
            await asyncio.sleep(until - loop.time())
        return match

    def outdated(self, encoded: str) -> bool:
        """Return whether the hash was computed with parameters other than today's."""
        return self._hasher.check_needs_rehash(encoded)

    def close(self) -> None:
        self._sign_ins.close()
        self._sign_ups.close()

    def _hash_if_strong(self, passphrase: str, names: Sequence[str]) -> str | None:
        if not passphrase_strength.is_strong(passphrase, names):
            return None
        return self._hasher.hash(secret_text.passphrase(passphrase))

    def _check(self, encoded: str, passphrase: str) -> Match:
        if self._verified(encoded, secret_text.passphrase(passphrase)):
            return Match.CURRENT
        earlier = secret_text.earlier_spellings(passphrase)
        return Match.EARLIER_SPELLING if any(self._verified(encoded, spelling) for spelling in earlier) else Match.NONE

    def _verified(self, encoded: str, spelled: str) -> bool:
        try:
            return self._hasher.verify(encoded, spelled)
        except (Argon2Error, InvalidHashError):
            return False
