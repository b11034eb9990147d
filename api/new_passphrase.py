"""Hashes a passphrase that somebody has just chosen, unless it is easy to guess."""

from collections.abc import Sequence

from api.context import Context
from rules.errors import PassphraseTooEasy


async def hash_chosen(
    context: Context, passphrase: str, names: Sequence[str | None], queue_key: str, *, sign_up: bool = False
) -> str:
    """Return the hash of a passphrase chosen by somebody with these names. Raises PassphraseTooEasy, Busy.

    No transaction is open meanwhile. Nothing else hashes a new passphrase; one that exists opens its account as before.
    """
    known = [name for name in names if name]
    hashed = await context.passphrases.hash_new(passphrase, known, queue_key, sign_up=sign_up)
    if hashed is None:
        raise PassphraseTooEasy
    return hashed
