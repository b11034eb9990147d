"""Everybody who may stand before Maya's things, and the things: one life with something of every kind in it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx

from tests.channels.gateways import MAIL, ChannelWorld
from tests.guests.guest import Guest, guest_of
from tests.standins.authenticator import Authenticator
from tests.world.bookends import plans
from tests.world.commitments import asked_and_accepted, means_to
from tests.world.days import BIRD, PLAN_LISTS, typed
from tests.world.passkeys import adds
from tests.world.person import Person
from tests.world.rhythm import chooses

EIGHT_DAYS = 8 * 86_400
SIX_MINUTES = 360
JOINING_MAIL = "aunt.joan@example.org"

ACTORS = (
    "nobody",
    "stranger",
    "invited",
    "accepted",
    "untold",
    "told",
    "former",
    "blocked",
    "erased",
    "out",
    "joining",
    "guest",
    "device",
    "owner",
)
"""The columns of the table, from the farthest to the nearest."""
OUTSIDE = frozenset({"nobody", "stranger", "invited", "former", "blocked", "erased", "out"})
"""Those to whom whatever is Maya's is refused in the words in which what does not exist is refused."""
OWN = frozenset({"device", "owner"})


@dataclass(slots=True)
class Cast:
    """The world after everything has happened. `known`: the ids and secrets of Maya's things, by their names in paths and bodies."""

    world: ChannelWorld
    maya: Person
    phone: Authenticator
    guest: Guest
    joining: Guest
    tokens: dict[str, str | None] = field(default_factory=dict)
    known: dict[str, str] = field(default_factory=dict)

    async def send(self, token: str | None, method: str, path: str, body: Any = None) -> httpx.Response:
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        content = {} if body is None else {"json": body}
        return await self.world.here.http.request(method, path, headers=headers, **content)

    @property
    def marks(self) -> list[str]:
        """Return what stands in a reply only if it shows something of Maya's."""
        rows = {name: row for name, row in self.known.items() if name.endswith("_id") and name not in NOT_HERS}
        return ["Maya", BIRD, self.maya.session_id, *rows.values()]


NOT_HERS = {"told_id", "accepted_id", "blocked_id", "joining_channel_id"}
"""Ids that belong to the others, who may read them of themselves."""


async def gather(world: ChannelWorld) -> Cast:
    """Let everything happen: members come and go, days pass, Maya presses twice, and one reach-out is still open."""
    maya = await world.person("Maya")
    told, untold, former, blocked, erased, accepted = [await world.person() for _ in range(6)]
    for member in (told, untold, former, blocked, erased):
        await maya.welcomes(member, "friend", step=1 if member is told else 2)
        await member.device()
    await maya.device()
    guest = await guest_of(world, maya, standing_words=typed("guest words"))
    known = {"person_id": maya.id, "told_id": told.id, "blocked_id": blocked.id}
    known |= {"membership_id": told.places[maya.id], "guest_place": guest.membership_id}
    cast = Cast(world, maya, Authenticator(), guest, guest, known=known)
    known |= await _practice_and_press(cast, [told, former, blocked, erased])
    # A practice is lit once a week.
    await world.settle()
    await world.forward(EIGHT_DAYS)
    known |= await _days(cast, told)
    known |= await _ways_in(cast)
    await maya.delete(f"/v1/circle/{former.places[maya.id]}")
    await maya.proves()
    await maya.post("/v1/blocks", {"person_id": blocked.id}, expect=201)
    await erased.proves()
    await erased.delete("/v1/me")
    known |= await _invitations(cast, accepted)
    known |= await _press_now(cast, told)
    tokens = {"told": told, "untold": untold, "former": former, "blocked": blocked, "erased": erased}
    await _sessions(cast, tokens | {"accepted": accepted})
    return cast


async def _practice_and_press(cast: Cast, told: list[Person]) -> dict[str, str]:
    """A practice light, and a press that is over: those who were in the circle then were told."""
    maya, world = cast.maya, cast.world
    practice = await maya.post("/v1/practices", {}, expect=201)
    closed = await maya.press(note=typed("earlier note"), to=[member.places[maya.id] for member in told])
    await world.settle()
    await told[0].answer("here", text=typed("earlier answer"))
    await maya.close("connected")
    return {"practice_id": practice["id"], "closed_id": closed["id"]}


