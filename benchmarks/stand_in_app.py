"""The fast stand-in's app: signs everybody in, takes every push, and writes down when each arrived. Started by granian."""

import json
import os
import struct
import time
from typing import Any

ARRIVALS_VARIABLE = "BENCH_ARRIVALS"
"""Names the file of arrivals in the environment: one `ARRIVAL` a push, appended by all processes."""
ARRIVAL = struct.Struct("<Q")
"""Monotonic nanoseconds."""

_JSON = [("content-type", "application/json")]
_BEARER = json.dumps({"access_token": "bearer-1", "expires_in": 3600, "token_type": "Bearer"})
_SENT = json.dumps({"name": "projects/porchlight-stand-in/messages/1"})
_arrivals = os.open(os.environ.get(ARRIVALS_VARIABLE, os.devnull), os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)


async def app(scope: Any, protocol: Any) -> None:  # noqa: ANN401 (granian's own interface, RSGI, which has no types)
    await protocol()
    if scope.path == "/token":
        protocol.response_str(200, _JSON, _BEARER)
        return
    os.write(_arrivals, ARRIVAL.pack(time.monotonic_ns()))
    if scope.path.endswith("/messages:send"):
        protocol.response_str(200, _JSON, _SENT)
    else:
        protocol.response_empty(201, [])
