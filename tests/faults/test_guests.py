"""kill -9 while a guest joins, is told, answers, and becomes an account: each happens once and whole, or not at all."""

import asyncio
import contextlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from tests.faults.crash_orders import CrashOrders
from tests.faults.installation import Installation
from tests.faults.people import PASSPHRASE, Person
from tests.faults.processes import Server, client, eventually
from tests.standins.gateways import HttpGateway
from tests.world.patience import patient

NUMBER = "+12025550142"
AFTER_A_RESTART = 15.0
"""The promise, in seconds."""


@pytest.fixture
def sms() -> Iterator[HttpGateway]:
    with HttpGateway() as gateway:
        yield gateway


@dataclass(slots=True)
class Guest:
    """Somebody with a number. `at`: the server they use at the moment; `token`: of their session."""

    at: Server
    sms: HttpGateway
    token: str = ""
    channel_id: str = ""
    membership_id: str = ""

    async def send(self, method: str, path: str, body: object = None, key: str | None = None) -> httpx.Response:
        headers = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        headers |= {"Idempotency-Key": key} if key else {}
        async with client() as http:
            return await http.request(method, f"{self.at.url}{path}", json=body, headers=headers)

    async def says_yes(self, owner: Person) -> None:
        invited = await owner.ask("POST", "/v1/invitations", {"role": "family"}, 201)
        channel = {"kind": "sms", "address": NUMBER}
        body = {"token": invited["token"], "display_name": "Sam", "channel": channel}
        reply = await self.send("POST", "/v1/invitations/accept-as-guest", body)
        assert reply.status_code == 201, reply.text
        self.token = reply.json()["session"]["token"]
        membership = reply.json()["membership"]
        self.channel_id, self.membership_id = membership["channel_id"], membership["id"]

    async def joins(self, owner: Person) -> None:
        await self.says_yes(owner)
        reply = await self.send("POST", f"/v1/channels/{self.channel_id}/confirm", {"code": await self.code()})
        assert reply.status_code == 200, reply.text
        await owner.ask("POST", f"/v1/circle/{self.membership_id}/confirm")

    async def code(self) -> str:
        return await self.reads(r"\b([0-9]{6})\b")

    async def reads(self, pattern: str) -> str:
        """Return what the latest message that matches holds."""
        await eventually(lambda: bool(self.read(pattern)), AFTER_A_RESTART, lambda: self.at.tail)
        return self.read(pattern)[-1]

    def read(self, pattern: str) -> list[str]:
        texts = (str(posted.json["message"]) for posted in self.sms.taken)
        return [match[1] for text in texts if (match := re.search(pattern, text))]


@dataclass(slots=True)
class Night:
    installation: Installation
    sms: HttpGateway
    orders: CrashOrders
    server: Server

    @classmethod
    async def begin(cls, installation: Installation, sms: HttpGateway) -> "Night":
        orders = installation.crash_orders("server")
        server = await installation.serve(env=_env(sms), crash_orders=orders)
        return cls(installation, sms, orders, server)

    async def dies(self, request: Any) -> None:
        """Wait until the server has died in the middle of this request, and start its successor."""
        # The reply may or may not have arrived.
        with contextlib.suppress(httpx.TransportError):
            await request
        await self.server.end()
        self.server = self.installation.start(port=self.server.port, env=_env(self.sms))
        await self.server.answers()


def _env(sms: HttpGateway) -> dict[str, str]:
    return {"PORCHLIGHT_SMS_URL": f"json://127.0.0.1:{sms.port}/send?:to={{to}}"}


@pytest.mark.promise(2)
@pytest.mark.slow
async def test_a_guest_joins_once_and_whole(installation: Installation, sms: HttpGateway) -> None:
    night = await Night.begin(installation, sms)
    maya = await Person.sign_up(night.server, "Maya")
    await maya.phone()
    guest = Guest(night.server, sms)
    await guest.says_yes(maya)
    confirm = (f"/v1/channels/{guest.channel_id}/confirm", {"code": await guest.code()})
    night.orders.crash_at("committed")
    await night.dies(guest.send("POST", *confirm))
    assert night.orders.carried_out
    assert (await guest.send("POST", *confirm)).status_code == 200, "a retry joins nobody twice"
    [row] = (await maya.ask("GET", "/v1/circle"))["items"]
    assert (row["id"], row["state"]) == (guest.membership_id, "accepted")
    assert len(await maya.inbox("invitation_accepted")) == 1


