"""A guest's pages without a script: an invitation, a link, what one can say, hours, leaving, an account."""

import httpx
import pytest
from sqlalchemy import select

from models import Answer, GuestSession, Person
from tests.channels.gateways import MAIL, ChannelWorld, Gateways
from tests.guests.guest import ADDRESSES, NUMBER, Guest, guest_of
from tests.guests.phone_without_app import PhoneWithoutApp
from tests.world.person import Person as Member

YES = "/g/join/yes"


async def told(world: ChannelWorld, **press: str) -> tuple[Member, Guest, PhoneWithoutApp]:
    """Return somebody who has pressed, a guest who was told, and their phone with the link open."""
    maya = await world.person("Maya")
    await maya.patch("/v1/me", {"contact": "+15550100100"})
    guest = await guest_of(world, maya)
    note = press.get("note")
    await maya.press(note=note)
    await world.settle()
    phone = PhoneWithoutApp(world)
    await phone.opens(guest.secrets()[-1])
    return maya, guest, phone


@pytest.mark.parametrize("kind", ["sms", "email", "call"])
async def test_joining_needs_no_app_and_no_script(world: ChannelWorld, gateways: Gateways, kind: str) -> None:
    maya = await world.person("Maya")
    invited = await maya.invites("family", step=1, greeting="It would mean a lot.")
    phone = PhoneWithoutApp(world)
    await phone.is_invited(invited["token"])
    assert "Maya would like you in their circle." in phone.page
    assert "It would mean a lot." in phone.page
    await phone.sends(YES, name="Uncle Sam", kind=kind, address=ADDRESSES[kind])
    assert phone.path == "/g/me"
    assert await maya.circle() == [], "nothing shows before the code has come back"
    await world.settle()
    code = gateways.code(kind, ADDRESSES[kind])
    await phone.sends("/g/me/confirm", 422, code=f"{(int(code) + 1) % 1_000_000:06}")
    assert "You have 4 more tries." in phone.page
    await phone.sends("/g/me/confirm", code=f"{code[:3]} {code[3:]}")
    [row] = await maya.circle()
    assert (row["person"]["display_name"], row["state"], row["guest"]) == ("Uncle Sam", "accepted", True)
    assert all(word in phone.page for word in row["words"])
    assert "One call is left." in phone.page
    assert "You are there for Maya." not in phone.page, "Maya has not said yes yet"

    await phone.sends("/g/me/words", words="call you back.")
    await phone.sends("/g/me/when", wake="hours", **{"from": "20:00", "to": "07:00"})
    await maya.post(f"/v1/circle/{row['id']}/confirm", expect=200)
    await phone.get("/g/me")
    assert "You are there for Maya." in phone.page
    [row] = await maya.circle()
    assert row["standing_words"] == "call you back."
    [(hours, wake_me)] = await world.rows(select(Person.hours, Person.wake_me).where(Person.guest_at.is_not(None)))
    assert {(window["from"], window["to"]) for window in hours} == {("00:00", "07:00"), ("20:00", "24:00")}
    assert (len(hours), wake_me) == (14, False)
    await phone.get("/g/me")
    assert 'value="20:00"' in phone.page
    assert 'value="07:00"' in phone.page
    await phone.sends("/g/me/when", 422, wake="hours", **{"from": "20:00", "to": "20:00"})
    await phone.sends("/g/me/when", wake="any", **{"from": "20:00", "to": "20:00"})
    [(hours, wake_me)] = await world.rows(select(Person.hours, Person.wake_me).where(Person.guest_at.is_not(None)))
    assert (hours, wake_me) == (None, True)


