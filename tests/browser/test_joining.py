"""Joining by a link: previewed before any form, one question a page, and correct however often it is opened."""

import re

import pytest
from playwright.async_api import Route, expect

from tests.browser.conftest import NewCircle, NewPhone
from tests.browser.phone import Phone
from tests.faults.people import Person
from tests.faults.processes import Server

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.whole_browser, pytest.mark.timeout(120)]

ASKS = "Maya would like you in their circle."


async def _invites(owner: Person) -> str:
    invitation = await owner.ask("POST", "/v1/invitations", {"role": "friend"}, 201)
    return str(invitation["token"])


async def _at_its_top(phone: Phone) -> None:
    assert await phone.page.evaluate("scrollY") == 0, f"{phone.page.url} opens scrolled down"


async def _skips_the_words(phone: Phone) -> None:
    await phone.sees_heading("Your words for Maya")
    await _at_its_top(phone)
    await expect(phone.button("Skip the words")).to_be_in_viewport()
    await phone.is_sound()
    await phone.press_button("Skip the words")


async def test_a_mangled_invitation_link_is_understood(new_phone: NewPhone, circle: NewCircle) -> None:
    (maya,) = await circle("Maya")
    token = await _invites(maya)
    phone = await new_phone("Ana", width=320)
    for changed in (
        f"%23/invitation/{token}.",
        f"%2523%2Finvitation%2F{token}",
        f"#/invitation/{token}).",
        f"?x=%zz#/Invitation/{token}%",
    ):
        await phone.page.goto("about:blank")
        await phone.open(changed)
        await phone.sees_heading(ASKS)
    await phone.page.goto("about:blank")
    await phone.open(f"%23/invitation/{token}")
    await phone.sees_heading(ASKS)
    assert phone.page.url == f"{phone.url}/#/invitation/{token}"

    # An unreadable link is reported, and the pasted text stays.
    await phone.open("%23/invitation/%E0%A4%A")
    await phone.sees_heading("This link did not come through whole.")
    await phone.is_sound()
    field = phone.page.get_by_label("The message or the link")
    await phone.press_button("Open the invitation")
    await phone.sees("Please fill this in.")
    await field.fill("Look at this one")
    await phone.press_button("Open the invitation")
    await phone.sees("There is no whole invitation link in this.")
    await expect(field).to_have_value("Look at this one")
    await field.fill(f"Hello Ana!\n> {phone.url}/#/invitation/{token[:8]}\n> {token[8:]}\nSee you")
    await phone.press_button("Open the invitation")
    await phone.sees_heading(ASKS)


async def test_an_invitation_is_previewed_before_any_form(
    new_phone: NewPhone, circle: NewCircle, server: Server
) -> None:
    (maya,) = await circle("Maya")
    ben = await Person.sign_up(server, "Ben")
    token = await _invites(maya)
    phone = await new_phone("Ana", width=320)
    await phone.open(f"#/invitation/{token}")
    await phone.sees_heading(ASKS)
    await phone.sees("As their friend.")
    await phone.sees("Porchlight lets a person tell a few people they trust")
    # No channel is set up here, which a guest would be told by.
    await expect(phone.button("Without the app")).to_have_count(0)
    await phone.is_sound()
    await phone.press_button("Not now")
    await phone.sees("The link from Maya keeps until")
    await phone.is_sound()
    await phone.press_button("Back to the invitation")
    await phone.sees_heading(ASKS)

    # Used meanwhile: reported before any form, and to somebody who already has the form open.
    await phone.open("#/create-account")
    await phone.sees("With this you say yes to Maya.")
    await ben.ask("POST", "/v1/invitations/accept", {"token": token}, 201)
    await phone.page.reload()
    await phone.sees("The invitation cannot be used any more.")
    await phone.open(f"#/invitation/{token}")
    await phone.sees_heading("This link cannot be used any more.")
    await phone.sees("Ask whoever sent it for a new one.")
    await phone.is_sound()
    assert await phone.page.get_by_label("What your people call you").count() == 0

    # Its maker sees that it is their own.
    own = await new_phone("Maya")
    await own.belongs_to(maya)
    await own.open(f"#/invitation/{await _invites(maya)}")
    await own.sees_heading("This is your own link.")
    await own.link("To my circle").click()
    await own.sees_heading("Circle")


