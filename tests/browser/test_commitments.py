"""Things one means to do, on two phones: picked and asked, said yes to, done, not today, and taken away."""

import re

import pytest
from playwright.async_api import expect

from tests.browser.conftest import NewCircle, NewPhone

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_somebody_is_asked_says_yes_and_sees_not_today(new_phone: NewPhone, circle: NewCircle) -> None:
    maya, ana = await circle("Maya", "Ana")
    phone, other = await new_phone("Maya"), await new_phone("Ana")
    await phone.belongs_to(maya)
    await other.belongs_to(ana)
    await phone.open("#/settings")
    await phone.link(re.compile("^Things I mean to do")).click()
    await phone.sees("Nothing yet. One small thing is enough.")
    # The way back and the lit tab are one.
    await expect(phone.page.get_by_role("navigation").get_by_role("link", name="Settings")).to_have_attribute(
        "aria-current", "page"
    )
    await phone.link("Something I mean to do").click()
    await phone.page.get_by_label("My phone sleeps in the kitchen").check()
    await expect(phone.page.get_by_label("What time?")).to_have_value("22:00")
    # Nobody knows of it until a name is tapped.
    await expect(phone.page.get_by_label("Nobody")).to_be_checked()
    await phone.page.get_by_label("Ana", exact=True).check()
    await phone.sees("Ana is asked first.")
    await phone.is_sound()
    await phone.press_button("I mean to do this")
    await phone.sees("Ana is asked, and has not said yet.")

    await other.open("#/inbox")
    await other.page.get_by_role("button", name="Maya would like you to know of something").click()
    await other.sees_heading("Maya would like you to know of this.")
    await other.sees("My phone sleeps in the kitchen")
    yes, no = other.button("I am glad to know"), other.button("Not for now")
    await expect(yes).to_have_class((await no.get_attribute("class")) or "")
    await yes.click()
    await other.sees_heading("Maya means to do this.")
    await other.sees("Nothing said")

    await phone.page.reload()
    await phone.link(re.compile("My phone sleeps in the kitchen")).click()
    await phone.sees("Ana knows of it.")
    done, not_today = await phone.button("Done").bounding_box(), await phone.button("Not today").bounding_box()
    assert done is not None
    assert not_today is not None
    assert (done["y"], done["width"], done["height"]) == (not_today["y"], not_today["width"], not_today["height"])
    await phone.press_button("Not today")
    await phone.sees_heading("Not today, then.")
    await phone.sees("A word to Ana")
    assert [notice["kind"] for notice in (await ana.ask("GET", "/v1/inbox"))["items"]].count("commitment_asked") == 1
    assert (await ana.ask("GET", "/v1/inbox?unread=true"))["items"] == []
    await other.page.reload()
    await other.sees("Not today")


async def test_a_word_is_added_and_who_knows_of_it_leaves(new_phone: NewPhone, circle: NewCircle) -> None:
    maya, ana = await circle("Maya", "Ana")
    [member] = (await maya.ask("GET", "/v1/circle"))["items"]
    body = {"text": "Ten pages", "days": list(range(7)), "at": "21:30", "witness": member["id"]}
    made = await maya.ask("POST", "/v1/commitments", body, 201)
    await ana.ask("POST", f"/v1/commitments/{made['id']}/accept")
    phone, other = await new_phone("Maya"), await new_phone("Ana")
    await phone.belongs_to(maya)
    await other.belongs_to(ana)
    await other.open(f"#/commitments/{made['id']}")
    await other.sees("Nothing said")
    await phone.open(f"#/commitments/{made['id']}")
    await phone.link("Other days").click()
    await phone.page.get_by_label("Done", exact=True).check()
    await other.page.reload()
    await other.sees("Done")
    await phone.link("Back").click()
    await phone.page.get_by_label("A word, if you like").fill("It did me good.")
    await phone.sees("Ana can read it.")
    await phone.press_button("Send")
    await phone.sees("Saved.")
    await other.page.reload()
    await other.sees("Done: “It did me good.”")

    await other.press_button("Not for now")
    await other.open("#/commitments")
    await expect(other.text("Ten pages")).to_have_count(0)
    await phone.page.reload()
    await phone.sees("Nobody else knows of it.")
    assert (await maya.ask("GET", "/v1/inbox?unread=true"))["items"] == []


async def test_own_words_stay_in_the_field_when_they_are_refused(new_phone: NewPhone, circle: NewCircle) -> None:
    (maya,) = await circle("Maya")
    phone = await new_phone("Maya")
    await phone.belongs_to(maya)
    await phone.open("#/commitments/new")
    await phone.page.get_by_label("My own words").check()
    field = phone.page.get_by_role("textbox", name="My own words")
    await field.fill("Ten minutes at the window")
    await phone.press_button("I mean to do this")
    await phone.sees("Choose one day or more.")
    await phone.page.get_by_label("Mon").check()
    await phone.context.set_offline(True)
    await phone.press_button("I mean to do this")
    await phone.sees("There is no connection right now.")
    await expect(field).to_have_value("Ten minutes at the window")
    await phone.context.set_offline(False)
    await phone.press_button("I mean to do this")
    await phone.sees("Ten minutes at the window")
    assert len((await maya.ask("GET", "/v1/commitments"))["items"]) == 1


async def test_a_word_about_the_day_waits_for_a_connection_and_is_sent_once(
    new_phone: NewPhone, circle: NewCircle
) -> None:
    maya, _ = await circle("Maya", "Ana")
    made = await maya.ask("POST", "/v1/commitments", {"text": "Walk", "days": list(range(7)), "at": "21:30"}, 201)
    phone = await new_phone("Maya")
    await phone.belongs_to(maya)
    await phone.open()
    await phone.sees(re.compile("Walk, "))
    await phone.open(f"#/commitments/{made['id']}")
    await expect(phone.button("Done")).to_be_visible()
    sent: list[str] = []
    phone.page.on("requestfinished", lambda request: sent.append(request.method) if "/days/" in request.url else None)
    await phone.context.set_offline(True)
    await phone.press_button("Not today")
    await phone.sees("Kept on this phone.")
    await phone.link("Good").click()
    await phone.open(f"#/commitments/{made['id']}")
    await phone.sees("Not today, then.")
    await phone.context.set_offline(False)
    for _ in range(50):
        [today] = (await maya.ask("GET", f"/v1/commitments/{made['id']}"))["recent"]
        if today["done"] is not None:
            break
        await phone.page.wait_for_timeout(200)
    assert today["done"] is False
    await phone.page.wait_for_timeout(500)
    assert sent == ["PUT"]