async def _days(cast: Cast, told: Person) -> dict[str, str]:
    maya = cast.maya
    place = told.places[maya.id]
    lists = {name: [typed(f"plan {name}")] for name in PLAN_LISTS}
    await maya.put("/v1/me/plan", lists | {"people": [place], "help_me": typed("help me")}, expect=200)
    await chooses(maya, check_in={"at": "21:00", "days": [0]})
    shared = {"feeling": 1, "note": typed("note"), "share_with": [place]}
    check_in = await maya.post("/v1/check-ins", shared, expect=201)
    words = await maya.post("/v1/reach-ins", {"to": told.id, "text": typed("hello")}, expect=201)
    await told.post("/v1/reach-ins", {"to": maya.id, "text": typed("hello back")}, expect=201)
    await told.patch(f"/v1/supporting/{place}", {"standing_words": typed("standing words")})
    await maya.post(f"/v1/threads/{told.id}/talked", expect=201)
    await told.post(f"/v1/threads/{maya.id}/talked", expect=201)
    bookend = await plans(maya, told, what=typed("bookend"))
    witnessed = await asked_and_accepted(maya, told, text=typed("promise"))
    asked = await means_to(maya, told, text=typed("second promise"))
    [notice, *_] = await maya.inbox("reach_in")
    return {
        "check_in_id": check_in["id"],
        "reach_in_id": words["id"],
        "bookend_id": bookend["id"],
        "commitment_id": witnessed["id"],
        "asked_id": asked["id"],
        "notice_id": notice["id"],
        "date": cast.world.now().date().isoformat(),
    }


async def _ways_in(cast: Cast) -> dict[str, str]:
    maya, world = cast.maya, cast.world
    await maya.proves()
    passkey = await adds(maya, cast.phone, label=typed("passkey"))
    await world.channel(maya, "sms")
    await world.adds(maya, "email")
    channels = {channel["kind"]: channel["id"] for channel in (await maya.get("/v1/channels"))["items"]}
    recovery = await maya.post("/v1/recovery-codes", expect=201)
    return {
        "passkey_id": passkey["id"],
        "channel_id": channels["sms"],
        "unconfirmed_id": channels["email"],
        "code": world.gateways.code("email", MAIL),
        "device_id": next(iter(maya.devices)),
        "sign_in_name": maya.sign_in_name,
        "recovery_code": recovery["recovery_codes"][0],
    }


async def _invitations(cast: Cast, accepted: Person) -> dict[str, str]:
    maya, world = cast.maya, cast.world
    offered, taken = await maya.invites(label=typed("label")), await maya.invites()
    membership = await accepted.post("/v1/invitations/accept", {"token": taken["token"]}, expect=201)
    joining = await maya.invites("family")
    channel = {"kind": "email", "address": JOINING_MAIL}
    body = {"token": joining["token"], "display_name": "Aunt Joan", "channel": channel}
    reply = await world.here.http.post("/v1/invitations/accept-as-guest", json=body)
    assert reply.status_code == 201, reply.text
    given = reply.json()
    await world.settle()
    place, session = given["membership"], given["session"]
    cast.joining = Guest(world, "email", session["token"], place["id"], place["channel_id"])
    code = {"code": world.gateways.code("email", JOINING_MAIL)}
    await cast.joining.ask("POST", f"/v1/channels/{place['channel_id']}/confirm", code)
    return {
        "invitation_id": offered["id"],
        "token": offered["token"],
        "accepted_id": membership["id"],
        "joining_place": place["id"],
        "joining_channel_id": place["channel_id"],
    }


async def _press_now(cast: Cast, told: Person) -> dict[str, str]:
    """The open reach-out: one member and the guest were told, and the member is calling."""
    maya, world = cast.maya, cast.world
    to = [told.places[maya.id], cast.guest.membership_id]
    pressed = await maya.press(note=typed("press note"), need="lonely", to=to)
    await world.settle()
    await told.answer("calling", text=typed("answer"))
    await maya.says(typed("message"))
    await world.settle()
    await cast.guest.opens()
    [delivery, *_] = [handed.push.data["delivery_id"] for handed in await maya.pushes("answered")]
    return {"reach_out_id": pressed["id"], "delivery_id": delivery, "secret": cast.guest.secrets()[-1]}


async def _sessions(cast: Cast, people: Mapping[str, Person]) -> None:
    """Give everybody their session; all have fresh proof but Maya's other device."""
    world, maya = cast.world, cast.maya
    stranger, invited = await world.person("Stranger"), await world.person("Invited")
    await invited.post("/v1/invitations/preview", {"token": cast.known["token"]}, expect=200)
    await stranger.welcomes(await world.person())
    device, out = await maya.again(), await maya.again()
    await world.forward(SIX_MINUTES)
    for person in (stranger, invited, maya, *people.values()):
        if person is not people["erased"]:
            await person.proves()
    await maya.delete(f"/v1/sessions/{out.session_id}")
    await cast.joining.ask("POST", "/v1/me/code", expect=201)
    await world.settle()
    cast.known |= {"which": maya.session_id, "joining_code": world.gateways.code("email", JOINING_MAIL)}
    cast.tokens = {name: person.token for name, person in people.items()}
    cast.tokens |= {"nobody": None, "stranger": stranger.token, "invited": invited.token, "out": out.token}
    cast.tokens |= {"joining": cast.joining.token, "guest": cast.guest.token, "device": device.token}
    cast.tokens["owner"] = maya.token
    await world.settle()
    # From here on every cell begins with the same rows, and a push that was written is not sent.
    world.here.forget_pushes()