@pytest.mark.promise(2)
@pytest.mark.promise(15)
@pytest.mark.slow
@pytest.mark.parametrize("point", ["committed", "sent"])
async def test_a_guest_is_told_and_their_answer_stands(
    installation: Installation, sms: HttpGateway, point: str
) -> None:
    night = await Night.begin(installation, sms)
    maya = await Person.sign_up(night.server, "Maya")
    guest = Guest(night.server, sms)
    await guest.joins(maya)
    await maya.phone()
    night.orders.crash_at(point)
    await night.dies(maya.send("POST", "/v1/reach-outs", {}, key="press"))
    reply = await maya.send("POST", "/v1/reach-outs", {}, key="press")
    assert reply.status_code == 201, reply.text
    secret = await guest.reads(r"/#/g/([\w-]+)")
    assert len(set(guest.read(r"/#/g/([\w-]+)"))) == 1, "however often it is sent, it is the same link"
    opened = await guest.send("POST", "/v1/sessions/guest", {"secret": secret})
    guest.token = opened.json()["session"]["token"]

    # Their answer pushes the owner: there the next server dies.
    path = f"/v1/reach-outs/{reply.json()['id']}/answers"
    answer = ({"kind": "calling"}, "answer")
    night.server.ask_to_stop()
    await night.server.end()
    night.server = installation.start(port=night.server.port, env=_env(sms), crash_orders=night.orders)
    await night.server.answers()
    night.orders.crash_at("committed")
    await night.dies(guest.send("POST", path, *answer))
    assert night.orders.carried_out
    assert (await guest.send("POST", path, *answer)).status_code == 201
    seen = await maya.ask("GET", f"/v1/reach-outs/{reply.json()['id']}")
    assert (seen["state"], [one["answer"] for one in seen["recipients"]]) == ("answered", ["calling"])
    assert await installation.store.count("answers") == 1
    assert len(await maya.inbox("answered")) == 1


@pytest.mark.slow
@pytest.mark.parametrize("seconds", [0.0, 0.05, 0.15])
async def test_a_guest_is_a_guest_or_an_account_and_nothing_between(
    installation: Installation, sms: HttpGateway, seconds: float
) -> None:
    night = await Night.begin(installation, sms)
    maya = await Person.sign_up(night.server, "Maya")
    guest = Guest(night.server, sms)
    await guest.joins(maya)
    assert (await guest.send("POST", "/v1/me/code")).status_code == 201
    await eventually(lambda: len(guest.read(r"\b([0-9]{6})\b")) == 2, AFTER_A_RESTART, lambda: night.server.tail)
    account = {"code": await guest.code(), "sign_in_name": "uncle.sam", "passphrase": PASSPHRASE}

    async def killed() -> None:
        making = asyncio.create_task(guest.send("POST", "/v1/me/account", account))
        await asyncio.sleep(patient(seconds))
        night.server.kill()
        await making

    await night.dies(killed())
    sign_in = {"sign_in_name": "uncle.sam", "passphrase": PASSPHRASE}
    made = (await Guest(night.server, sms).send("POST", "/v1/sessions", sign_in)).status_code == 201
    [row] = (await maya.ask("GET", "/v1/circle"))["items"]
    assert (row["guest"], row["state"]) == (not made, "active")
    assert bool(await installation.store.count("guest_sessions")) is not made
    if not made:
        # The code is good for another try.
        assert (await guest.send("POST", "/v1/me/account", account)).status_code == 201
    assert (await guest.send("GET", f"/v1/supporting/{guest.membership_id}")).status_code == 401