async def test_joining_asks_one_question_a_page(new_phone: NewPhone, circle: NewCircle) -> None:
    (maya,) = await circle("Maya")
    token = await _invites(maya)
    ana = await new_phone("Ana", notifications=False, width=320)
    await ana.open(f"#/invitation/{token}")

    # Where no passkey is possible, the form stands in its place. A missing field is reported in the app's own words beside it, and
    # typed text stays.
    await ana.press_button("Create account and say yes")
    await ana.sees("Please fill this in.")
    await expect(ana.page.get_by_label("What your people call you")).to_be_focused()
    await ana.page.get_by_label("What your people call you").fill("Ana")
    await ana.page.get_by_label("Sign-in name").fill("ana maría")
    await ana.press_button("Create account and say yes")
    await ana.sees("Only the letters a to z without accents")
    await ana.sees("Please tick this to go on.")
    await ana.is_sound()
    await expect(ana.page.get_by_label("Sign-in name")).to_have_value("ana maría")
    await ana.fill_in_an_account(keep_codes=False)
    await ana.sees_heading("Ten keys for a bad day.")
    await _at_its_top(ana)
    await ana.press_button("I have written them down")

    # Notifications are a step of their own; declining to be woken asks for hours, and saves nothing before they are set.
    await ana.sees_heading("May this phone tell you?")
    await _at_its_top(ana)
    await expect(ana.button("Switch notifications on")).to_be_in_viewport()
    await expect(ana.page.get_by_role("navigation")).to_have_count(0)
    await ana.is_sound()
    await ana.press_button("Later")
    await ana.sees_heading("May Maya wake you?")
    await ana.page.get_by_text("Only in my hours").click()
    await expect(ana.page.get_by_label("From", exact=True)).to_have_value("07:00")
    await expect(ana.page.get_by_label("To", exact=True)).to_have_value("22:00")
    await ana.is_sound()
    me = await ana.asks("/v1/me")
    assert (me["hours"], me["wake_me"]) == (None, False)
    await ana.page.get_by_label("To", exact=True).fill("23:59")
    await ana.press_button("Go on")
    await _skips_the_words(ana)
    await ana.sees_heading("Say these two words to Maya.")
    await _at_its_top(ana)
    await expect(ana.button("Done")).to_be_in_viewport()
    me = await ana.asks("/v1/me")
    assert me["wake_me"] is False
    assert [(hours["from"], hours["to"]) for hours in me["hours"]] == [("07:00", "24:00")] * 7
    words = await ana.page.locator("p[lang=en]").inner_text()

    # Opened again: already in, and the two words are shown until the membership is confirmed.
    await ana.page.goto("about:blank")
    await ana.open(f"#/invitation/{token}")
    await ana.sees_heading("Say these two words to Maya.")
    assert await ana.page.locator("p[lang=en]").inner_text() == words
    [member] = (await maya.ask("GET", "/v1/circle"))["items"]
    await maya.ask("POST", f"/v1/circle/{member['id']}/confirm")
    await ana.page.reload()
    await ana.sees_heading("You are in the circle of Maya.")


async def test_a_short_passphrase_is_told_what_it_lacks_once(new_phone: NewPhone) -> None:
    phone = await new_phone("Ana", width=320)
    await phone.open("#/create-account")
    await phone.page.get_by_label("Passphrase").fill("short")
    await phone.press_button("Create account")
    await phone.sees("At least eight letters, please.")
    await expect(phone.text("Still too short. Add a word.")).to_have_count(1)
    await phone.is_sound()


async def test_a_phone_that_cannot_ring_is_not_promised_to(
    new_phone: NewPhone, circle: NewCircle, server: Server
) -> None:
    (maya,) = await circle("Maya")
    ana = await Person.sign_up(server, "Ana")
    token = await _invites(maya)
    joined = await ana.ask("POST", "/v1/invitations/accept", {"token": token}, 201)
    await maya.ask("POST", f"/v1/circle/{joined['id']}/confirm")
    phone = await new_phone("Ana", notifications=False, width=320)
    await phone.belongs_to(ana)
    await phone.open(f"#/invitation/{token}")
    await phone.sees_heading("You are in the circle of Maya.")
    await phone.sees("When Maya would like company, you see it when you open Porchlight.")
    await phone.is_sound()
    await phone.context.grant_permissions(["notifications"], origin=phone.url)
    await phone.page.reload()
    await phone.sees("When Maya would like company, your phone tells you.")


