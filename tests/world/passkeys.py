"""Helpers to add passkeys and sign in with them."""

from typing import Any

import httpx

from tests.standins.authenticator import Authenticator
from tests.world.person import Person
from tests.world.process import Process
from tests.world.world import World


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


async def sign_up_options(process: Process, name: str = "Maya", **more: Any) -> dict[str, Any]:
    """Request the options of a sign-up with a passkey alone."""
    reply = await process.http.post("/v1/people/passkey/options", json={"display_name": name, **more})
    assert reply.status_code == 200, reply.text
    options: dict[str, Any] = reply.json()
    return options


async def signs_up(process: Process, credential: dict[str, Any], name: str = "Maya", **more: Any) -> httpx.Response:
    key = more.pop("key", None)
    headers = {"Idempotency-Key": key} if key else {}
    body = {"display_name": name, "credential": credential, **more}
    reply = await process.http.post("/v1/people/passkey", json=body, headers=headers)
    process.http.cookies.clear()
    return reply


async def joins(world: World, phone: Authenticator, name: str = "Maya", **more: Any) -> Person:
    """Sign up with a passkey alone; return the person."""
    reply = await signs_up(world.here, phone.create(await sign_up_options(world.here, name)), name, **more)
    assert reply.status_code == 201, reply.text
    person = Person(world, world.here, name, "", reply.json())
    person.sign_in_name = (await person.get("/v1/me"))["sign_in_name"]
    return person


async def proves(person: Person, phone: Authenticator, expect: int = 200) -> Any:
    """Give fresh proof with a passkey."""
    options = await person.post("/v1/sessions/current/proof/options", expect=200)
    return await person.post("/v1/sessions/current/proof", {"credential": phone.get(options)}, expect)