async def test_what_cannot_be_used_stays_in_its_field_with_what_to_do(world: ChannelWorld, gateways: Gateways) -> None:
    maya = await world.person("Maya")
    phone = PhoneWithoutApp(world)
    await phone.is_invited((await maya.invites())["token"])
    for kind, address, advice in (
        ("sms", "22555", "Short and premium numbers do not work."),
        ("sms", "+1 900 555 0123", "Short and premium numbers do not work."),
        ("call", "<b>none</b>", "Short and premium numbers do not work."),
        ("email", "nobody", "one whole e-mail address"),
        ("pigeon", "+15550100142", "Short and premium numbers do not work."),
    ):
        await phone.sends(YES, 422, name="Uncle <i>Sam", kind=kind, address=address)
        assert advice in phone.page
        assert 'value="Uncle <i>Sam"' in phone.page
        assert f'value="{address}"' in phone.page
    await phone.sends(YES, 422, name="   ", kind="sms", address=NUMBER)
    assert "Please write a name." in phone.page
    assert (await world.count("people"), gateways.count()) == (1, 0)
    # Whoever writes an e-mail address means e-mail, whatever is chosen above it.
    await phone.sends(YES, name="Sam", kind="sms", address=MAIL)
    await world.settle()
    assert len(gateways.texts("email", MAIL)) == 1
    # Another address, in the same session, is the same guest.
    await phone.get("/g/join")
    await phone.sends(YES, name="Sam", kind="sms", address=NUMBER)
    assert await world.count("people") == 2


async def test_an_invitation_that_is_over_says_so_and_no_gateway_leads_to_the_app(world: ChannelWorld) -> None:
    maya = await world.person("Maya")
    invited = await maya.invites()
    phone = PhoneWithoutApp(world)
    await phone.is_invited("A" * 22, 404)
    assert "This invitation cannot be used." in phone.page
    await phone.is_invited(invited["token"])
    await maya.delete(f"/v1/invitations/{invited['id']}")
    await phone.sends(YES, 404, name="Sam", kind="sms", address=NUMBER)
    assert await world.count("people") == 1
    bare = await world.another_process(
        settings=world.settings.model_copy(update={"sms_url": None, "email_url": None, "call_url": None})
    )
    other = PhoneWithoutApp(world)
    other.http = httpx.AsyncClient(
        transport=httpx.ASGITransport(bare.app), base_url=world.settings.public_url, follow_redirects=True
    )
    await other.is_invited((await maya.invites())["token"])
    assert "Here it works with the app only." in other.page
    assert "/#/invitation/" in other.page


@pytest.mark.parametrize(
    ("kind", "says"),
    [
        ("calling", "Maya knows that you are calling."),
        ("soon", "Maya knows that you call at 20:10."),
        ("here", "Maya knows that you can write."),
        ("cannot", "Thank you for saying so. That helps too."),
    ],
)
async def test_an_answer_is_one_tap(world: ChannelWorld, kind: str, says: str) -> None:
    maya, _, phone = await told(world)
    assert "Maya would like company." in phone.page
    assert "Nobody has answered yet." in phone.page
    assert "tel:+15550100100" in phone.page
    assert "sms:+15550100100" in phone.page
    path = f"/g/{world.reach_out}"
    assert "988 Suicide & Crisis Lifeline, day and night" in phone.page, "the line of their own number's country"
    assert "call 911" in phone.page
    await phone.sends(f"{path}/answer", kind=kind)
    assert phone.path == path
    assert says in phone.page
    assert ("Nobody has answered yet." in phone.page) is (kind == "cannot"), "they have answered themselves"
    [recipient] = (await maya.reach_out())["recipients"]
    assert recipient["answer"] == kind
    await phone.get(f"{path}?change=1")
    await phone.sends(f"{path}/answer", kind="calling")
    assert (await maya.reach_out())["recipients"][0]["answer"] == "calling"
    await maya.close("ok_now")
    await phone.get(path)
    assert "Maya is okay now." in phone.page
    assert "<form" not in phone.page


async def test_a_message_goes_once_and_notes_are_read_only_where_allowed(world: ChannelWorld) -> None:
    maya, guest, phone = await told(world, note="I want to drink tonight.")
    await maya.put("/v1/me/plan", {"help_me": "Just listen."})
    path = f"/g/{world.reach_out}"
    before = phone.page
    await phone.sends(f"{path}/message", text="I am <b>coming</b>.")
    assert "I am <b>coming</b>." in phone.page
    assert "drink tonight" not in phone.page
    phone.page = before
    await phone.sends(f"{path}/message", text="I am <b>coming</b>.")
    texts = [message["text"] for message in (await maya.get(f"/v1/reach-outs/{world.reach_out}/messages"))["items"]]
    assert texts == ["I am <b>coming</b>."], "a form that is sent twice is one message"
    await phone.sends(f"{path}/answer", kind="calling")
    assert "Just listen." not in phone.page
    await guest.opens()
    assert (await guest.reach_out())["how_to_help"] is None
    await maya.patch(f"/v1/circle/{guest.membership_id}", {"guest_notes": True})
    await phone.get(path)
    assert "I want to drink tonight." in phone.page
    assert "Just listen." in phone.page


