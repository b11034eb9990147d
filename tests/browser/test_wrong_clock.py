"""A phone whose clock is wrong by a day: what is agreed with others goes by the server's clock."""

from datetime import UTC, datetime, timedelta

import pytest
from playwright.async_api import expect

from tests.browser.conftest import NewCircle, NewPhone
from tests.browser.phone import Phone
from tests.faults.people import Person

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.timeout(120)]

WRONG = """(() => {
  const right = Date;
  const now = () => right.now() + DAYS * 86_400_000;
  self.Date = class extends right {
    constructor(...of) {
      super(...(of.length ? of : [now()]));
    }
    static now = now;
  };
})();"""


async def _with_wrong_clock(new_phone: NewPhone, person: Person, days: int, where: str) -> Phone:
    phone = await new_phone(person.name)
    await phone.context.add_init_script(WRONG.replace("DAYS", f"{days}"))
    await phone.belongs_to(person)
    await phone.open(where)
    return phone


@pytest.mark.parametrize("days", [-1, 1])
async def test_a_bookend_is_due_when_it_says(new_phone: NewPhone, circle: NewCircle, days: int) -> None:
    maya, _ = await circle("Maya", "Ben")
    phone = await _with_wrong_clock(new_phone, maya, days, "#/bookends")
    await phone.press_button("Start")
    await expect(phone.button("10 more minutes")).to_be_visible()
    [bookend] = (await maya.ask("GET", "/v1/bookends?open=true"))["items"]
    ahead = datetime.fromisoformat(bookend["due_at"]) - datetime.now(UTC)
    assert timedelta(minutes=55) < ahead <= timedelta(minutes=60)
    await phone.press_button("10 more minutes")
    await phone.sees("70 minutes")


@pytest.mark.parametrize("days", [-1, 1])
async def test_a_mute_lasts_as_long_as_it_says(new_phone: NewPhone, circle: NewCircle, days: int) -> None:
    maya, ana = await circle("Maya", "Ana")
    phone = await _with_wrong_clock(new_phone, ana, days, f"#/people/{maya.id}")
    await phone.press_button("More about Maya")
    await phone.press_button("For a week")
    await expect(phone.button("Notify me again")).to_be_visible()
    [supported] = (await ana.ask("GET", "/v1/supporting"))["items"]
    ahead = datetime.fromisoformat(supported["muted_until"]) - datetime.now(UTC)
    assert timedelta(days=7) - timedelta(minutes=5) < ahead <= timedelta(days=7)


@pytest.mark.parametrize("days", [-1, 1])
async def test_words_of_today_are_of_today(new_phone: NewPhone, circle: NewCircle, days: int) -> None:
    maya, ana = await circle("Maya", "Ana")
    await maya.ask("POST", "/v1/reach-ins", {"to": ana.id, "text": "Thinking of you."}, 201)
    phone = await _with_wrong_clock(new_phone, ana, days, f"#/people/{maya.id}")
    await phone.sees_heading("Today")
