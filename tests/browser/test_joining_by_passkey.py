"""Joining in a minute: one field, one finger, one allow; counted, and sound when something goes wrong in the middle."""

import re

import pytest
from playwright.async_api import Locator, Route, expect

from tests.browser.conftest import NewCircle, NewPhone
from tests.browser.phone import Phone
from tests.faults.people import Person

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.whole_browser, pytest.mark.timeout(120)]

YES = "Say yes with finger or face"
CALLED = "What your people call you"
MAX_TAPS, MAX_FIELDS = 5, 1


async def _invites(owner: Person, **more: str) -> str:
    invitation = await owner.ask("POST", "/v1/invitations", {"role": "friend", **more}, 201)
    return str(invitation["token"])


class Counted:
    """Counts what somebody does on a phone: taps, fields, and the pages that they see."""

    def __init__(self, phone: Phone) -> None:
        self.phone = phone
        self.taps = 0
        self.fields = 0
        self.pages: list[str] = []

    async def taps_on(self, what: Locator) -> None:
        await expect(what).to_be_in_viewport()
        self.taps += 1
        await what.tap()

    async def sees_page(self, heading: str) -> None:
        await self.phone.sees_heading(heading)
        self.pages.append(heading)

    async def types(self, label: str, text: str) -> None:
        self.fields += 1
        await self.taps_on(self.phone.page.get_by_label(label))
        await self.phone.page.keyboard.type(text)


async def test_a_helper_joins_with_five_taps_and_one_field(new_phone: NewPhone, circle: NewCircle) -> None:
    """From the tap on the link to being in the circle with notifications, on an Android phone."""
    (maya,) = await circle("Maya")
    token = await _invites(maya, greeting="You sat with me in May. It would mean a lot.")
    ben = await new_phone("Ben", notifications=False)
    await ben.gets_a_sensor()
    counted = Counted(ben)

    counted.taps += 1  # on the link
    await ben.open(f"#/invitation/{token}")
    await counted.sees_page("Maya would like you in their circle.")
    await ben.sees("You sat with me in May. It would mean a lot.")
    await ben.sees("As their friend.")
    await ben.sees("Porchlight lets a person tell a few people they trust")
    assert await ben.page.locator("input, textarea, select").count() == 1, "one question on the first view"
    assert await ben.page.locator("input[type=email]").count() == 0
    await expect(ben.button("Not now")).to_be_visible()
    await ben.is_sound()
    await counted.types(CALLED, "Ben")
    await counted.taps_on(ben.button(YES))  # and the finger on the sensor

    await counted.sees_page("May this phone tell you?")
    await ben.is_sound()
    counted.taps += 1  # the browser's own "Allow"
    await ben.context.grant_permissions(["notifications"], origin=ben.url)
    await counted.taps_on(ben.button("Switch notifications on"))
    await counted.sees_page("May Maya wake you?")

    [member] = (await maya.ask("GET", "/v1/circle"))["items"]
    assert (member["person"]["display_name"], member["state"]) == ("Ben", "accepted")
    assert len((await ben.asks("/v1/devices"))["items"]) == 1
    assert counted.taps <= MAX_TAPS, counted.pages
    assert counted.fields <= MAX_FIELDS
    assert len(counted.pages) == 3, "the invitation, notifications, and the first of the questions that can be skipped"

    # What follows can be skipped, one by one.
    await ben.press_button("Later")
    await ben.sees_heading("Your words for Maya")
    await ben.press_button("Skip the words")
    await ben.sees_heading("Say these two words to Maya.")
    assert (await ben.page.locator("p[lang=en]").inner_text()).split() == member["words"]
    await maya.ask("POST", f"/v1/circle/{member['id']}/confirm")
    await ben.press_button("Done")
    await ben.sees("One finger opens your account")
    me = await ben.asks("/v1/me")
    assert me["ways_in"] == {"passphrase": False, "passkeys": 1, "recovery_codes": 0}
    assert me["language"] == "en"
    [passkey] = (await ben.asks("/v1/passkeys"))["items"]
    assert passkey["label"]


