"""A warning for operators whose proxy makes all requests come from one address, so that limits count them as one."""

import structlog
from fastapi import Request

from core.places import is_private

SUSPICIOUS_SIGN_UPS = 5
"""Sign-ups from one and the same private address after which the warning is logged."""
FORWARDING_HEADERS = ("x-forwarded-for", "forwarded", "x-real-ip")

log = structlog.get_logger(__name__)


class ProxyWatch:
    """Watches the sign-ups of one process, and logs the warning once."""

    def __init__(self) -> None:
        self._host: str | None = None
        self._count = 0
        self._settled = False
        """Whether the warning was logged, or does not apply."""

    def record_sign_up(self, request: Request, *, refused: bool = False) -> None:
        """Record a sign-up; `refused` when the limit of its place refused it."""
        host = request.client.host if request.client else ""
        self._count += 1
        self._settled = self._settled or self._host not in {None, host} or not is_private(host)
        self._host = host
        if self._settled:
            return
        forwarded = any(name in request.headers for name in FORWARDING_HEADERS)
        if forwarded or refused or self._count >= SUSPICIOUS_SIGN_UPS:
            self._settled = True
            log.warning(
                "sign_ups_from_one_private_address",
                consequence="limits count everybody as one",
                cure="if it is a proxy, name it in PORCHLIGHT_TRUSTED_PROXIES",
            )
