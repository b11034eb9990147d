"""What a passphrase's hash costs, and that its cost tells nothing about who has an account."""

import time

import pytest
from argon2 import PasswordHasher, Type, extract_parameters

from core.passphrases import Match, Passphrases


def hasher(time_cost: int = 1, memory_cost: int = 8, parallelism: int = 1) -> PasswordHasher:
    return PasswordHasher(time_cost, memory_cost, parallelism)


OWASP_KIB_BY_PASSES = {1: 47104, 2: 19456, 3: 12288, 4: 9216, 5: 7168}
"""The least memory of argon2id with one lane, by its passes: OWASP's password storage sheet."""


async def test_a_hash_costs_at_least_what_owasp_asks_for() -> None:
    passphrases = Passphrases()
    try:
        parameters = extract_parameters(await passphrases.hash("a lantern by the window"))
    finally:
        passphrases.close()
    assert parameters.type is Type.ID
    assert parameters.memory_cost >= OWASP_KIB_BY_PASSES[min(5, parameters.time_cost)]
    assert parameters.parallelism == 1, "one hash takes one core at most"


@pytest.mark.parametrize("earlier_hasher", [PasswordHasher(), hasher(memory_cost=65536, parallelism=4)])
async def test_a_hash_of_earlier_parameters_still_opens_and_is_outdated(earlier_hasher: PasswordHasher) -> None:
    """The library's own, which were ours, and others."""
    passphrases = Passphrases()
    earlier = earlier_hasher.hash("a lantern")
    try:
        assert await passphrases.matches_guess(earlier, "a lantern") is Match.CURRENT
        assert passphrases.outdated(earlier)
        assert not passphrases.outdated(await passphrases.hash("a lantern"))
    finally:
        passphrases.close()


async def test_a_refusal_takes_equally_long_whatever_was_hashed() -> None:
    """Else a costlier hash of an earlier release would tell that its name has an account."""
    passphrases = Passphrases(hasher(), refusal_seconds=0.2)
    known, costlier = (hasher(memory_cost=kib).hash("a lantern") for kib in (8, 1024))
    try:
        for encoded in (None, known, costlier):
            began = time.monotonic()
            assert not await passphrases.matches_guess(encoded, "a lamp")
            assert time.monotonic() - began >= 0.19
    finally:
        passphrases.close()


async def test_an_unknown_name_is_hashed_with_the_parameters_of_a_known_one(monkeypatch: pytest.MonkeyPatch) -> None:
    passphrases = Passphrases(hasher(), refusal_seconds=0.0)
    known = await passphrases.hash("a lantern")
    checked: list[str] = []
    check = passphrases._check

    def noting(encoded: str, passphrase: str) -> Match:
        checked.append(encoded)
        return check(encoded, passphrase)

    monkeypatch.setattr(passphrases, "_check", noting)
    try:
        await passphrases.matches_guess(None, "a lamp")
        await passphrases.matches_guess(known, "a lamp")
    finally:
        passphrases.close()
    unknown_parameters, known_parameters = map(extract_parameters, checked)
    assert unknown_parameters == known_parameters