async def test_an_existing_account_accepts_in_one_step(new_phone: NewPhone, circle: NewCircle, server: Server) -> None:
    (maya,) = await circle("Maya")
    ana = await Person.sign_up(server, "Ana")
    token = await _invites(maya)
    phone = await new_phone("Ana")
    await phone.belongs_to(ana)
    await phone.open(f"#/invitation/{token}")
    await phone.press_button("Say yes")
    await phone.sees_heading("May Maya wake you?")
    await phone.page.get_by_text("Wake me any time").click()
    await phone.press_button("Go on")
    await phone.press_button("Skip the words")
    await phone.sees_heading("Say these two words to Maya.")
    assert (await ana.ask("GET", "/v1/me"))["wake_me"] is True
    await phone.press_button("Done")
    # Nobody is in her own circle: she has the Home of somebody who helps.
    await phone.sees_heading("People I'm there for")
    await expect(phone.button("I need someone myself")).to_be_visible()


async def test_home_opens_the_sheet_of_an_invitation_and_back_leads_home(
    new_phone: NewPhone, circle: NewCircle
) -> None:
    (maya,) = await circle("Maya")
    phone = await new_phone("Maya", width=320)
    await phone.belongs_to(maya)
    await phone.open()
    await phone.link("Invite someone").click()
    await phone.page.get_by_label("Who is it for?").fill("Ben")
    await phone.press_button("Show code and link")
    await expect(phone.page.get_by_role("img", name="Invitation code")).to_be_visible()
    await phone.is_sound()
    await phone.press_button("Close")
    await phone.sees("Has not said yes yet.")
    await expect(phone.page.get_by_role("dialog")).to_have_count(0)
    await phone.page.go_back()
    await phone.sees_heading("Waiting for Ben to say yes.")
    # Left without an invitation, too.
    await phone.open("#/bookends")
    await phone.link("Invite someone").click()
    await expect(phone.page.get_by_role("dialog")).to_be_visible()
    await phone.page.go_back()
    await phone.sees_heading("Something hard ahead?")


async def test_a_pending_invitation_has_a_name_and_can_be_shown_again(new_phone: NewPhone, circle: NewCircle) -> None:
    (maya,) = await circle("Maya")
    phone = await new_phone("Maya", width=320, service_workers="block")
    await phone.belongs_to(maya)
    await phone.open("#/circle")
    await phone.sees("Nobody is here yet.")
    await phone.press_button("Invite someone")
    await phone.page.get_by_label("Who is it for?").fill("Ben")
    await phone.press_button("Show code and link")
    code = phone.page.get_by_role("img", name="Invitation code")
    await expect(code).to_be_visible()
    first = await code.locator("path").get_attribute("d")
    await phone.page.wait_for_load_state("networkidle")
    await expect(phone.text("Without the app")).to_have_count(0)
    await phone.press_button("Close")
    await phone.no_longer_sees("Nobody is here yet.")
    await phone.sees("Has not said yes yet.")
    await phone.page.reload()
    await phone.button(re.compile("^Ben")).click()
    await phone.sees_heading("Waiting for Ben to say yes.")
    assert await code.locator("path").get_attribute("d") == first
    await phone.is_sound()
    await phone.press_button("Take it back")
    await phone.press_button("Yes, take it back")
    await phone.sees("Nobody is here yet.")
    assert (await maya.ask("GET", "/v1/invitations"))["items"] == []

    # An invitation that can no longer be shown says why, and a new one replaces it.
    await maya.ask("POST", "/v1/invitations", {"role": "friend", "label": "Dee"}, 201)

    [dee] = (await maya.ask("GET", "/v1/invitations"))["items"]

    async def unread(route: Route) -> None:
        reply = await route.fetch()
        page = await reply.json()
        items = [{**item, "url": None, "qr": None} if item["id"] == dee["id"] else item for item in page["items"]]
        await route.fulfill(response=reply, json={**page, "items": items})

    await phone.page.route(re.compile(r"/v1/invitations\?"), unread)
    await phone.page.reload()
    await phone.button(re.compile("^Dee")).click()
    await phone.sees("This link cannot be shown again")
    await phone.press_button("Make a new link instead")
    await expect(code).to_be_visible()
    [link] = (await maya.ask("GET", "/v1/invitations"))["items"]
    assert link["label"] == "Dee"
