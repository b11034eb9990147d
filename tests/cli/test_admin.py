"""`porchlight admin` on a real database: numbers and no name, every use recorded, and the record never rewritten."""

import os
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from cli.admin import admin_command
from cli.keyring import open_keyring
from cli.main import _parser
from core.database import Database
from core.settings import RegistrationPolicy, Settings
from models import OperatorAction
from notifications.transports.protocol import Rejected
from tests.world.person import PASSPHRASE
from tests.world.world import World

Admin = Callable[..., Awaitable[tuple[int, str]]]


@pytest.fixture
async def world(settings: Settings) -> AsyncIterator[World]:
    """The world with the key file that the command finds: names are found by a keyed digest."""
    database = Database(settings.sqlalchemy_url)
    keyring = await open_keyring(settings, database)
    await database.close()
    async with World(settings, keyring) as world:
        yield world


@pytest.fixture
def admin(settings: Settings, capsys: pytest.CaptureFixture[str]) -> Admin:
    async def run(*words: str) -> tuple[int, str]:
        capsys.readouterr()
        status = await admin_command(settings, _parser().parse_args(["admin", "--by", "Olga", *words]))
        printed = capsys.readouterr()
        return status, printed.out + printed.err

    return run


async def recorded(world: World) -> list[tuple[str, str, str | None]]:
    """Return kind, name and reason of this test's uses, oldest first."""
    rows = await world.rows(select(OperatorAction).order_by(OperatorAction.id))
    return [(row[0].kind, row[0].done_by, row[0].reason) for row in rows if row[0].done_by == "Olga"]


async def test_people_are_counted_and_nobody_is_named(world: World, admin: Admin) -> None:
    maya, _, _ = await world.circle("sponsor", "friend")
    await maya.press()
    before = await recorded(world)
    status, printed = await admin("people")
    assert status == 0
    assert re.search(r"^accounts +3$", printed, re.MULTILINE)
    assert re.search(r"^with somebody in their circle +1$", printed, re.MULTILINE)
    assert re.search(r"^helping somebody +2$", printed, re.MULTILINE)
    assert not [name for name in ("Maya", "Ana", "Ben", maya.id, maya.sign_in_name) if name in printed]
    assert (await recorded(world))[len(before) :] == [("counted_people", "Olga", None)]


async def test_health_says_what_needs_a_look(world: World, admin: Admin) -> None:
    maya, _ = await world.circle("sponsor")
    assert (await admin("health"))[0] == 0
    # The test's clock is behind the machine's, so that what waits is overdue for the command.
    world.here.forget_pushes()
    await maya.press()
    status, printed = await admin("health")
    assert status == 1
    assert "is a worker running?" in printed
    assert re.search(r"^reach-outs open +1$", printed, re.MULTILINE)


async def test_refusals_are_counted_by_reason(world: World, admin: Admin) -> None:
    # Within a day by the command's clock, which is the machine's.
    await world.forward((datetime.now(UTC) - world.now()).total_seconds())
    maya, sponsor = await world.circle("sponsor")
    [phone] = sponsor.devices.values()
    world.transport.answer(phone, Rejected("invalid_argument"))
    await maya.press()
    await sponsor.pushes()
    _, printed = await admin("refusals")
    assert re.search(r"^fcm +invalid_argument +[12]$", printed, re.MULTILINE), printed


