"""A life in which everything is typed that can be typed, with a canary in every text, and in which every kind of push is sent."""

import re
from datetime import UTC, datetime
from typing import Any

from cli.services import transports
from core.clock import DatabaseClock
from core.settings import Settings
from tests.canaries.fields import NUMBER, ZONE, Recorder
from tests.channels.gateways import ChannelWorld, Gateways
from tests.guests.guest import Guest
from tests.standins.authenticator import Authenticator
from tests.standins.fcm import FcmStandIn
from tests.standins.webpush import WebPushStandIn
from tests.transports.webpush_transport import KEYS
from tests.world.bookends import plans
from tests.world.days import BIRD, live_some_days, typed
from tests.world.passkeys import adds, sign_up_options, signs_up
from tests.world.person import Person
from tests.world.rhythm import chooses
from tests.world.world import World

MY_NUMBER, SMS, CALLS, GUEST_SMS, GUEST_CALLS = (f"+1{NUMBER}{digit}" for digit in range(5))
MAIL, GUEST_MAIL = f"{BIRD}.mail@example.org", f"{BIRD}.guest@example.org"
TOPIC = f"{BIRD}_topic"
NEW_NAME = f"{BIRD}-lee"
PASSPHRASE = f"{BIRD} above the harbour wall"
DAY = 86_400


class CanaryWorld(ChannelWorld):
    """A world with every transport of production. `recorder`: what was typed into which field."""

    def __init__(
        self, settings: Settings, gateways: Gateways, fcm: FcmStandIn, push: WebPushStandIn, recorder: Recorder
    ) -> None:
        World.__init__(self, settings, channels=lambda settings: transports(settings, machine_clock(), KEYS))
        self.gateways = gateways
        self.fcm = fcm
        self.push = push
        self.recorder = recorder

    async def another_process(self, *args: Any, **more: Any) -> Any:
        process = await super().another_process(*args, **more)
        process.http.event_hooks = {"request": [self.recorder.request], "response": [self.recorder.response]}
        return process


def machine_clock() -> DatabaseClock:
    """Return the machine's own time: signatures for push services are checked against it, wherever the world's clock stands."""

    async def now() -> datetime:
        return datetime.now(UTC)

    return DatabaseClock(now)


async def somebody(world: CanaryWorld, name: str, **profile: Any) -> Person:
    """Sign somebody up whose names, passphrase and phone are canaries."""
    person = await world.person(f"{BIRD}-{name}", passphrase=PASSPHRASE, **profile)
    person.passphrase = PASSPHRASE
    world.recorder.secret(person.token or "", *person.recovery_codes)
    await person.device(address=f"{BIRD}-{name}-token", label=typed(f"{name} phone"))
    return person


async def play(world: CanaryWorld) -> tuple[Person, Person, Person]:
    """Type everything, and let everything be pushed. Return Maya, who typed most of it, a member of her circle, and a stranger."""
    maya = await somebody(world, "maya")
    sponsor, friend = await somebody(world, "sponsor"), await somebody(world, "friend")
    stranger = await somebody(world, "stranger")
    for member in (sponsor, friend):
        invited = await maya.invites(label=typed("label"), greeting=typed("greeting"))
        world.recorder.secret(invited["token"])
        accepted = await member.post("/v1/invitations/accept", {"token": invited["token"]}, expect=201)
        await maya.post(f"/v1/circle/{accepted['id']}/confirm", expect=200)
        member.places[maya.id] = accepted["id"]
    await _ways_in(world, maya)
    await _browsers(world, maya, sponsor)
    for kind, address in (("sms", SMS), ("email", MAIL), ("ntfy", TOPIC), ("call", CALLS)):
        await world.channel(sponsor, kind, address)
    await live_some_days(world, maya, sponsor, friend)
    await _calm(world, maya)
    await _guests(world, maya)
    await _nobody_answers(world, maya)
    await _answered(world, maya, sponsor)
    await _bookends(world, maya, sponsor)
    await _practice(world, maya, friend)
    await _newcomers(world, maya)
    await _profile(maya)
    await world.work()
    await world.settle()
    return maya, sponsor, stranger


async def _browsers(world: CanaryWorld, *people: Person) -> None:
    """Give each a browser, and a UnifiedPush distributor."""
    for person in people:
        for distributor in (False, True):
            browser = world.push.subscribe(KEYS.public_key, distributor=distributor)
            world.recorder.secret(browser.id, browser.p256dh, browser.auth)
            device = {"kind": "webpush", "endpoint": browser.endpoint, "keys": browser.keys}
            made = await person.post("/v1/devices", device | {"label": typed("browser")}, expect=201)
            await person.post(f"/v1/devices/{made['id']}/test", expect=200)


async def _ways_in(world: CanaryWorld, maya: Person) -> None:
    await adds(maya, Authenticator(), label=typed("passkey"))
    codes = (await maya.post("/v1/recovery-codes", expect=201))["recovery_codes"]
    world.recorder.secret(*codes)
    body = {"sign_in_name": maya.sign_in_name, "recovery_code": codes[0], "new_passphrase": PASSPHRASE + " again"}
    recovered = await world.here.http.post("/v1/sessions/recovery", json=body)
    assert recovered.status_code == 201, recovered.text
    maya.token = recovered.json()["session"]["token"]
    await maya.put("/v1/me/passphrase", {"passphrase": PASSPHRASE}, expect=204)
    other = await maya.again()
    other.passphrase = PASSPHRASE
    await other.proves()
    # Recovery has signed every phone out.
    await maya.device(address=f"{BIRD}-maya-second-token", label=typed("second phone"))
    await other.device(address=f"{BIRD}-maya-other-token")
    world.recorder.secret(maya.token or "", other.token or "")


