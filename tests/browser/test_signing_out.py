"""Signing out: offline, from another device, and by deleting the account."""

import re
import secrets

import pytest
from playwright.async_api import expect

from tests.browser.conftest import NewCircle, NewPhone
from tests.browser.locked import has_it_alone
from tests.faults.people import PASSPHRASE

pytestmark = pytest.mark.asyncio(loop_scope="session")

LATER = "The server learns of it as soon as there is a connection."


@pytest.mark.parametrize("connected", [True, False])
async def test_signing_out_in_one_tab_signs_the_others_out(
    new_phone: NewPhone, circle: NewCircle, *, connected: bool
) -> None:
    noor, _ = await circle("Noor", "Ben")
    phone = await new_phone("Noor")
    await phone.belongs_to(noor)
    await phone.open()
    await phone.sees("1 person can be reached now.")
    await phone.controlled()
    other = await phone.context.new_page()
    await other.goto(f"{phone.url}/#/circle")
    await expect(other.get_by_text("Ben").first).to_be_visible()
    await phone.go("Settings")
    await phone.button("Sign out").scroll_into_view_if_needed()
    await phone.context.set_offline(not connected)
    await phone.press_button("Sign out")
    await expect(phone.link("Create account")).to_be_visible()
    await expect(other.get_by_role("link", name="Create account")).to_be_visible()
    assert "Ben" not in await other.content()
    if not connected:
        await phone.context.set_offline(False)
        await phone.no_longer_sees(LATER, within=20)
    await other.reload()
    await expect(other.get_by_role("link", name="Create account")).to_be_visible()


async def test_a_sign_out_without_a_connection_is_kept_and_sent(new_phone: NewPhone, circle: NewCircle) -> None:
    noor, _ = await circle("Noor", "Ben")
    before = len((await noor.ask("GET", "/v1/sessions"))["items"])
    phone = await new_phone("Noor")
    await phone.belongs_to(noor)
    await phone.open()
    await phone.sees("1 person can be reached now.")
    await phone.controlled()
    await phone.go("Settings")
    await phone.button("Sign out").scroll_into_view_if_needed()
    await phone.context.set_offline(True)
    await phone.press_button("Sign out")
    await phone.sees(LATER)

    # It stays signed out, offline and (for a moment) online.
    await phone.page.reload()
    await phone.sees(LATER)
    await expect(phone.button("Reach out now")).to_have_count(0)
    await phone.context.set_offline(False)
    await phone.no_longer_sees(LATER, within=20)
    assert len((await noor.ask("GET", "/v1/sessions"))["items"]) == before
    await phone.page.reload()
    await expect(phone.link("Create account")).to_be_visible()

    # A new sign-in stays signed in.
    await phone.open("#/sign-in")
    await phone.page.get_by_label("Sign-in name").fill(noor.sign_in_name)
    await phone.page.get_by_label("Passphrase", exact=True).fill(PASSPHRASE)
    await phone.press_button("Sign in")
    await has_it_alone(phone)
    await phone.sees("1 person can be reached now.")
    await phone.page.reload()
    await phone.sees("1 person can be reached now.")


async def test_a_session_ended_from_elsewhere_leaves_no_names_on_the_phone(
    new_phone: NewPhone, circle: NewCircle
) -> None:
    noor, _ = await circle("Noor", "Ben")
    phone = await new_phone("Noor")
    await phone.belongs_to(noor)
    await phone.open()
    await phone.sees("1 person can be reached now.")
    await noor.ask("DELETE", "/v1/sessions/others", None, 204)
    await phone.page.reload()
    await expect(phone.button("Sign in")).to_be_visible()
    # The erasing is begun before the screen changes, and does not keep it waiting.
    await phone.page.wait_for_function(
        """async () => {
          const database = await new Promise((done) => { const asked = indexedDB.open('porchlight'); asked.onsuccess = () => done(asked.result); });
          const keys = await new Promise((done) => { const asked = database.transaction('kept').objectStore('kept').getAllKeys(); asked.onsuccess = () => done(asked.result); });
          database.close();
          return !keys.includes('vault') && !keys.includes('key');
        }"""
    )


async def test_a_deleted_account_is_reported_as_deleted(new_phone: NewPhone) -> None:
    phone = await new_phone("Zoe")
    await phone.open()
    await phone.sign_up()
    await phone.open("#/settings/delete")
    await phone.page.get_by_label("Your passphrase, so we know it is you").fill(PASSPHRASE)
    await phone.press_button("Delete everything")
    await phone.sees("Your account is deleted, on this phone and on the server.")
    await phone.page.reload()
    await expect(phone.link("Create account")).to_be_visible()


