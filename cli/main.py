"""The command line: parses the arguments and runs one command."""

import argparse
import asyncio
import json
import os
import sys
from collections.abc import Coroutine, Sequence
from importlib.metadata import version
from pathlib import Path

import structlog
import uvloop
from pydantic import ValidationError
from pydantic_settings import DotEnvSettingsSource

from api.app import api_only
from cli import admin, audit, backup, helplines, keys, operator_errors, restore, supervisor
from cli.assemble import Seams
from cli.serve import serve, work
from cli.supervised import Supervised
from core.isolation import caught
from core.settings import ENV_FILE, Settings
from core.telemetry import configure_logging, traceback_places
from migrations.run import upgrade

MAX_TRACEBACK_PLACES = 60
"""Places of a failure that a command reports: its own are far from the one that failed, in the database's driver."""
LAST_PORT = 65535

log = structlog.get_logger(__name__)


def main(argv: Sequence[str] | None = None, seams: Seams | None = None) -> int:
    """Run one command and return its exit status. `seams`: what a test replaces of `cli.assemble`'s defaults."""
    arguments = _parser().parse_args(argv)
    status = _run_without_settings(arguments)
    if status is not None:
        return status
    try:
        settings = Settings()
    except UnicodeDecodeError:
        print(
            f"{ENV_FILE}: this file is not UTF-8. Save it as UTF-8, or take out what is beyond ASCII.", file=sys.stderr
        )
        return 2
    except ValidationError as error:
        for item in error.errors():
            print(f"PORCHLIGHT_{'.'.join(map(str, item['loc'])).upper()}: {item['msg']}", file=sys.stderr)
        return 2
    configure_logging(settings.log_level)
    warn_of_unknown_settings()
    # Files created from here on (a database, keys, a backup) are readable only by this user.
    os.umask(0o077)
    try:
        with caught(traced=True) as attempt:
            return _run_command(arguments, settings, seams)
    except KeyboardInterrupt:
        return 130
    failure = attempt.failure
    explanation = operator_errors.explain(failure, settings)
    if explanation is None:
        # Never the message: SQLAlchemy's holds the rows of the statement that failed, PostgreSQL's the row itself.
        where = traceback_places(failure, MAX_TRACEBACK_PLACES)
        log.critical("command_failed", command=arguments.command, error=type(failure).__name__, where=where)
    else:
        print(explanation, file=sys.stderr)
    return 1


def _run_without_settings(arguments: argparse.Namespace) -> int | None:
    """Run a command that needs neither settings nor a database; return None for all others."""
    match arguments.command:
        case "openapi":
            print(json.dumps(api_only().openapi(), indent=2))
            return 0
        case "demo":
            from cli import demo

            return asyncio.run(demo.play(arguments.url))
        case "import":
            from cli import import_account

            return import_account.import_command(arguments.url, arguments.file, arguments.person)
        case "helplines":
            return helplines.helplines_command()
    return None


def warn_of_unknown_settings() -> None:
    """Log variables, and lines of the file, that match no setting: a mistyped name would have no effect."""
    known = {f"PORCHLIGHT_{name.upper()}" for name in Settings.model_fields}
    # pydantic-settings gives the file's names in small letters.
    in_file = {name.upper() for name in DotEnvSettingsSource(Settings).env_vars}
    for name in sorted(in_file | set(os.environ)):
        if name.startswith("PORCHLIGHT_") and name not in known:
            log.warning("unknown_setting", name=name)


def _run_command(arguments: argparse.Namespace, settings: Settings, seams: Seams | None) -> int:
    match arguments.command:
        case "serve" if arguments.processes > 1:
            return supervisor.supervise(
                settings, arguments.host, arguments.port, arguments.processes, work=arguments.worker
            )
        case "serve":
            _run_on_uvloop(
                serve(
                    with_public_url(settings, arguments.port),
                    arguments.host,
                    arguments.port,
                    work=arguments.worker,
                    seams=seams,
                    supervised=_inherited(arguments),
                )
            )
        case "work":
            _run_on_uvloop(work(settings, seams))
        case "migrate":
            if settings.database_url is None:
                settings.data_dir.mkdir(parents=True, exist_ok=True)
            asyncio.run(upgrade(settings.sqlalchemy_url))
            print("The tables are up to date.")
        case "restore":
            return restore.restore_command(settings, arguments.file)
        case "backup":
            return backup.backup_command(settings, arguments.file)
        case _:
            return asyncio.run(_database_command(arguments, settings))
    return 0


