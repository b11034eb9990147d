"""One press against double taps, reloads and failing servers: it is sent once, or reported as not sent."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from playwright.async_api import Route, expect

from tests.browser.conftest import NewCircle, NewPhone
from tests.browser.phone import SCRIPTS, Phone
from tests.faults.people import Person
from tests.world.patience import patient

pytestmark = pytest.mark.asyncio(loop_scope="session")

HIDE = (SCRIPTS / "hide.js").read_text()
SHOW = (SCRIPTS / "show.js").read_text()
TOLD = re.compile("^Ben is told")


async def at_home(phone: Phone, person: Person) -> Phone:
    await phone.belongs_to(person)
    await phone.open()
    await phone.sees("1 person can be reached now.")
    return phone


async def pressed(person: Person) -> list[dict[str, object]]:
    return list((await person.ask("GET", "/v1/reach-outs?mine=true"))["items"])


async def test_a_double_tap_is_one_press_and_does_not_undo_it(new_phone: NewPhone, circle: NewCircle) -> None:
    noor, ben = await circle("Noor", "Ben")
    phone = await at_home(await new_phone("Noor"), noor)
    box = await phone.button("Reach out now").bounding_box()
    assert box is not None
    for _ in range(4):
        await phone.page.touchscreen.tap(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    await phone.sees_heading("In a moment Ben is told.")
    await phone.sees_heading(TOLD)
    assert len(await pressed(noor)) == 1
    assert len(await ben.inbox()) == 1


async def test_locking_the_phone_ends_the_ring(new_phone: NewPhone, circle: NewCircle) -> None:
    noor, ben = await circle("Noor", "Ben")
    phone = await at_home(await new_phone("Noor"), noor)
    bodies: list[dict[str, str]] = []

    async def through(route: Route) -> None:
        if route.request.method == "POST":
            bodies.append(route.request.post_data_json or {})
        await route.continue_()

    await phone.page.route("**/v1/reach-outs", through)
    before = datetime.now(UTC)
    await phone.press_button("Reach out now")
    await expect(phone.button("Undo")).to_be_enabled()
    # Matched by URL: the phone may be registering its push address at the same time.
    sent = re.compile("/v1/reach-outs$")
    async with phone.page.expect_response(sent, timeout=patient(2_000)) as replied:
        await phone.page.evaluate(HIDE)
    assert (await replied.value).status == 201
    tapped = datetime.fromisoformat(bodies[0]["pressed_at"])
    assert before - timedelta(milliseconds=5) <= tapped <= datetime.now(UTC)
    assert len(await ben.inbox()) == 1
    await phone.page.evaluate(SHOW)
    await phone.sees_heading(TOLD)
    assert len(bodies) == 1


async def test_closing_the_app_in_the_ring_loses_nothing(new_phone: NewPhone, circle: NewCircle) -> None:
    noor, ben = await circle("Noor", "Ben")
    phone = await at_home(await new_phone("Noor"), noor)
    await phone.controlled()
    await phone.press_button("Reach out now")
    await expect(phone.button("Undo")).to_be_visible()
    await phone.page.goto("about:blank")
    for _ in range(100):
        if await ben.inbox():
            break
        await phone.page.wait_for_timeout(100)
    assert len(await ben.inbox()) == 1
    await phone.open()
    await phone.sees_heading(TOLD)
    assert len(await pressed(noor)) == 1


async def test_after_two_hours_it_asks_first(new_phone: NewPhone, circle: NewCircle) -> None:
    noor, ben = await circle("Noor", "Ben")
    phone = await new_phone("Noor")
    await phone.page.clock.install(time=datetime.now(UTC) - timedelta(hours=2, minutes=1))
    await at_home(phone, noor)
    await phone.context.set_offline(True)
    await phone.press_button("Reach out now")
    await phone.page.clock.run_for(4_000)
    await phone.sees_heading("Not sent yet")
    await phone.page.clock.fast_forward("02:00:10")
    await phone.context.set_offline(False)
    await phone.sees("Shall it still go out?")
    await phone.page.clock.run_for(20_000)
    assert await pressed(noor) == []
    await phone.press_button("Yes, reach out now")
    await phone.page.clock.run_for(1_000)
    await phone.sees_heading(TOLD)
    assert len(await ben.inbox()) == 1


async def test_an_old_press_can_be_taken_back(new_phone: NewPhone, circle: NewCircle) -> None:
    noor, ben = await circle("Noor", "Ben")
    phone = await new_phone("Noor")
    await phone.page.clock.install(time=datetime.now(UTC) - timedelta(hours=2, minutes=1))
    await at_home(phone, noor)
    await phone.context.set_offline(True)
    await phone.press_button("Reach out now")
    await phone.page.clock.run_for(4_000)
    await phone.page.clock.fast_forward("02:00:10")
    await phone.context.set_offline(False)
    await phone.press_button("Take it back")
    await phone.page.clock.run_for(10_000)
    await expect(phone.button("Reach out now")).to_be_visible()
    assert await pressed(noor) == []
    assert await ben.inbox() == []


@pytest.mark.parametrize(
    ("status", "kind", "body"),
    [
        (503, "application/problem+json", '{"type": "/problems/unavailable", "status": 503}'),
        (502, "text/html", "<html>Bad gateway</html>"),
        (200, "text/html", "<html>Welcome to our Wi-Fi</html>"),
    ],
    ids=["busy", "a proxy", "somebody else's page"],
)
async def test_a_server_error_does_not_settle_the_press(
    new_phone: NewPhone, circle: NewCircle, status: int, kind: str, body: str
) -> None:
    noor, ben = await circle("Noor", "Ben")
    phone = await at_home(await new_phone("Noor"), noor)

    async def trouble(route: Route) -> None:
        await route.fulfill(status=status, content_type=kind, body=body)

    await phone.context.route("**/v1/**", trouble)
    # Using the app meanwhile neither signs out nor breaks it.
    await phone.go("Circle")
    await phone.sees("Ben")
    await phone.go("Home")
    await phone.press_button("Reach out now")
    await phone.sees_heading("Not sent yet")
    assert await ben.inbox() == []
    await phone.context.unroute("**/v1/**")
    await phone.sees_heading(TOLD, within=20)
    assert len(await ben.inbox()) == 1


async def test_leaving_the_waiting_screen_cancels_nothing(new_phone: NewPhone, circle: NewCircle) -> None:
    noor, ben = await circle("Noor", "Ben")
    phone = await at_home(await new_phone("Noor"), noor)
    await phone.go("Circle")
    await phone.go("Home")
    await phone.press_button("Reach out now")
    await phone.sees_heading(TOLD)
    await phone.page.go_back()
    await phone.sees_heading("Circle")
    await phone.page.go_forward()
    await phone.sees_heading(TOLD)
    assert len(await pressed(noor)) == 1
    assert len(await ben.inbox()) == 1


async def test_a_link_to_a_deleted_page(new_phone: NewPhone, circle: NewCircle) -> None:
    noor, _ = await circle("Noor", "Ben")
    phone = await new_phone("Noor")
    await phone.belongs_to(noor)
    await phone.open("#/reach-outs/0198c000-0000-7000-8000-000000000000")
    await phone.sees_heading("There is nothing here.")
    await phone.link("To the start").click()
    await expect(phone.button("Reach out now")).to_be_visible()
    await phone.open("#/no-such-page")
    await expect(phone.button("Reach out now")).to_be_visible()


async def test_signed_out_elsewhere_every_page_says_so(new_phone: NewPhone, circle: NewCircle) -> None:
    noor, _ = await circle("Noor", "Ben")
    phone = await at_home(await new_phone("Noor"), noor)
    await phone.open("#/bookends")
    await phone.sees_heading("Something hard ahead?")
    await noor.ask("DELETE", "/v1/sessions/others")
    await phone.press_button("Start")
    await phone.sees("You have been signed out on this phone.")
    await expect(phone.link("Create account")).to_have_count(0)
