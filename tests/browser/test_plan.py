"""A plan for a hard hour: made without a network, there when it is needed, and how to help for whoever has answered."""

import asyncio

import pytest
from playwright.async_api import Route, expect

from tests.browser.conftest import NewCircle, NewPhone
from tests.browser.phone import Phone
from tests.faults.people import Person

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.timeout(120)]

HELP = "Ask what I had for lunch."
WORDS = "step outside and call."


async def _opens_step(phone: Phone, name: str) -> None:
    await phone.page.locator("summary").filter(has_text=name).click()


async def _signed_in(new_phone: NewPhone, person: Person, where: str = "", **more: object) -> Phone:
    phone = await new_phone(person.name, **more)
    await phone.belongs_to(person)
    await phone.open(where)
    return phone


async def _writes_a_plan(phone: Phone) -> None:
    await phone.open("#/settings/plan/edit")
    await phone.sees_heading("One step at a time.")
    await _opens_step(phone, "What I can do alone")
    await expect(phone.page.locator("details[open]")).to_have_count(1)
    await phone.page.get_by_label("take a shower", exact=True).check()
    # Typed and not added: whoever presses the button means it.
    await phone.page.locator("details[open]").get_by_label("In my own words").fill("Ring the blue bell")
    await _opens_step(phone, "Who I can call")
    await phone.page.get_by_label("Ben", exact=True).check()
    await phone.page.get_by_label("What I stay for").fill("Lena\nSunday")
    await phone.page.get_by_label("How to help me").fill(HELP)
    await phone.press_button("Keep this")


async def test_a_plan_made_offline_is_read_offline_and_sent_once(new_phone: NewPhone, circle: NewCircle) -> None:
    noor, _ = await circle("Noor", "Ben")
    phone = await _signed_in(new_phone, noor)
    await phone.sees("1 person can be reached now.")
    await phone.controlled()
    sent: list[str] = []
    phone.page.on("request", lambda request: sent.append(request.method) if "/v1/me/plan" in request.url else None)
    await phone.open("#/settings/plan")
    await phone.sees_heading("A plan for a hard hour.")
    await phone.context.set_offline(True)
    await _writes_a_plan(phone)
    await phone.sees("Not sent yet. It is kept on this phone and goes out when there is a network.")
    await phone.sees("Ring the blue bell")
    await phone.page.reload()
    await phone.sees("Ring the blue bell")
    await phone.is_sound()

    await phone.open("#/")
    await phone.press_button("Reach out now")
    await phone.sees_heading("Not sent yet")
    await expect(phone.page.locator("details.fold[open]")).to_contain_text("Ring the blue bell")
    await expect(phone.page.locator("details.fold[open]")).to_contain_text("Lena")
    await phone.press_button("Take it back")

    sent.clear()
    await phone.context.set_offline(False)
    await phone.open("#/settings/plan")
    await phone.sees("Ring the blue bell")
    await phone.no_longer_sees(
        "Not sent yet. It is kept on this phone and goes out when there is a network.", within=25
    )
    kept = await noor.ask("GET", "/v1/me/plan")
    assert (kept["alone"], kept["reasons"], kept["help_me"]) == (
        ["take a shower", "Ring the blue bell"],
        ["Lena", "Sunday"],
        HELP,
    )
    assert kept["people"] == [(await noor.ask("GET", "/v1/circle"))["items"][0]["id"]]
    assert sent.count("PUT") == 1


async def test_the_plan_is_folded_in_while_waiting_and_how_to_help_opens_after_an_answer(
    new_phone: NewPhone, circle: NewCircle
) -> None:
    noor, ben = await circle("Noor", "Ben")
    [member] = (await noor.ask("GET", "/v1/circle"))["items"]
    plan = {"alone": ["Ring the blue bell"], "help_me": HELP, "people": [member["id"]]}
    await noor.ask("PUT", "/v1/me/plan", plan)
    await ben.ask("PATCH", f"/v1/supporting/{member['id']}", {"standing_words": WORDS})
    phone = await _signed_in(new_phone, noor)
    await phone.sees(f"“When you press, I {WORDS}”")
    await phone.press_button("Reach out now")
    summary = phone.page.locator("summary", has_text="My plan for a hard hour")
    await expect(summary).to_be_visible(timeout=20_000)
    await expect(phone.text("Ring the blue bell")).to_be_hidden()
    await phone.sees(f"“When you press, I {WORDS}”")
    await summary.click()
    await phone.sees("Ring the blue bell")
    await phone.is_sound()

    helper = await _signed_in(new_phone, ben)
    [reach_out] = (await ben.ask("GET", "/v1/reach-outs"))["items"]
    await helper.open(f"#/reach-outs/{reach_out['id']}")
    await helper.sees("Write to me")
    await expect(helper.text(HELP)).to_have_count(0)
    await helper.press_button("I can't, pass it on")
    await helper.sees("Change my answer")
    await expect(helper.text(HELP)).to_have_count(0)
    await helper.press_button("Change my answer")
    await helper.press_button("Write to me")
    await helper.sees("How to help, in Noor’s words")
    await helper.sees(HELP)
    await helper.sees("What always helps")
    await helper.is_sound()