async def _database_command(arguments: argparse.Namespace, settings: Settings) -> int:
    """Run a command that works on the database beside servers and workers, and return its exit status."""
    match arguments.command:
        case "audit":
            return await audit.audit_command(settings)
        case "admin":
            return await admin.admin_command(settings, arguments)
        case "keys":
            return await keys.keys_command(settings, arguments.what)
        case "move":
            from cli import move

            return await move.move_command(settings, arguments.to)
    raise ValueError(arguments.command)


def _inherited(arguments: argparse.Namespace) -> Supervised | None:
    if arguments.listener is None:
        return None
    return Supervised.inherit(arguments.listener, arguments.line, early=arguments.early)


def with_public_url(settings: Settings, port: int) -> Settings:
    """Return the settings with a public URL: unless one is set, this machine at the served port."""
    if "public_url" in settings.model_fields_set:
        return settings
    return settings.model_copy(update={"public_url": f"http://localhost:{port}"})


def _run_on_uvloop(command: Coroutine[None, None, None]) -> None:
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(command)


def _count(word: str) -> int:
    count = int(word)
    if count < 1:
        raise ValueError(word)
    return count


def _port(word: str) -> int:
    port = int(word)
    if not 0 <= port <= LAST_PORT:
        # Only the lower 16 bits of another would be used.
        raise argparse.ArgumentTypeError(f"a port is a number from 0 to {LAST_PORT}")
    return port


_KEYS_HELP = (
    "show: the keys; rotate: add a master key and rewrap all; push: add a push key and reseal all addresses; "
    "retire: remove the older keys, if nothing needs them"
)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="porchlight", description="One press reaches a circle until somebody answers."
    )
    parser.add_argument("--version", action="version", version=f"porchlight {version('porchlight')}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="command")
    serving = commands.add_parser("serve", help="run the API and a worker in one process")
    serving.add_argument("--host", default="127.0.0.1")
    serving.add_argument("--port", type=_port, default=8000)
    serving.add_argument(
        "--no-worker", dest="worker", action="store_false", help="run the API only; `work` runs elsewhere"
    )
    serving.add_argument(
        "--processes", type=_count, default=1, metavar="N", help="on PostgreSQL: N processes that share the port"
    )
    for inherited in ("--listener", "--line"):
        serving.add_argument(inherited, type=int, help=argparse.SUPPRESS)
    serving.add_argument("--early", action="store_true", help=argparse.SUPPRESS)
    commands.add_parser("work", help="run the worker without an API")
    commands.add_parser("audit", help="look once for invalid states and repair them; exit status 1 if there were any")
    commands.add_parser("migrate", help="bring the database up to date")
    playing = commands.add_parser("demo", help="play a story against a running server")
    playing.add_argument("--url", default="http://localhost:8000")
    importing = commands.add_parser("import", help="bring somebody's export into their account on a running server")
    importing.add_argument("file", type=Path)
    importing.add_argument("--person", required=True, metavar="NAME", help="sign-in name; the passphrase is asked for")
    importing.add_argument("--url", default="http://localhost:8000")
    copying = commands.add_parser("backup", help="copy a live SQLite database into a file")
    copying.add_argument("file", type=Path)
    restoring = commands.add_parser("restore", help="put a backup in the place of the embedded database, which is kept")
    restoring.add_argument("file", type=Path)
    moving = commands.add_parser("move", help="copy the whole installation into another database: SQLite or PostgreSQL")
    moving.add_argument("--to", required=True, metavar="URL", help="postgresql://… or sqlite:///…; must be empty")
    commands.add_parser("openapi", help="print the OpenAPI document")
    commands.add_parser("helplines", help="list helplines not verified within a year; exit status 1 if there are any")
    keeping = commands.add_parser("keys", help="show the keys, add a new current one, or remove the older ones")
    keeping.add_argument("what", choices=["show", "rotate", "push", "retire"], help=_KEYS_HELP)
    admin.add_parser(commands)
    return parser


if __name__ == "__main__":
    raise SystemExit(main())
