"""Judges how hard a passphrase is to guess, with zxcvbn's dictionaries and patterns, within a bounded time."""

from collections.abc import Sequence
from math import prod
from threading import Lock
from typing import Final

from core import secret_text

MIN_SCORE: Final = 3
"""zxcvbn's score from which a passphrase is taken: 10 ** 8 guesses and more (docs/decisions/0036 says how long they last)."""
MAX_JUDGED_LENGTH: Final = 32
"""Letters that are judged; what follows makes no passphrase easier to guess, and time grows with the square of them."""
MAX_SUBSTITUTIONS: Final = 16
JUDGED_LENGTH_OF_SYMBOLS: Final = 10
"""Letters that are judged when there are more readings of its symbols than `MAX_SUBSTITUTIONS`: each is looked up."""
_LOOKALIKES: Final = ("4@", "8", "({[<", "3", "69", "1!|", "1|7", "0", "$5", "+7", "%", "2")
"""Symbols that zxcvbn reads as a letter, by letter."""
MIN_NAME_LENGTH: Final = 3

_one_at_a_time: Final = Lock()
"""zxcvbn keeps the names of the call that runs in a table of its module."""


def is_strong(passphrase: str, names: Sequence[str]) -> bool:
    """Return whether a passphrase is hard enough to guess for somebody who knows these names of its owner.

    Takes milliseconds of a processor, so it runs where passphrases are hashed.
    """
    judged = _judged_part(secret_text.passphrase(passphrase))
    if not judged:
        return False
    # 12 MB of dictionaries, which only a new passphrase needs.
    from zxcvbn import zxcvbn  # noqa: PLC0415

    with _one_at_a_time:
        return int(zxcvbn(judged, user_inputs=_guesses_from(names))["score"]) >= MIN_SCORE


def _judged_part(text: str) -> str:
    judged = text[:MAX_JUDGED_LENGTH]
    readings = prod(max(1, sum(symbol in judged for symbol in symbols)) for symbols in _LOOKALIKES)
    return judged if readings <= MAX_SUBSTITUTIONS else judged[:JUDGED_LENGTH_OF_SYMBOLS]


def _guesses_from(names: Sequence[str]) -> list[str]:
    """Return what somebody who knows these names tries first: each, its words, and without the spaces."""
    whole = [secret_text.passphrase(name)[:MAX_JUDGED_LENGTH] for name in names]
    parts = [part for name in whole for part in name.replace(".", " ").replace("-", " ").replace("_", " ").split()]
    tried = dict.fromkeys([*whole, *parts, *(name.replace(" ", "") for name in whole)])
    return [name for name in tried if len(name) >= MIN_NAME_LENGTH]
