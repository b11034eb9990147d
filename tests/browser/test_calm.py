"""A calm ask on two phones: asked, answered, nobody free, raised; never an alarm, and never in the way of one."""

import re
from datetime import datetime, timedelta

import pytest
from playwright.async_api import Route, expect

from tests.browser.calm import LATER, PRESS, asked, of
from tests.browser.conftest import NewCircle, NewPhone
from tests.browser.eventually import eventually
from tests.faults.installation import Installation
from tests.faults.people import are_free

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.timeout(180)]


@pytest.mark.whole_browser
async def test_somebody_is_asked_and_can_talk_later(new_phone: NewPhone, circle: NewCircle) -> None:
    maya, ben = await circle("Maya", "Ben")
    await are_free(ben)
    his, hers = await of(new_phone, ben), await of(new_phone, maya)
    await his.switches_notifications_on()

    # The way there is quiet, and says who is asked before it asks.
    await hers.link(re.compile("^Could somebody talk")).click()
    await hers.sees_heading("Could somebody talk?")
    await hers.sees("Free now")
    await hers.page.get_by_label("A word, if you like").fill("I would like to hear a voice.")
    await hers.press_button("Ask Ben")
    await hers.sees_heading("Ben is asked.")
    await hers.sees(re.compile(r"Nobody is woken\. It stays open until \d{1,2}:\d\d"))
    await hers.is_sound()

    # A quiet push, without the buttons of an alarm.
    await his.pushed("calm")
    shown = await his.shows_notification()
    assert (shown["requireInteraction"], shown["actions"]) == (False, [])
    await his.go("Inbox")
    await his.no_longer_sees("Needs you now")
    await his.link(re.compile("^Maya would be glad to talk")).click()
    await his.sees("Nothing is urgent.")
    await his.sees("I would like to hear a voice.")
    await his.is_sound()
    await his.press_button(LATER)
    said = await his.page.get_by_text("Maya knows that you can talk at").inner_text()
    at = said.removesuffix(".").rpartition(" ")[2]

    await hers.sees_heading(f"Ben can talk at {at}.")
    await hers.press_button(f"{at} is good")
    await hers.sees(f"Ben knows that {at} is good.")
    await his.sees(f"Ben, {at} is good. Thank you.")
    # Home says so as well, and the button stands where it always is.
    await hers.go("Home")
    await expect(hers.button("Reach out now")).to_be_in_viewport()
    await hers.link(re.compile(f"^Ben can talk at {at}")).click()
    await hers.press_button("We have talked")
    await expect(hers.button("Reach out now")).to_be_visible()
    await his.sees_heading("This has come to its end.")
    await his.sees("Thank you for being there.")


async def test_another_time_is_typed_and_one_that_cannot_be_stays(new_phone: NewPhone, circle: NewCircle) -> None:
    maya, ben = await circle("Maya", "Ben")
    his = await of(new_phone, ben, f"#/reach-outs/{await asked(maya, ben)}")
    await his.page.get_by_text("Another time", exact=True).first.click()
    await his.press_button("Another time")
    await his.sees("Choose a time within the next twelve hours.")
    now = int(await his.page.evaluate("new Date().getHours()"))
    await his.page.get_by_label("Which time?").fill(f"{(now + 16) % 24:02}:30")
    await his.press_button("Another time")
    await his.sees("Choose a time within the next twelve hours.")
    await expect(his.page.get_by_label("Which time?")).to_have_value(f"{(now + 16) % 24:02}:30")
    soon = (now + 3) % 24
    await his.page.get_by_label("Which time?").fill(f"{soon:02}:30")
    # After midnight a clock shows 0:30.
    await his.press_button(re.compile(rf"^I can talk at 0?{soon}:30$"))
    await his.sees("Maya knows that you can talk at")
    await his.press_button("Change my answer")
    await his.press_button("Not today")
    await his.sees("Thank you for saying so.")


@pytest.mark.whole_browser
async def test_nobody_is_free_and_it_becomes_a_press(new_phone: NewPhone, circle: NewCircle) -> None:
    """What was said to the calm ask holds nothing: everybody is asked anew, aloud."""
    maya, ben = await circle("Maya", "Ben")
    await are_free(ben)
    his, hers = await of(new_phone, ben), await of(new_phone, maya)
    await his.switches_notifications_on()
    calm_ask = await asked(maya, ben)
    await his.pushed("calm")
    await his.open(f"#/reach-outs/{calm_ask}")
    await his.press_button("Not today")
    await his.sees("Thank you for saying so.")

    await hers.open("#/calm")
    await hers.sees_heading("Nobody is free just now. You can still reach out.")
    await expect(hers.link("Ben")).to_be_visible()
    await expect(hers.link(re.compile("^My plan"))).to_be_visible()
    # The same three seconds as ever; undone, the question is still open.
    await hers.press_button(PRESS)
    await hers.press_button("Undo")
    await hers.link(re.compile("^Nobody is free just now")).click()
    await hers.press_button(PRESS)
    await hers.sees_heading("In a moment Ben is told.")
    await hers.sees_heading(re.compile("Ben is told|It is on Ben's phone"), within=15)

    alarm = await his.pushed("reach_out")
    assert alarm["notification"]["data"]["reach_out_id"] == calm_ask

    await eventually(his.notifications, lambda shown: [one["data"]["kind"] for one in shown] == ["reach_out"])
    await his.go("Inbox")
    await his.sees("Needs you now")
    await his.link("Answer Maya").click()
    await his.press_button("Calling now")
    await his.sees("Maya knows that you are calling.")
    await hers.sees_heading("Ben is calling you now.")


