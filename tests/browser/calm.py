"""People who ask calmly, and people who are free at whatever time a test runs."""

import re
from typing import Any

from tests.browser.conftest import NewPhone
from tests.browser.phone import Phone
from tests.faults.people import Person

ALL_DAY = [{"day": day, "from": "00:00", "to": "24:00"} for day in range(7)]
"""Hours in which somebody is free, at whatever time a test runs."""
LATER = re.compile(r"^I can talk at \d{1,2}:\d\d$")

PRESS = re.compile("^Reach out now")


async def free(*people: Person) -> None:
    for person in people:
        await person.ask("PATCH", "/v1/me", {"hours": ALL_DAY})


async def of(new_phone: NewPhone, person: Person, where: str = "", **more: Any) -> Phone:
    """Open the phone of somebody who has an account."""
    phone = await new_phone(person.name, **more)
    await phone.belongs_to(person)
    await phone.open(where)
    return phone


async def asked(owner: Person) -> str:
    """Ask calmly; return the id."""
    return str((await owner.ask("POST", "/v1/reach-outs", {"calm": True}, 201))["id"])
