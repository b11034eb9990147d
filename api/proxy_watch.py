"""A word to an operator behind whose proxy everybody seems to sit at one address, so that limits count all as one."""

import structlog
from fastapi import Request

from core.places import is_private

TELLING = 5
"""Sign-ups after which it says something that all of them came from one private address."""
FORWARDED = ("x-forwarded-for", "forwarded", "x-real-ip")

log = structlog.get_logger(__name__)


class ProxyWatch:
    """Looks at the sign-ups of one process, and says it once."""

    def __init__(self) -> None:
        self._host: str | None = None
        self._count = 0
        self._over = False
        """Told already, or not so."""

    def look(self, request: Request, *, refused: bool = False) -> None:
        """Somebody signs up; `refused` when the limit of their place said no."""
        host = request.client.host if request.client else ""
        self._count += 1
        self._over = self._over or self._host not in {None, host} or not is_private(host)
        self._host = host
        if self._over:
            return
        forwarded = any(name in request.headers for name in FORWARDED)
        if forwarded or refused or self._count >= TELLING:
            self._over = True
            log.warning(
                "sign_ups_from_one_private_address",
                consequence="limits count everybody as one",
                cure="if it is a proxy, name it in PORCHLIGHT_TRUSTED_PROXIES",
            )
