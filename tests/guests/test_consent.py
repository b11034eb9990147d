"""What a guest has agreed to, by its version and time: asked with the yes, counted from the code, shown, and kept by an account."""

from sqlalchemy import select

from models import Person
from rules.accounts.consent import CONSENT_VERSION
from tests.channels.gateways import ChannelWorld, Gateways
from tests.guests.guest import NUMBER, says_yes
from tests.guests.phone_without_app import PhoneWithoutApp

CONSENT = select(Person.consent_version, Person.consented_at).where(Person.guest_at.is_not(None))
KEPT = "What is kept of you"


async def test_a_page_asks_with_the_yes_and_shows_what_was_agreed_to(world: ChannelWorld, gateways: Gateways) -> None:
    maya = await world.person("Maya")
    phone = PhoneWithoutApp(world)
    await phone.is_invited((await maya.invites("family", step=1))["token"])
    assert KEPT in phone.page
    assert "When you leave, all of it is erased." in phone.page
    await phone.sends("/g/join/yes", name="Uncle Sam", kind="sms", address=NUMBER)
    await world.settle()
    await world.forward(60)
    before = world.now()
    await phone.sends("/g/me/confirm", code=gateways.code("sms", NUMBER))
    [(version, given_at)] = await world.rows(CONSENT)
    assert version == CONSENT_VERSION
    assert given_at >= before, "it counts from the code, which shows that the yes was theirs"
    assert KEPT in phone.page
    assert f"(version {CONSENT_VERSION})" in phone.page
    assert f"You agreed to this on {given_at:%Y-%m-%d}" in phone.page


async def test_it_is_stored_for_whoever_was_asked_and_goes_with_them_into_an_account(world: ChannelWorld) -> None:
    maya = await world.person("Maya")
    unasked = await says_yes(world, maya)
    await unasked.confirms()
    assert await world.rows(CONSENT) == [(None, None)]
    ana = await world.person("Ana")
    guest = await says_yes(world, ana, "email", consent=CONSENT_VERSION)
    await guest.confirms()
    assert await world.rows(
        CONSENT.where(Person.consented_at.is_not(None)).with_only_columns(Person.consent_version)
    ) == [(CONSENT_VERSION,)]
    account = {"sign_in_name": "uncle.sam", "passphrase": "a lantern by the window"}
    made = await guest.ask("POST", "/v1/me/account", account | {"code": await guest.fresh_code()}, 201)
    guest.token = made["session"]["token"]
    assert (await guest.ask("GET", "/v1/me"))["consent"]["version"] == CONSENT_VERSION
    assert (await guest.ask("GET", "/v1/me/export"))["person"]["consent_version"] == CONSENT_VERSION


async def test_a_version_that_never_was_is_refused_and_nothing_is_kept(world: ChannelWorld) -> None:
    maya = await world.person("Maya")
    body = {
        "token": (await maya.invites("family", step=1))["token"],
        "display_name": "Uncle Sam",
        "channel": {"kind": "sms", "address": NUMBER},
        "consent": "1999-01-01",
    }
    reply = await world.here.http.post("/v1/invitations/accept-as-guest", json=body)
    assert (reply.status_code, reply.json()["type"]) == (422, "/problems/consent-unknown")
    assert await world.rows(CONSENT) == []
