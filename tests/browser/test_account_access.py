"""Who has access to my account, on the phone: signed in where, changed what, opened what, blocked whom; and proof in place."""

from uuid import UUID

import pytest
from playwright.async_api import expect

from tests.browser.conftest import NewCircle, NewPhone
from tests.browser.phone import Phone
from tests.faults.installation import Installation
from tests.faults.people import PASSPHRASE, Person

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def proof_is_over(installation: Installation, person: Person) -> None:
    """Let the five minutes be over, for every session of this person."""
    await installation.store.change(
        "UPDATE sessions SET proven_at = strftime('%Y-%m-%d %H:%M:%f000', proven_at, '-6 minutes')"
        f" WHERE person_id = '{UUID(person.id).hex}'"
    )


async def give_proof(phone: Phone) -> None:
    sheet = phone.page.get_by_role("dialog")
    await expect(sheet).to_be_visible()
    await sheet.get_by_label("Your passphrase").fill(PASSPHRASE)
    await sheet.get_by_role("button", name="Continue").click()
    await expect(sheet).to_have_count(0)


async def test_the_page_lists_changes_and_shows_blocks_after_proof(
    new_phone: NewPhone, circle: NewCircle, installation: Installation
) -> None:
    maya, ana = await circle("Maya", "Ana")
    await maya.ask("POST", "/v1/blocks", {"person_id": ana.id})
    phone = await new_phone("Maya")
    await phone.belongs_to(maya)
    await phone.open("#/settings/devices")
    await phone.sees("What was changed")
    await phone.sees("Somebody confirmed")
    await phone.sees("Nothing yet")
    await proof_is_over(installation, maya)
    await phone.press_button("Show")
    await expect(phone.page.get_by_role("dialog")).to_be_visible()
    assert await phone.button("Unblock").count() == 0
    await give_proof(phone)
    await phone.sees("Somebody blocked")
    await phone.press_button("Unblock")
    await phone.sees("Ana is no longer blocked. Your circle stays as it is.")
    assert await installation.store.count("blocks", f"blocker_id = '{UUID(maya.id).hex}'") == 0


async def test_a_number_that_was_typed_stays_while_proof_is_asked(
    new_phone: NewPhone, circle: NewCircle, installation: Installation
) -> None:
    (maya,) = await circle("Maya")
    phone = await new_phone("Maya")
    await phone.belongs_to(maya)
    await phone.open("#/settings/number")
    await proof_is_over(installation, maya)
    field = phone.page.locator("input[name=number]")
    await field.fill("+14155550100")
    await field.press("Enter")
    sheet = phone.page.get_by_role("dialog")
    await sheet.get_by_role("button", name="Close").click()
    await phone.sees("To go on, please show once more that it is you.")
    await expect(field).to_have_value("+14155550100")
    await field.press("Enter")
    await give_proof(phone)
    await phone.sees("Saved.")
    assert (await maya.ask("GET", "/v1/me"))["contact"] == "+14155550100"
