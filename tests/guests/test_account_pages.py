"""A guest's pages where something is refused, and an account with a finger or a face, the one page that needs a script."""

import pytest

from rules.circle import invitations
from tests.channels.gateways import MAIL, ChannelWorld, Gateways
from tests.guests.guest import NUMBER, guest_of
from tests.guests.phone_without_app import PhoneWithoutApp
from tests.guests.test_pages import YES, told
from tests.standins.authenticator import Authenticator

FINGER = "/g/me/account/finger"


async def is_let_in(world: ChannelWorld, gateways: Gateways) -> PhoneWithoutApp:
    """Return the phone of a guest who has proved with a code that it is them."""
    _, _, phone = await told(world)
    path = f"/g/{world.reach_out}"
    await phone.get(f"{path}/more")
    await phone.sends(f"{path}/code")
    await world.settle()
    await phone.sends(f"{path}/more", code=gateways.code("sms", NUMBER))
    return phone


async def test_an_account_is_made_with_a_finger_or_a_face(world: ChannelWorld, gateways: Gateways) -> None:
    phone, sensor = await is_let_in(world, gateways), Authenticator()
    await phone.get("/g/me/account")
    assert f'href="{FINGER}"' in phone.page
    await phone.get(FINGER)
    await phone.sends(f"{FINGER}/code")
    assert phone.path == FINGER
    await world.settle()
    code = gateways.code("sms", NUMBER)
    other_challenge = await phone.makes_passkey(sensor)
    made = await phone.makes_passkey(sensor)
    for credential in ("", "{}", "[", "null", other_challenge):
        await phone.sends(FINGER, 422, code=code, credential=credential)
        assert "Your phone has not confirmed it." in phone.page
    wrong = f"{(int(code) + 1) % 1_000_000:06}"
    await phone.sends(FINGER, 422, code=wrong, credential=await phone.makes_passkey(sensor))
    assert "You have 4 more tries." in phone.page
    await phone.sends(FINGER, 422, code=code, credential=made)
    made = await phone.makes_passkey(sensor)
    [token] = {part.split('"')[0] for part in phone.page.split('name="token" value="')[1:]}
    reply = await phone.http.post(
        FINGER, data={"token": token, "code": code, "credential": made}, follow_redirects=False
    )
    assert (reply.status_code, reply.headers["location"]) == (303, "/"), "there are no codes to write down"
    me = (await phone.http.get("/v1/me")).json()
    assert me["ways_in"] == {"passphrase": False, "passkeys": 1, "recovery_codes": 0}
    await phone.get("/g/me", 404)


async def test_only_who_is_in_a_circle_and_proved_it_gets_options(world: ChannelWorld, gateways: Gateways) -> None:
    maya = await world.person("Maya")
    phone = PhoneWithoutApp(world)
    await phone.get(FINGER, 404)
    await phone.is_invited((await maya.invites())["token"])
    await phone.sends(YES, name="Sam", kind="sms", address=NUMBER)
    await phone.get(FINGER, 404)
    [token] = {part.split('"')[0] for part in phone.page.split('name="token" value="')[1:]} or {""}
    assert (await phone.http.post(f"{FINGER}/options", data={"token": token})).status_code == 404


@pytest.mark.parametrize(("kind", "address"), [("sms", NUMBER), ("email", MAIL)])
async def test_who_is_in_the_circle_already_is_told_so(
    world: ChannelWorld, gateways: Gateways, kind: str, address: str
) -> None:
    maya = await world.person("Maya")
    await guest_of(world, maya, kind)
    phone = PhoneWithoutApp(world)
    await phone.is_invited((await maya.invites())["token"])
    await phone.sends(YES, name="Sam again", kind=kind, address=address)
    await world.settle()
    await phone.sends("/g/me/confirm", 422, code=gateways.code(kind, address))
    assert "is in Maya's circle already. There is nothing more to do" in phone.page
    assert len(await maya.circle()) == 1


async def test_a_circle_that_filled_up_meanwhile_is_said_and_the_code_stays_good(
    world: ChannelWorld, gateways: Gateways, monkeypatch: pytest.MonkeyPatch
) -> None:
    maya = await world.person("Maya")
    phone = PhoneWithoutApp(world)
    await phone.is_invited((await maya.invites())["token"])
    await phone.sends(YES, name="Sam", kind="sms", address=NUMBER)
    await world.settle()
    code = gateways.code("sms", NUMBER)
    with monkeypatch.context() as patch:
        patch.setattr(invitations, "MAX_CIRCLE", 0)
        await phone.sends("/g/me/confirm", 422, code=code)
        assert "Maya's circle is full at the moment." in phone.page
    await phone.sends("/g/me/confirm", code=code)
    assert len(await maya.circle()) == 1


async def test_a_fresh_code_leads_to_hours_leaving_and_an_account(world: ChannelWorld, gateways: Gateways) -> None:
    maya, guest, phone = await told(world)
    path = f"/g/{world.reach_out}"
    await phone.get("/g/me", 404)
    await phone.get(f"{path}/more")
    await phone.sends(f"{path}/code")
    await world.settle()
    code = gateways.code("sms", NUMBER)
    await phone.sends(f"{path}/more", 422, code="000000" if code != "000000" else "000001")
    await phone.sends(f"{path}/more", code=code)
    assert phone.path == "/g/me"
    assert "You are there for Maya." in phone.page
    await phone.sends("/g/me/leave")
    assert "You have left." in phone.page
    assert await maya.circle() == []
    await phone.get(path, 404)
    await phone.get("/g/me", 404)
    await phone.opens(guest.secrets()[-1], 404)


async def test_an_account_is_made_on_a_page_and_signs_in_on_this_phone(world: ChannelWorld, gateways: Gateways) -> None:
    maya, guest, phone = await told(world)
    path = f"/g/{world.reach_out}"
    await phone.get(f"{path}/more")
    await phone.sends(f"{path}/code")
    await world.settle()
    await phone.sends(f"{path}/more", code=gateways.code("sms", NUMBER))
    await phone.get("/g/me/account")
    await phone.sends("/g/me/account/code")
    await world.settle()
    code = gateways.code("sms", NUMBER)
    fields = {"sign_in_name": " Uncle.Sam ", "passphrase": "a lantern by the window"}
    await phone.sends("/g/me/account", 422, code=code, **fields | {"passphrase": "short"})
    await phone.sends("/g/me/account", 422, code=code, **fields | {"passphrase": "Uncle Sam 1"})
    assert 'value="uncle.sam"' in phone.page
    assert 'value="short"' not in phone.page
    await phone.sends("/g/me/account", 422, code=code, **fields | {"sign_in_name": maya.sign_in_name})
    assert "This name is taken." in phone.page
    wrong = f"{(int(code) + 1) % 1_000_000:06}"
    await phone.sends("/g/me/account", 422, code=wrong, **fields)
    await phone.sends("/g/me/account", code=code, **fields)
    assert phone.page.count("<li>") == 10
    me = (await phone.http.get("/v1/me")).json()
    assert me["sign_in_name"] == "uncle.sam"
    await phone.get(path, 404)
    await phone.opens(guest.secrets()[-1], 404)