async def test_a_delayed_sign_out_does_not_end_the_next_session(new_phone: NewPhone, circle: NewCircle) -> None:
    noor, _ = await circle("Noor", "Ben")
    phone = await new_phone("Noor", service_workers="block")
    await phone.belongs_to(noor)
    await phone.open()
    await phone.sees("1 person can be reached now.")
    await phone.go("Settings")
    # Only the sign-outs are lost in the network: the worst case.
    await phone.page.route(re.compile("/v1/sessions/current$"), lambda route: route.abort())
    await phone.press_button("Sign out")
    await phone.sees(LATER)
    await phone.link("Create account").first.click()
    await phone.page.get_by_label("What your people call you").fill("Noor")
    await phone.page.get_by_label("Sign-in name").fill(f"noor.{secrets.token_hex(4)}")
    await phone.page.get_by_label("Passphrase").fill(PASSPHRASE)
    await phone.page.get_by_label("I am 18 or older").check()
    await phone.press_button("Create account")
    await expect(phone.button("I have written them down")).to_be_visible()

    # The network is back, and the kept sign-out would now end the new session.
    sent: list[str] = []
    phone.page.on("request", lambda request: sent.append(request.url) if request.method == "DELETE" else None)
    await phone.page.unroute_all()
    await phone.page.evaluate("dispatchEvent(new Event('online'))")
    await phone.press_button("I have written them down")
    await phone.sees("Your circle is still empty.")
    await phone.page.reload()
    await phone.sees("Your circle is still empty.")
    assert sent == []


LEFT = """async () => {
  const database = await new Promise((done) => { const asked = indexedDB.open('porchlight'); asked.onsuccess = () => done(asked.result); });
  const keys = await new Promise((done) => { const asked = database.transaction('kept').objectStore('kept').getAllKeys(); asked.onsuccess = () => done(asked.result); });
  database.close();
  return { database: keys, local: Object.keys(localStorage), tab: Object.keys(sessionStorage) };
}"""


async def test_nothing_private_stays_after_a_sign_out(new_phone: NewPhone, circle: NewCircle) -> None:
    noor, ben = await circle("Noor", "Ben")
    phone = await new_phone("Noor")
    await phone.belongs_to(noor)
    await phone.open("#/settings/plan/edit")
    await phone.sees_heading("One step at a time.")
    # Half a plan, half a sentence to Ben, a half of the circle, a declined offer, a word from the page about connection.
    await phone.page.get_by_role("textbox").first.fill("Cold hands")
    await phone.open("#/circle/connection")
    await phone.press_button("Thinking of you, Ben")
    await phone.sees_heading("You were in touch with 1 person.")
    await phone.open(f"#/people/{ben.id}")
    await phone.page.get_by_label("Write to Ben").fill("Half a sent")
    await phone.open("#/circle")
    await phone.page.get_by_role("radio", name="I'm there for").check()
    await phone.open("#/check-ins/new")
    await phone.page.get_by_label("Very low").check()
    await phone.press_button("Keep this")
    await phone.link("Not now").click()
    kept = await phone.page.evaluate(LEFT)
    assert {"circle-half", "offer-declined", "connection-word-at"} <= set(kept["local"])
    assert {"vault", "key", "threads"} <= set(kept["database"])
    await phone.go("Settings")
    await phone.press_button("Sign out")
    await expect(phone.link("Create account").first).to_be_visible()
    # The subscription ends beside the rest.
    await phone.page.wait_for_function(
        f"async () => {{ const left = await ({LEFT})(); return left.database.join() === 'language' && !left.tab.length; }}"
    )
    assert await phone.page.evaluate(LEFT) == {"database": ["language"], "local": ["look"], "tab": []}

    # Nor in the memory of the page: it was not loaded again, and the same person signs in.
    await phone.link("Sign in").first.click()
    await phone.page.get_by_label("Sign-in name").fill(noor.sign_in_name)
    await phone.page.get_by_label("Passphrase", exact=True).fill(PASSPHRASE)
    await phone.press_button("Sign in")
    await has_it_alone(phone)
    await phone.sees("1 person can be reached now.")
    await phone.page.evaluate("id => { location.hash = `#/people/${id}`; }", ben.id)
    await expect(phone.page.get_by_label("Write to Ben")).to_have_value("")
    await phone.page.evaluate("() => { location.hash = '#/settings/plan/edit'; }")
    await phone.sees_heading("One step at a time.")
    await expect(phone.page.get_by_role("textbox").first).to_have_value("")
