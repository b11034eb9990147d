"""`porchlight admin …`: numbers for the operator, invitations to make an account, a name locked on a legal order.

It shows no name and no word of anybody. Every use is recorded in a table to which rows are only added; `admin log` shows it.
"""

import argparse
import getpass
import os
import sys
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from uuid import UUID

from cli.audit import dispatch_nothing
from cli.keyring import open_keyring
from core.bus import Bus
from core.clock import DatabaseClock
from core.database import Database
from core.settings import Settings
from core.unit_of_work import UnitOfWork
from models import OperatorAction
from models.enums import OperatorActionKind
from rules.errors import NotFound
from rules.operator import actions, names, overview, registration_invitations
from rules.operator.actions import Operator, record_action
from rules.upkeep.audit import TIMER_GRACE
from rules.upkeep.numbers import Numbers, read_numbers

INVITATION_DAYS = 14
LOG_LINES = 50
DATE = "%Y-%m-%d %H:%M"


def add_parser(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add `admin` and its own commands to the command line."""
    parser = commands.add_parser("admin", help="numbers, invitations, locked names, and the record of these")
    parser.add_argument("--by", default=None, metavar="NAME", help="who does it (default: your name on this machine)")
    whats = parser.add_subparsers(dest="what", required=True, metavar="what")
    whats.add_parser("people", help="how many people there are, and how many were here lately")
    whats.add_parser("health", help="what is open, late or refused; exit status 1 when something needs a look")
    whats.add_parser("refusals", help="pushes that were refused or given up within a day, by reason")
    inviting = whats.add_parser("invite", help="print a link that lets one person make an account")
    inviting.add_argument("--days", type=int, choices=range(1, 91), default=INVITATION_DAYS, metavar="1-90")
    whats.add_parser("invitations", help="list the links that can still be used, without their secrets")
    withdrawing = whats.add_parser("withdraw", help="make such a link useless")
    withdrawing.add_argument("id", type=UUID)
    for word, what in (("disable", "let nobody sign in by this name, and end its sessions"), ("enable", "undo that")):
        naming = whats.add_parser(word, help=what)
        naming.add_argument("name", help="the sign-in name")
        naming.add_argument("--reason", required=True, help="the order it rests on, such as a file number")
    logging = whats.add_parser("log", help="what these commands were used for, newest first")
    logging.add_argument("--lines", type=int, default=LOG_LINES)


def _name_here() -> str:
    """Return the name of whoever runs this; their number where they have none, as in a container."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return f"user {os.getuid()}"


async def admin_command(settings: Settings, arguments: argparse.Namespace) -> int:
    """Run one command and return the exit status."""
    operator = Operator(arguments.by or _name_here(), getattr(arguments, "reason", None))
    async with _transaction(settings) as unit:
        match arguments.what:
            case "people":
                record_action(unit, operator, OperatorActionKind.COUNTED_PEOPLE)
                _print_pairs((await overview.count_people(unit)).items())
            case "health":
                record_action(unit, operator, OperatorActionKind.LOOKED_AT_HEALTH)
                return _print_health(unit, await read_numbers(unit))
            case "refusals":
                record_action(unit, operator, OperatorActionKind.LOOKED_AT_REFUSALS)
                _print_refusals(await overview.count_refusals(unit))
            case "invite":
                new = await registration_invitations.let_somebody_in(unit, operator, arguments.days)
                print(f"{settings.public_url}/#/create-account/{new.token}")
                print(f"Good for one account until {new.expires_at:{DATE}} UTC. It is not shown again.")
            case "invitations":
                record_action(unit, operator, OperatorActionKind.LISTED_INVITATIONS)
                for invitation in await registration_invitations.list_open(unit):
                    print(f"{invitation.id}  until {invitation.expires_at:{DATE}} UTC")
            case "withdraw":
                return await _withdraw(unit, operator, arguments.id)
            case "disable" | "enable":
                return await _set_disabled(unit, operator, arguments.name, disabled=arguments.what == "disable")
            case _:
                _print_log(await actions.list_actions(unit, arguments.lines))
                record_action(unit, operator, OperatorActionKind.LOOKED_AT_LOG)
    return 0


@asynccontextmanager
async def _transaction(settings: Settings) -> AsyncIterator[UnitOfWork]:
    """Open a unit of work on the installation's database, committed at the end unless something was raised."""
    database = Database(settings.sqlalchemy_url)
    try:
        clock = DatabaseClock(database.time)
        await clock.anchor()
        keyring = await open_keyring(settings, database)
        async with database.write() as session:
            unit = UnitOfWork(session, clock.now(), keyring)
            yield unit
            # Pushes are left to the workers: they are due at once.
            await unit.commit(Bus(), dispatch_nothing)
    finally:
        await database.close()


async def _withdraw(unit: UnitOfWork, operator: Operator, invitation_id: UUID) -> int:
    try:
        await registration_invitations.withdraw(unit, operator, invitation_id)
    except NotFound:
        print("There is no such link: it was used, has expired, or was withdrawn.", file=sys.stderr)
        return 1
    print("Withdrawn.")
    return 0


async def _set_disabled(unit: UnitOfWork, operator: Operator, name: str, *, disabled: bool) -> int:
    if not unit.keyring.trusted:
        print("Names are found by the master key, and its file is missing or is another database's.", file=sys.stderr)
        return 1
    try:
        changed = await names.set_name_disabled(unit, operator, name, disabled=disabled)
    except NotFound:
        print("Nobody here has this sign-in name.", file=sys.stderr)
        return 1
    if disabled:
        print(
            "Nobody signs in by this name now, and its sessions have ended." if changed else "It was disabled already."
        )
    else:
        print("Its owner can sign in again." if changed else "It was not disabled.")
    return 0


def _print_health(unit: UnitOfWork, numbers: Numbers) -> int:
    worries = [
        *(["Pushes are late: is a worker running?"] if numbers.oldest_due > TIMER_GRACE else []),
        *([] if unit.keyring.trusted else ["The master key file is missing or is another database's."]),
        *([] if unit.keyring.opens_addresses else ["No key at hand opens push addresses: nobody can be pushed."]),
    ]
    _print_pairs(
        [
            ("reach-outs open", numbers.open_reach_outs),
            ("of these, unanswered", numbers.unanswered),
            ("oldest push due, seconds late", round(numbers.oldest_due.total_seconds())),
            ("pushes within a day", numbers.deliveries),
            ("of these, refused or given up", sum(count for _, count in numbers.refused)),
        ]
    )
    for worry in worries:
        print(worry, file=sys.stderr)
    return 1 if worries else 0


def _print_refusals(refusals: Sequence[overview.Refusals]) -> None:
    if not refusals:
        print("None within a day.")
    for line in refusals:
        print(f"{line.address_kind:<10} {line.reason:<24} {line.count}")


def _print_pairs(pairs: Iterable[tuple[str, int]]) -> None:
    for what, number in pairs:
        print(f"{what:<32} {number}")


def _print_log(rows: Sequence[OperatorAction]) -> None:
    for row in rows:
        print(
            "  ".join(
                [f"{row.created_at:{DATE}} UTC", f"{row.kind:<20}", row.done_by, row.subject or "", row.reason or ""]
            ).rstrip()
        )