@pytest.mark.parametrize(("width", "theme"), [(320, "light"), (412, "dark")])
async def test_the_field_and_the_button_are_seen_without_scrolling(
    new_phone: NewPhone, circle: NewCircle, width: int, theme: str
) -> None:
    (maya,) = await circle("Maya")
    token = await _invites(maya)
    ben = await new_phone("Ben", width=width, theme=theme)
    await ben.gets_a_sensor()
    await ben.open(f"#/invitation/{token}")
    await expect(ben.page.get_by_label(CALLED)).to_be_in_viewport(ratio=1)
    await expect(ben.button(YES)).to_be_in_viewport(ratio=1)
    await ben.is_sound()


async def test_the_passphrase_form_stays_below_and_keeps_what_was_typed(new_phone: NewPhone, circle: NewCircle) -> None:
    (maya,) = await circle("Maya")
    ben = await new_phone("Ben", width=320)
    await ben.gets_a_sensor()
    await ben.open(f"#/invitation/{await _invites(maya)}")
    await ben.page.get_by_label(CALLED).fill("Ben")
    await ben.press_button("Or choose a passphrase")
    await expect(ben.page.get_by_label(CALLED)).to_have_value("Ben")
    await ben.is_sound()
    await ben.press_button("Or use finger or face")
    await expect(ben.page.get_by_label(CALLED)).to_have_value("Ben")
    await ben.press_button("Or choose a passphrase")
    await ben.fill_in_an_account()
    await ben.sees_heading("May Maya wake you?")
    assert (await ben.asks("/v1/me"))["ways_in"] == {"passphrase": True, "passkeys": 0, "recovery_codes": 10}


async def test_a_cancelled_dialog_makes_nothing(new_phone: NewPhone, circle: NewCircle) -> None:
    (maya,) = await circle("Maya")
    ben = await new_phone("Ben")
    devtools, sensor = await ben.gets_a_sensor()
    await ben.open(f"#/invitation/{await _invites(maya)}")
    await ben.press_button(YES)
    await ben.sees("Please fill this in.")
    await ben.page.get_by_label(CALLED).fill("Ben")
    verified = {"authenticatorId": sensor, "isUserVerified": False}
    await devtools.send("WebAuthn.setUserVerified", verified)
    await ben.press_button(YES)
    await ben.sees("That was not finished, and nothing was made.")
    await expect(ben.page.get_by_label(CALLED)).to_have_value("Ben")
    await ben.is_sound()
    assert (await maya.ask("GET", "/v1/circle"))["items"] == []
    await devtools.send("WebAuthn.setUserVerified", verified | {"isUserVerified": True})
    await ben.press_button(YES)
    await ben.sees_heading("May Maya wake you?")


@pytest.mark.parametrize("arrives", [True, False], ids=["the reply is lost", "the request is lost"])
@pytest.mark.parametrize("reloads", [True, False], ids=["reloaded", "open"])
async def test_a_connection_lost_after_the_finger_leaves_one_account(
    new_phone: NewPhone, circle: NewCircle, arrives: bool, reloads: bool
) -> None:
    ben = await new_phone("Ben")
    devtools, sensor = await ben.gets_a_sensor()
    await ben.open("#/create-account")
    lost = 0

    async def lose(route: Route) -> None:
        nonlocal lost
        lost += 1
        if arrives:
            await route.fetch()
        await route.abort()

    path = re.compile(r"/v1/people/passkey$")
    await ben.page.route(path, lose)
    await ben.page.get_by_label(CALLED).fill("Ben")
    await ben.press_button("Begin with finger or face")
    await ben.sees("Nothing is lost. Press again")
    assert lost == 1
    await ben.page.unroute(path)
    if reloads:
        # The reply that was lost to the page may have set its cookie all the same.
        await ben.context.clear_cookies()
        await ben.page.reload()
        await ben.page.get_by_label(CALLED).fill("Ben")
    await ben.press_button("Begin with finger or face")
    await expect(ben.button("Reach out now")).to_be_visible()
    kept = await devtools.send("WebAuthn.getCredentials", {"authenticatorId": sensor})
    assert len(kept["credentials"]) == 1, "one finger, one passkey, one account"
    assert len((await ben.asks("/v1/sessions"))["items"]) == 1