async def _guests(world: CanaryWorld, maya: Person) -> None:
    """Two guests, one by SMS and one by calls, who are told of a press; and one who makes an account at once."""
    for kind, address in (("sms", GUEST_SMS), ("call", GUEST_CALLS), ("email", GUEST_MAIL)):
        guest = await _joins(world, maya, kind, address)
        await maya.proves()
        await maya.post(f"/v1/circle/{guest.membership_id}/confirm", expect=200)
        if kind == "email":
            await guest.ask("POST", "/v1/me/code", expect=201)
            await world.settle()
            # An account with a passkey may have a label, one with a passphrase has a name.
            names = {"sign_in_name": f"{BIRD}.guest", "passphrase": PASSPHRASE, "label": typed("guest label")}
            body = {"code": world.gateways.code(kind, address)} | names
            made = await guest.ask("POST", "/v1/me/account", body, 201)
            world.recorder.secret(made["session"]["token"], *made["recovery_codes"])


async def _joins(world: CanaryWorld, maya: Person, kind: str, address: str) -> Guest:
    invited = await maya.invites("family")
    world.recorder.secret(invited["token"])
    body = {
        "token": invited["token"],
        "display_name": f"{BIRD}-{kind}-guest",
        "channel": {"kind": kind, "address": address},
        "standing_words": typed("guest words"),
        "time_zone": ZONE,
    }
    reply = await world.here.http.post("/v1/invitations/accept-as-guest", json=body)
    assert reply.status_code == 201, reply.text
    given, place = reply.json(), reply.json()["membership"]
    world.recorder.secret(given["session"]["token"])
    guest = Guest(world, kind, given["session"]["token"], place["id"], place["channel_id"])
    await world.settle()
    code = {"code": world.gateways.code(kind, address)}
    await guest.ask("POST", f"/v1/channels/{guest.channel_id}/confirm", code)
    return guest


async def _calm(world: CanaryWorld, maya: Person) -> None:
    await maya.press(calm=True, note=typed("calm note"))
    await world.passes(60)
    await maya.close("ok_now")


async def _nobody_answers(world: CanaryWorld, maya: Person) -> None:
    """Every rung: phones, then channels and calls, then the plain truth; a day later it ends."""
    await maya.press(note=typed("press note"), need="urge")
    for _ in range(6):
        await world.passes(200)
    world.recorder.secret(*link_secrets(world))


def link_secrets(world: CanaryWorld) -> list[str]:
    """Return the secrets of the links that guests were sent."""
    return [secret for text in world.gateways.texts("sms") for secret in re.findall(r"/#/g/([\w-]+)", text)]


async def _answered(world: CanaryWorld, maya: Person, sponsor: Person) -> None:
    await sponsor.answer("calling", text=typed("answer"))
    for secret in link_secrets(world):
        opened = await world.here.http.post("/v1/sessions/guest", json={"secret": secret})
        assert opened.status_code == 201, opened.text
        token = opened.json()["session"]["token"]
        world.recorder.secret(token)
        headers = {"Authorization": f"Bearer {token}"}
        path = f"/v1/reach-outs/{world.reach_out}"
        answer = {"kind": "here", "text": typed("guest answer")}
        assert (await world.here.http.post(f"{path}/answers", json=answer, headers=headers)).is_success
        message = {"text": typed("guest message")}
        assert (await world.here.http.post(f"{path}/messages", json=message, headers=headers)).is_success
    await maya.says(typed("message"))
    await world.passes(310)
    await maya.close("ok_now")
    await maya.press()
    await world.passes(2 * DAY)


async def _bookends(world: CanaryWorld, maya: Person, sponsor: Person) -> None:
    await plans(maya, sponsor, 60, what=typed("bookend"))
    await world.settle()
    for _ in range(4):
        await world.passes(660)


async def _practice(world: CanaryWorld, maya: Person, friend: Person) -> None:
    """A practice light; then nobody shows for weeks that a push arrived, and a phone is gone for good."""
    await chooses(maya, practice_offers=True)
    await maya.post("/v1/practices", {"channels": True}, expect=201)
    await world.settle()
    for _ in range(6):
        await world.passes(8 * DAY)
    for address in friend.devices.values():
        world.fcm.unregister(address)
    await maya.post("/v1/reach-ins", {"to": friend.id}, expect=201)
    await world.settle()
    await world.passes(60)


async def _newcomers(world: CanaryWorld, maya: Person) -> None:
    """An account with a passkey alone, and one with a passphrase, each through an invitation."""
    first, second = await maya.invites(), await maya.invites()
    world.recorder.secret(first["token"], second["token"])
    phone = Authenticator()
    name = f"{BIRD}-newcomer"
    options = await sign_up_options(world.here, name, invitation_token=first["token"])
    more = {"invitation_token": first["token"], "label": typed("new passkey"), "time_zone": ZONE}
    reply = await signs_up(world.here, phone.create(options), name, **more)
    assert reply.status_code == 201, reply.text
    await somebody(world, "other-newcomer", invitation_token=second["token"], time_zone=ZONE)


async def _profile(maya: Person) -> None:
    await maya.proves()
    made = await maya.post("/v1/commitments", {"text": typed("promise"), "days": [0], "at": "21:00"}, expect=201)
    await maya.patch(f"/v1/commitments/{made['id']}", {"text": typed("changed promise")})
    names = {"display_name": NEW_NAME, "contact": MY_NUMBER, "time_zone": ZONE}
    await maya.patch("/v1/me", names)
