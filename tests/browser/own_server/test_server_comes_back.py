"""A press while the server is away, which the phone alone can tell from a lost network."""

import re

import pytest

from tests.browser.conftest import NewCircle, NewPhone
from tests.faults.installation import Installation
from tests.faults.processes import Server

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_a_press_is_sent_when_the_server_is_back(
    new_phone: NewPhone, circle: NewCircle, installation: Installation, server: Server
) -> None:
    noor, ben = await circle("Noor", "Ben")
    phone = await new_phone("Noor")
    await phone.belongs_to(noor)
    await phone.open()
    await phone.sees("1 person can be reached now.")
    await phone.controlled()
    server.kill()
    await phone.press_button("Reach out now")
    await phone.sees_heading("Not sent yet")
    again = installation.start(port=server.port)
    await again.answers()
    await phone.sees_heading(re.compile("told|phone|saved|reached"), within=25)
    assert len(await ben.inbox()) == 1