async def test_without_a_plan_nothing_speaks_of_one(new_phone: NewPhone, circle: NewCircle) -> None:
    noor, _ = await circle("Noor", "Ben")
    phone = await _signed_in(new_phone, noor)
    await phone.press_button("Reach out now")
    await phone.sees("I pressed by mistake", within=20)
    await phone.page.wait_for_timeout(1500)
    await expect(phone.page.locator("details")).to_have_count(0)


async def test_a_number_that_cannot_be_used_is_said_and_everything_typed_stays(
    new_phone: NewPhone, circle: NewCircle
) -> None:
    (noor,) = await circle("Noor")
    phone = await _signed_in(new_phone, noor, "#/settings/plan/edit", width=320)
    await phone.sees_heading("One step at a time.")
    await _opens_step(phone, "Trained people I can call")
    await phone.page.get_by_label("Name", exact=True).fill("Farah")
    await phone.page.get_by_label("Phone number", exact=True).fill("12")
    await phone.page.get_by_label("How to help me").fill(HELP)
    await phone.press_button("Keep this")
    await phone.sees("The number of Farah cannot be used.")
    await phone.page.reload()
    await phone.sees("Farah, 12")
    await expect(phone.page.get_by_label("How to help me")).to_have_value(HELP)
    await phone.press_button("Remove: Farah, 12")
    await phone.page.get_by_label("Name", exact=True).fill("Farah")
    await phone.page.get_by_label("Phone number", exact=True).fill("+44 20 7946 0000")
    await phone.press_button("Keep this")
    await expect(phone.link("Call Farah")).to_have_attribute("href", "tel:+442079460000")
    assert (await noor.ask("GET", "/v1/me/plan"))["professionals"] == [{"name": "Farah", "phone": "+442079460000"}]
    await phone.is_sound()


async def test_signing_out_leaves_no_plan_on_the_phone(new_phone: NewPhone, circle: NewCircle) -> None:
    (noor,) = await circle("Noor")
    await noor.ask("PUT", "/v1/me/plan", {"alone": ["Ring the blue bell"]})
    phone = await _signed_in(new_phone, noor, "#/settings/plan")
    await phone.sees("Ring the blue bell")
    await phone.go("Settings")
    await phone.press_button("Sign out")
    await phone.sees("Create account")
    kept = await phone.page.evaluate(
        """() => new Promise(resolve => {
          indexedDB.open('porchlight').onsuccess = ({ target }) => {
            target.result.transaction('kept').objectStore('kept').getAllKeys().onsuccess = e => resolve(e.target.result);
          };
        })"""
    )
    assert "plan" not in kept
    assert "key" not in kept


async def test_standing_words_are_asked_at_joining_and_changed_later(new_phone: NewPhone, circle: NewCircle) -> None:
    (noor,) = await circle("Noor")
    (eli,) = await circle("Eli")
    await eli.ask("PATCH", "/v1/me", {"wake_me": True})
    invitation = await noor.ask("POST", "/v1/invitations", {"role": "friend"}, 201)
    phone = await _signed_in(new_phone, eli, f"#/invitation/{invitation['token']}")
    await phone.press_button("Say yes")
    later = phone.button("Later")
    await expect(later.or_(phone.text("Your words for Noor")).first).to_be_visible()
    if await later.count():
        await later.click()
    await phone.sees_heading("Your words for Noor")
    await phone.page.get_by_label("come over", exact=True).check()
    await expect(phone.page.get_by_label("When you press, I")).to_have_value("come over")
    await phone.press_button("Go on")
    await phone.sees("sees the same two words")
    [member] = (await noor.ask("GET", "/v1/circle"))["items"]
    assert member["standing_words"] is None
    await noor.ask("POST", f"/v1/circle/{member['id']}/confirm")
    assert (await noor.ask("GET", "/v1/circle"))["items"][0]["standing_words"] == "come over"
    await phone.open(f"#/people/{noor.id}")
    await phone.press_button("More about Noor")
    await phone.page.get_by_label("When you press, I").fill(WORDS)
    await phone.press_button("Keep these words")
    for _ in range(50):
        if (await noor.ask("GET", "/v1/circle"))["items"][0]["standing_words"] == WORDS:
            break
        await phone.page.wait_for_timeout(100)
    assert (await noor.ask("GET", "/v1/circle"))["items"][0]["standing_words"] == WORDS
    await phone.is_sound()


async def test_what_is_typed_while_a_plan_is_on_its_way_is_kept_too(new_phone: NewPhone, circle: NewCircle) -> None:
    maya, _ = await circle("Maya", "Ben")
    phone = await _signed_in(new_phone, maya, "#/settings/plan/edit")
    slow = asyncio.Event()

    async def hold(route: Route) -> None:
        if route.request.method == "PUT":
            await slow.wait()
        await route.continue_()

    await phone.page.route("**/v1/me/plan", hold)
    await phone.page.locator("#reasons").fill("My son")
    async with phone.page.expect_request(lambda request: request.method == "PUT"):
        await phone.press_button("Keep this")
    await phone.page.locator("#help-me").fill(HELP)
    slow.set()
    await phone.sees("Kept on this phone")
    plan = await maya.ask("GET", "/v1/me/plan")
    assert (plan["reasons"], plan["help_me"]) == (["My son"], HELP)