async def test_a_second_press_changes_nothing(new_phone: NewPhone, circle: NewCircle) -> None:
    (maya,) = await circle("Maya")
    ben = await new_phone("Ben")
    await ben.gets_a_sensor()
    await ben.open(f"#/invitation/{await _invites(maya)}")
    await ben.page.get_by_label(CALLED).fill("Ben")
    await ben.button(YES).dblclick()
    await ben.sees_heading("May Maya wake you?")
    assert len((await maya.ask("GET", "/v1/circle"))["items"]) == 1
    assert len((await ben.asks("/v1/sessions"))["items"]) == 1


async def test_a_link_used_meanwhile_wastes_no_finger(new_phone: NewPhone, circle: NewCircle) -> None:
    (maya,) = await circle("Maya")
    invitation = await maya.ask("POST", "/v1/invitations", {"role": "friend"}, 201)
    ben = await new_phone("Ben")
    devtools, sensor = await ben.gets_a_sensor()
    await ben.open(f"#/invitation/{invitation['token']}")

    async def withdraw(route: Route) -> None:
        await maya.ask("DELETE", f"/v1/invitations/{invitation['id']}")
        await route.continue_()

    path = re.compile(r"/v1/people/passkey$")
    await ben.page.route(path, withdraw)
    await ben.page.get_by_label(CALLED).fill("Ben")
    await ben.press_button(YES)
    await ben.sees("The invitation cannot be used any more.")
    await ben.page.unroute(path)
    await ben.press_button(YES)
    await expect(ben.button("Reach out now")).to_be_visible()
    kept = await devtools.send("WebAuthn.getCredentials", {"authenticatorId": sensor})
    assert len(kept["credentials"]) == 1


async def test_an_iphone_is_shown_the_home_screen_and_what_to_do_without_it(
    new_phone: NewPhone, circle: NewCircle
) -> None:
    (maya,) = await circle("Maya")
    agent = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_4 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.4 Mobile/15E148 Safari/604.1"
    ben = await new_phone("Ben", width=320, notifications=False, user_agent=agent)
    await ben.page.add_init_script("delete self.PushManager; delete self.Notification")
    await ben.gets_a_sensor()
    await ben.open(f"#/invitation/{await _invites(maya)}")
    await ben.page.get_by_label(CALLED).fill("Ben")
    await ben.press_button(YES)
    await ben.sees_heading("May this phone tell you?")
    await ben.sees("An iPhone lets an app tell you something only from its Home Screen.")
    await ben.sees("Tap Add to Home Screen.")
    await ben.is_sound()
    await ben.press_button("Leave my number instead")
    await ben.sees_heading("A number for Maya?")
    await ben.is_sound()
    await ben.page.get_by_label("Phone number").fill("+44 20 7946 0018")
    await ben.press_button("Share my number")
    await ben.sees_heading("May Maya wake you?")
    assert (await ben.asks("/v1/me"))["contact"] == "+442079460018"


async def test_browsers_that_do_not_answer_show_the_passphrase_form(new_phone: NewPhone) -> None:
    ben = await new_phone("Ben")
    await ben.page.add_init_script(
        "PublicKeyCredential.isUserVerifyingPlatformAuthenticatorAvailable = () => new Promise(() => undefined)"
    )
    await ben.gets_a_sensor()
    await ben.open("#/create-account")
    await expect(ben.page.get_by_label("Sign-in name")).to_be_visible()