async def test_how_long_nobody_has_answered_counts_from_the_press(new_phone: NewPhone, circle: NewCircle) -> None:
    maya, ben = await circle("Maya", "Ben")
    calm_ask = await asked(maya, ben)
    await maya.ask("POST", f"/v1/reach-outs/{calm_ask}/raise", expect=200)
    phone = await new_phone("Maya")
    await phone.belongs_to(maya)

    async def asked_earlier(route: Route) -> None:
        """Let it be asked calmly half an hour before it was raised, and then go unanswered for five minutes."""
        body = await (await route.fetch()).json()
        for item in body["items"]:
            minutes = timedelta(minutes=5)
            now = datetime.fromisoformat(item["raised_at"])
            times = {"created_at": now - 7 * minutes, "raised_at": now - minutes, "unanswered_at": now}
            item |= {name: at.isoformat() for name, at in times.items()}
        await route.fulfill(json=body)

    await phone.context.route("**/v1/reach-outs?*", asked_earlier)
    await phone.open()
    await phone.sees_heading("Nobody has answered yet.")
    await expect(phone.page.get_by_text(re.compile("^5 minutes have passed"))).to_be_visible()


async def test_the_button_on_home_is_not_lowered_by_a_calm_ask(new_phone: NewPhone, circle: NewCircle) -> None:
    maya, ben = await circle("Maya", "Ben")
    calm_ask = await asked(maya, ben)
    await ben.ask("POST", f"/v1/reach-outs/{calm_ask}/answers", {"kind": "soon", "minutes": 90})
    hers = await of(new_phone, maya)
    await hers.sees(re.compile("^Ben can talk at"))
    await hers.press_button("Reach out now")
    await hers.sees_heading(re.compile("Ben is told|It is on Ben's phone"), within=15)
    # What Ben said before is still known, and nobody takes it for an answer.
    await hers.sees(re.compile(r"Said before: at \d{1,2}:\d\d"))
    his = await of(new_phone, ben, "#/inbox")
    await his.link("Answer Maya").click()
    await expect(his.button("Calling now")).to_be_visible()
    # And while it is open, the calm page is the press too.
    await hers.open("#/calm")
    await expect(hers.button("I pressed by mistake")).to_be_visible()


async def test_it_ends_in_quiet_and_that_is_said_once(
    new_phone: NewPhone, circle: NewCircle, installation: Installation
) -> None:
    maya, ben = await circle("Maya", "Ben")
    calm_ask = await asked(maya, ben)
    hers = await of(new_phone, maya)
    await hers.sees("Ben is asked.")
    past = "datetime('now', '-1 minutes')"
    await installation.store.change(
        f"UPDATE reach_outs SET paused_until = {past}, due_at = {past}"
        f" WHERE id = '{calm_ask.replace('-', '')}' OR id = '{calm_ask}'"
    )
    await hers.link(re.compile("^Nobody was free just now. It is not about you.")).click(timeout=60_000)
    await hers.sees_heading("Nobody was free just now. It is not about you.")
    await expect(hers.link("Ben")).to_be_visible()
    await hers.is_sound()
    await hers.press_button("Ask again")
    await expect(hers.button("Ask Ben")).to_be_visible()
    await hers.go("Home")
    await expect(hers.button("Reach out now")).to_be_visible()
    await hers.no_longer_sees("Nobody was free just now.")
    his = await of(new_phone, ben, f"#/reach-outs/{calm_ask}")
    await his.sees_heading("This has come to its end. Nothing was missed.")


async def test_without_a_network_it_says_what_is_true(new_phone: NewPhone, circle: NewCircle) -> None:
    maya, ben = await circle("Maya", "Ben")
    await are_free(ben)
    hers = await of(new_phone, maya, "#/calm")
    await hers.controlled()
    word = hers.page.get_by_label("A word, if you like")
    await word.fill("Only if you have a minute.")
    await hers.context.set_offline(True)
    await hers.press_button("Ask Ben")
    await hers.sees("so nobody was asked")
    await expect(word).to_have_value("Only if you have a minute.")
    await expect(hers.button(PRESS)).to_be_visible()
    await hers.context.set_offline(False)
    # It is not kept for later, other than a press.
    await hers.page.reload()
    await hers.sees("Free now")
    assert (await maya.ask("GET", "/v1/reach-outs?mine=true"))["items"] == []

    # The question arrives, and its reply is lost: it is not said that nobody was asked, and nobody is asked twice.
    keys: list[str | None] = []

    async def lose(route: Route) -> None:
        posted = route.request.method == "POST"
        if posted:
            keys.append(route.request.headers.get("idempotency-key"))
        await (route.abort() if posted and len(keys) == 1 else route.continue_())

    await hers.context.route("**/v1/reach-outs", lose)
    await word.fill("Only if you have a minute.")
    await hers.press_button("Ask Ben")
    await hers.sees("we cannot say yet whether anybody was asked")
    await hers.press_button("Ask Ben")
    await hers.sees_heading("Ben is asked.")
    assert len(keys) == 2
    assert keys[0] == keys[1]
    assert len(await ben.inbox("calm")) == 1


async def test_an_older_server_is_never_asked_calmly(new_phone: NewPhone, circle: NewCircle) -> None:
    """It does not know the word, and would alarm everybody."""
    maya, ben = await circle("Maya", "Ben")
    await are_free(ben)
    hers = await of(new_phone, maya, "#/calm", service_workers="block")
    config = await hers.asks("/v1/config")
    del config["calm"]
    await hers.context.route("**/v1/config", lambda route: route.fulfill(json=config))
    await hers.press_button("Ask Ben")
    await hers.sees("This server cannot ask calmly yet.")
    assert await ben.inbox() == await ben.inbox("calm") == []
