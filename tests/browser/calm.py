"""People who ask calmly, and people who are free at whatever time a test runs."""

import re
from typing import Any

from tests.browser.conftest import NewPhone
from tests.browser.phone import Phone
from tests.faults.people import Person, are_free

LATER = re.compile(r"^I can talk at \d{1,2}:\d\d$")

PRESS = re.compile("^Reach out now")


async def of(new_phone: NewPhone, person: Person, where: str = "", **more: Any) -> Phone:
    """Open the phone of somebody who has an account."""
    phone = await new_phone(person.name, **more)
    await phone.belongs_to(person)
    await phone.open(where)
    return phone


async def asked(owner: Person, *members: Person) -> str:
    """Ask `members` calmly, who are free at whatever time a test runs; return the id."""
    await are_free(*members)
    return str((await owner.ask("POST", "/v1/reach-outs", {"calm": True}, 201))["id"])
