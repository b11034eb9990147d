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

from api.app import api_only
from cli import audit, backup, demo, helplines, keys, operator_errors
from cli.assemble import Seams
from cli.serve import serve, work
from core.settings import Settings
from core.telemetry import configure_logging
from migrations.run import upgrade

log = structlog.get_logger(__name__)


def main(argv: Sequence[str] | None = None, seams: Seams | None = None) -> int:
    """Run one command and return its exit status. `seams`: what a test replaces of `cli.assemble`'s defaults."""
    arguments = _parser().parse_args(argv)
    status = _run_without_settings(arguments)
    if status is not None:
        return status
    try:
        settings = Settings()
    except ValidationError as error:
        for item in error.errors():
            print(f"PORCHLIGHT_{'.'.join(map(str, item['loc'])).upper()}: {item['msg']}", file=sys.stderr)
        return 2
    configure_logging(settings.log_level)
    warn_of_unknown_settings()
    # Files created from here on (a database, keys, a backup) are readable only by this user.
    os.umask(0o077)
    try:
        return _run_command(arguments, settings, seams)
    except KeyboardInterrupt:
        return 130
    except Exception as error:
        explanation = operator_errors.explain(error, settings)
        if explanation is None:
            raise
        print(explanation, file=sys.stderr)
        return 1


def _run_without_settings(arguments: argparse.Namespace) -> int | None:
    """Run a command that needs neither settings nor a database; return None for all others."""
    match arguments.command:
        case "openapi":
            print(json.dumps(api_only().openapi(), indent=2))
            return 0
        case "demo":
            return asyncio.run(demo.play(arguments.url))
        case "helplines":
            return helplines.helplines_command()
    return None


def warn_of_unknown_settings() -> None:
    """Log variables that match no setting: a mistyped name would have no effect."""
    known = {f"PORCHLIGHT_{name.upper()}" for name in Settings.model_fields}
    for name in sorted(os.environ):
        if name.startswith("PORCHLIGHT_") and name not in known:
            log.warning("unknown_setting", name=name)


def _run_command(arguments: argparse.Namespace, settings: Settings, seams: Seams | None) -> int:
    match arguments.command:
        case "serve":
            _run_on_uvloop(
                serve(
                    with_public_url(settings, arguments.port),
                    arguments.host,
                    arguments.port,
                    work=arguments.worker,
                    seams=seams,
                )
            )
        case "work":
            _run_on_uvloop(work(settings, seams))
        case "migrate":
            if settings.database_url is None:
                settings.data_dir.mkdir(parents=True, exist_ok=True)
            asyncio.run(upgrade(settings.sqlalchemy_url))
        case "audit":
            return asyncio.run(audit.audit_command(settings))
        case "backup":
            return backup.backup_command(settings, arguments.file)
        case "keys":
            return asyncio.run(keys.keys_command(settings, arguments.what))
    return 0


def with_public_url(settings: Settings, port: int) -> Settings:
    """Return the settings with a public URL: unless one is set, this machine at the served port."""
    if "public_url" in settings.model_fields_set:
        return settings
    return settings.model_copy(update={"public_url": f"http://localhost:{port}"})


def _run_on_uvloop(command: Coroutine[None, None, None]) -> None:
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(command)


_KEYS_HELP = "show: the keys; rotate: add a master key and rewrap all; push: add a push key and reseal all addresses"


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="porchlight", description="One press reaches a circle until somebody answers."
    )
    parser.add_argument("--version", action="version", version=f"porchlight {version('porchlight')}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="command")
    serving = commands.add_parser("serve", help="run the API and a worker in one process")
    serving.add_argument("--host", default="127.0.0.1")
    serving.add_argument("--port", type=int, default=8000)
    serving.add_argument(
        "--no-worker", dest="worker", action="store_false", help="run the API only; `work` runs elsewhere"
    )
    commands.add_parser("work", help="run the worker without an API")
    commands.add_parser("audit", help="look once for invalid states and repair them; exit status 1 if there were any")
    commands.add_parser("migrate", help="bring the database up to date")
    playing = commands.add_parser("demo", help="play a story against a running server")
    playing.add_argument("--url", default="http://localhost:8000")
    copying = commands.add_parser("backup", help="copy a live SQLite database into a file")
    copying.add_argument("file", type=Path)
    commands.add_parser("openapi", help="print the OpenAPI document")
    commands.add_parser("helplines", help="list helplines not verified within a year; exit status 1 if there are any")
    keeping = commands.add_parser("keys", help="show the keys, or add a new current one")
    keeping.add_argument("what", choices=["show", "rotate", "push"], help=_KEYS_HELP)
    return parser


if __name__ == "__main__":
    raise SystemExit(main())