async def test_an_invitation_lets_one_person_in_where_accounts_need_one(world: World, admin: Admin) -> None:
    settings = world.settings.model_copy(update={"registration": RegistrationPolicy.INVITED})
    http = (await world.another_process(settings=settings)).http
    _, printed = await admin("invite", "--days", "3")
    token = re.search(r"/#/create-account/(\S+)", printed)
    assert token
    body = {"passphrase": PASSPHRASE, "display_name": "Maya", "invitation_token": token[1]}
    first = await http.post("/v1/people", json=body | {"sign_in_name": "first"}, headers={"Idempotency-Key": "one"})
    again = await http.post("/v1/people", json=body | {"sign_in_name": "first"}, headers={"Idempotency-Key": "one"})
    assert (first.status_code, again.status_code, again.json()["person"]) == (201, 201, first.json()["person"])
    second = await http.post("/v1/people", json=body | {"sign_in_name": "second"})
    assert (second.status_code, second.json()["type"]) == (404, "/problems/invitation-not-valid")
    # One that was withdrawn, and one whose days are over.
    _, printed = await admin("invite")
    withdrawn = re.search(r"/#/create-account/(\S+)", printed)
    _, printed = await admin("invitations")
    listed = re.match(r"(\S+)  until", printed)
    assert withdrawn
    assert listed
    assert withdrawn[1] not in printed
    assert (await admin("withdraw", listed[1]))[0] == 0
    assert (await admin("withdraw", listed[1]))[0] == 1
    third = await http.post("/v1/people", json=body | {"sign_in_name": "third", "invitation_token": withdrawn[1]})
    assert third.status_code == 404
    _, printed = await admin("invite", "--days", "1")
    expired = re.search(r"/#/create-account/(\S+)", printed)
    assert expired
    # The command's clock is the database's: well ahead of the test's.
    await world.forward(365 * 86400 * 3)
    fourth = await http.post("/v1/people", json=body | {"sign_in_name": "fourth", "invitation_token": expired[1]})
    assert fourth.status_code == 404


async def test_a_disabled_name_signs_in_by_no_way_and_keeps_everything(world: World, admin: Admin) -> None:
    maya, sponsor = await world.circle("sponsor")
    await maya.press(note="Please come.")
    status, printed = await admin("disable", maya.sign_in_name, "--reason", "order 12/2026")
    assert (status, "sessions have ended" in printed) == (0, True)
    await maya.get("/v1/me", expect=401)
    credentials = {"sign_in_name": maya.sign_in_name, "passphrase": maya.passphrase}
    refused = await world.here.http.post("/v1/sessions", json=credentials)
    assert (refused.status_code, refused.json()["type"]) == (403, "/problems/account-disabled")
    recovery = {
        "sign_in_name": maya.sign_in_name,
        "recovery_code": maya.recovery_codes[0],
        "new_passphrase": "quite another harbour",
    }
    refused = await world.here.http.post("/v1/sessions/recovery", json=recovery)
    assert (refused.status_code, refused.json()["type"]) == (403, "/problems/account-disabled")
    wrong = await world.here.http.post("/v1/sessions", json=credentials | {"passphrase": "not the passphrase"})
    assert wrong.json()["type"] == "/problems/wrong-credentials", "a stranger learns nothing"
    # Whoever was told still sees the reach-out, and answers.
    await sponsor.answer("here")
    assert (await admin("disable", maya.sign_in_name, "--reason", "again"))[1].strip() == "It was disabled already."
    assert (await admin("enable", maya.sign_in_name, "--reason", "order lifted"))[0] == 0
    signed_in = await world.here.http.post("/v1/sessions", json=credentials)
    assert signed_in.status_code == 201
    assert (await admin("enable", "nobody.here", "--reason", "typo"))[0] == 1
    used = [(kind, reason) for kind, _, reason in await recorded(world)][-4:]
    assert used == [
        ("name_disabled", "order 12/2026"),
        ("name_disabled", "again"),
        ("name_enabled", "order lifted"),
        ("name_enabled", "typo"),
    ]
    _, printed = await admin("log")
    assert printed.index("order lifted") < printed.index("order 12/2026")
    assert maya.sign_in_name not in printed
    assert maya.id not in printed


async def test_the_record_is_never_rewritten(world: World, admin: Admin) -> None:
    await admin("people")
    for statement in ("UPDATE operator_actions SET done_by = 'nobody'", "DELETE FROM operator_actions"):
        with pytest.raises(DBAPIError, match="append-only"):
            async with world.database.write() as session:
                await session.execute(text(statement))
    assert ("counted_people", "Olga", None) in await recorded(world)


async def test_whoever_has_no_name_on_the_machine_is_recorded_by_number(
    world: World, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    # As in the image, where no line of /etc/passwd has the user's number.
    def getuser() -> str:
        raise KeyError("getpwuid(): uid not found: 10001")

    monkeypatch.setattr("getpass.getuser", getuser)
    assert await admin_command(settings, _parser().parse_args(["admin", "people"])) == 0
    # Rows of earlier tests stay: nobody can delete any.
    [(action,)] = await world.rows(select(OperatorAction).order_by(OperatorAction.id.desc()).limit(1))
    assert action.done_by == f"user {os.getuid()}"
