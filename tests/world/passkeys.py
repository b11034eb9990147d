"""Helpers to add passkeys and sign in with them."""

from typing import Any

import httpx

from tests.standins.authenticator import Authenticator
from tests.world.person import Person
from tests.world.process import Process


async def adds(person: Person, phone: Authenticator, expect: int = 201, **more: Any) -> dict[str, Any]:
    """Add a passkey made by this authenticator to the person's account."""
    options = await person.post("/v1/passkeys/options", expect=200)
    passkey: dict[str, Any] = await person.post("/v1/passkeys", {"credential": phone.create(options), **more}, expect)
    return passkey


async def sign_in_options(process: Process) -> dict[str, Any]:
    """Request the options of a passkey sign-in."""
    reply = await process.http.post("/v1/sessions/passkey/options")
    assert reply.status_code == 200, reply.text
    options: dict[str, Any] = reply.json()
    return options


async def signs_in(process: Process, credential: dict[str, Any], **more: Any) -> httpx.Response:
    key = more.pop("key", None)
    headers = {"Idempotency-Key": key} if key else {}
    return await process.http.post("/v1/sessions/passkey", json={"credential": credential, **more}, headers=headers)