async def test_quiet_for_a_day_is_one_tap_and_ends_with_one(world: ChannelWorld) -> None:
    maya, _, phone = await told(world)
    path = f"/g/{world.reach_out}/quiet"
    await phone.sends(path, **{"for": "day"})
    assert "Quiet until 2026-" in phone.page
    assert (await maya.circle())[0]["available_now"] is False
    await phone.sends(path, **{"for": "none"})
    assert (await maya.circle())[0]["available_now"] is True


async def test_pages_speak_the_language_of_the_browser_else_the_guests(world: ChannelWorld) -> None:
    _, guest, _ = await told(world)
    for header, says in (
        ("de-AT,en;q=0.5", "Maya hätte gern Gesellschaft."),
        ("es", "A Maya le gustaría"),
        ("fr", "Maya would"),
    ):
        phone = PhoneWithoutApp(world, header)
        await phone.opens(guest.secrets()[-1])
        assert says in phone.page


async def test_ended_unknown_and_wrong_links_are_one_and_the_same_page(world: ChannelWorld) -> None:
    maya, guest, _ = await told(world)
    ended = guest.secrets()[-1]
    await maya.close("ok_now")
    stranger = PhoneWithoutApp(world)
    pages = {await stranger.opens(secret, 404) for secret in (ended, "A" * 22, ended[:-1], "", "x" * 300, "a b c")}
    pages |= {
        await stranger.get(path, 404)
        for path in ("/g", f"/g/{world.reach_out}", "/g/nowhere", "/g/me", "/g/me/account")
    }
    assert len(pages) == 1
    whole = f"Someone would like company.\n{world.settings.public_url}/#/g/"
    await maya.press()
    await world.settle()
    await stranger.opens(f"{whole}{guest.secrets()[-1]}")
    assert stranger.path == f"/g/{world.reach_out}", "the whole message may be pasted"


async def test_reading_changes_nothing_and_no_other_site_can_send_a_form(world: ChannelWorld) -> None:
    maya, _, phone = await told(world)
    path = f"/g/{world.reach_out}"
    before = await world.count("guest_sessions")
    for page in (path, f"{path}?change=1", f"{path}/more", f"{path}/answer", f"{path}/quiet", f"{path}/code", "/g"):
        await phone.http.get(page)
        await phone.http.head(page)
    for token in ("", "0" * 32):
        reply = await phone.http.post(f"{path}/answer", data={"kind": "calling", "token": token})
        assert reply.status_code == 404
    page = phone.page
    other_site = {"Sec-Fetch-Site": "cross-site"}
    reply = await phone.http.post(f"{path}/answer", data={"kind": "calling"}, headers=other_site)
    assert reply.status_code == 403
    assert await world.rows(select(Answer.id)) == []
    assert await world.count("guest_sessions") == before
    assert (await maya.reach_out())["recipients"][0]["state"] == "handed"
    # Browsers that name no origin for a page without referrer, and no site either.
    phone.page = page
    del phone.http.headers["Sec-Fetch-Site"]
    phone.http.headers["Origin"] = "null"
    await phone.sends(f"{path}/answer", kind="calling")
    assert (await maya.reach_out())["recipients"][0]["answer"] == "calling"


async def test_two_links_stand_side_by_side_in_one_browser(world: ChannelWorld) -> None:
    _, _, phone = await told(world)
    first = world.reach_out
    ben = await world.person("Ben")
    guest = await guest_of(world, ben, "email")
    await ben.press()
    await world.settle()
    await phone.opens(guest.secrets()[-1])
    assert "Ben would like company." in phone.page
    await phone.get(f"/g/{first}")
    assert "Maya would like company." in phone.page


async def test_a_removed_guest_sees_nothing_more(world: ChannelWorld) -> None:
    maya, guest, phone = await told(world)
    await maya.delete(f"/v1/circle/{guest.membership_id}")
    await phone.get(f"/g/{world.reach_out}", 404)
    assert len(await world.rows(select(GuestSession.id))) > 0, "the session is there, and shows nothing"
