"""A press without a network: kept, reported as not sent, and sent once, whatever happens to the page in between."""

import re

import pytest
from playwright.async_api import expect

from tests.browser.conftest import NewCircle, NewPhone

pytestmark = pytest.mark.asyncio(loop_scope="session")

TOLD = re.compile("told|phone|saved|reached")


async def test_an_offline_press_survives_a_reload_and_is_sent(new_phone: NewPhone, circle: NewCircle) -> None:
    noor, ben = await circle("Noor", "Ben")
    await ben.ask("PATCH", "/v1/me", {"contact": "+44 20 7946 0000"})
    phone = await new_phone("Noor")
    await phone.belongs_to(noor)
    await phone.open()
    await phone.sees("1 person can be reached now.")
    await phone.controlled()

    await phone.context.set_offline(True)
    await phone.press_button("Reach out now")
    await phone.sees_heading("Not sent yet")
    await expect(phone.link("Call Ben")).to_have_attribute("href", "tel:+442079460000")
    await expect(phone.link("Text Ben")).to_be_visible()

    # The app opens offline and still says the same: nothing is lost, and nothing is claimed.
    await phone.page.reload()
    await phone.sees_heading("Not sent yet")
    await expect(phone.link("Call Ben")).to_be_visible()
    assert await ben.inbox() == []

    await phone.context.set_offline(False)
    await phone.sees_heading(TOLD, within=20)
    assert len(await ben.inbox()) == 1
    assert len((await noor.ask("GET", "/v1/reach-outs?mine=true"))["items"]) == 1


async def test_a_cancelled_offline_press_is_never_sent(new_phone: NewPhone, circle: NewCircle) -> None:
    noor, ben = await circle("Noor", "Ben")
    phone = await new_phone("Noor")
    await phone.belongs_to(noor)
    await phone.open()
    await phone.sees("1 person can be reached now.")
    await phone.context.set_offline(True)
    await phone.press_button("Reach out now")
    await phone.sees_heading("Not sent yet")
    await phone.press_button("Take it back")
    await phone.context.set_offline(False)
    await expect(phone.button("Reach out now")).to_be_visible()
    await phone.page.wait_for_timeout(6_000)
    assert await ben.inbox() == []


async def test_an_expired_session_keeps_the_press(new_phone: NewPhone, circle: NewCircle) -> None:
    noor, ben = await circle("Noor", "Ben")
    phone = await new_phone("Noor")
    await phone.belongs_to(noor)
    await phone.open()
    await phone.sees("1 person can be reached now.")
    await phone.context.set_offline(True)
    await phone.press_button("Reach out now")
    await phone.sees_heading("Not sent yet")
    await noor.ask("DELETE", "/v1/sessions/others")
    await phone.context.set_offline(False)
    await phone.link("Sign in").click()
    await phone.page.get_by_label("Sign-in name").fill(noor.sign_in_name)
    await phone.page.get_by_label("Passphrase").fill("a lantern by the window")
    await phone.press_button("Sign in")
    await phone.sees_heading(TOLD, within=20)
    assert len(await ben.inbox()) == 1


async def test_signing_out_leaves_nothing_on_the_phone(new_phone: NewPhone, circle: NewCircle) -> None:
    noor, _ = await circle("Noor", "Ben")
    phone = await new_phone("Noor")
    await phone.belongs_to(noor)
    await phone.open()
    await phone.sees("1 person can be reached now.")
    await phone.go("Settings")
    await phone.press_button("Sign out")
    await expect(phone.link("Create account")).to_be_visible()
    kept = await phone.page.evaluate(
        """async () => {
          const database = await new Promise((done) => { const asked = indexedDB.open('porchlight'); asked.onsuccess = () => done(asked.result); });
          return new Promise((done) => { const asked = database.transaction('kept').objectStore('kept').getAllKeys(); asked.onsuccess = () => done(asked.result); });
        }"""
    )
    assert set(kept) <= {"language"}
    assert "Ben" not in str(await phone.page.evaluate("JSON.stringify([localStorage, sessionStorage])"))


async def test_tapping_a_name_offline_says_so(new_phone: NewPhone, circle: NewCircle) -> None:
    noor, ben = await circle("Noor", "Ben")
    phone = await new_phone("Ben")
    await phone.belongs_to(ben)
    await phone.open()
    await phone.controlled()
    await noor.press("Rough evening.")
    await phone.sees("Noor would like company")
    await phone.context.set_offline(True)
    await phone.page.get_by_role("link", name="Noor would like company").click()
    await phone.sees("There is no connection right now.")
    await phone.context.set_offline(False)
    await phone.sees("Rough evening.", within=20)
    await expect(phone.button("Calling now")).to_be_visible()


async def test_the_waiting_screen_says_it_may_be_stale_offline(new_phone: NewPhone, circle: NewCircle) -> None:
    noor, _ = await circle("Noor", "Ben")
    phone = await new_phone("Noor")
    await phone.belongs_to(noor)
    await noor.press()
    await phone.open()
    await phone.controlled()
    await phone.sees_heading(TOLD)
    away = "No connection right now, so this may be old."
    await phone.no_longer_sees(away)
    await phone.context.set_offline(True)
    await phone.sees(away)
    await phone.context.set_offline(False)
    await phone.no_longer_sees(away, within=20)


async def test_signed_in_with_nothing_kept_an_offline_start_finds_its_way_back(
    new_phone: NewPhone, circle: NewCircle
) -> None:
    noor, _ = await circle("Noor", "Ben")
    phone = await new_phone("Noor")
    await phone.open()
    await phone.controlled()
    # Signed in, and the app was closed before it had kept anything.
    await phone.belongs_to(noor)
    await phone.context.set_offline(True)
    await phone.page.reload()
    await phone.sees("There is no connection right now.")
    await phone.context.set_offline(False)
    await phone.sees("1 person can be reached now.", within=20)
    assert await phone.text("There is no connection right now.").count() == 0


async def test_my_reach_out_is_refreshed_after_an_offline_start(new_phone: NewPhone, circle: NewCircle) -> None:
    noor, _ = await circle("Noor", "Ben")
    await noor.ask("PATCH", "/v1/me", {"contact": "+44 20 7946 0000"})
    phone = await new_phone("Noor")
    await phone.belongs_to(noor)
    await phone.open()
    await phone.sees("1 person can be reached now.")
    await phone.controlled()
    await phone.context.set_offline(True)
    await phone.page.reload()
    await phone.sees("No connection right now.")
    await phone.context.set_offline(False)
    await phone.sees("1 person can be reached now.", within=20)
    await phone.go("Settings")
    await phone.sees("+44 207 946 0000")
