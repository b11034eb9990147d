"""`porchlight import`: signs a person in on a running server, and brings the file of their export into their account."""

import asyncio
import getpass
import sys
from pathlib import Path

import httpx

IMPORT_SECONDS = 120.0
"""How long a server may take for one file."""


def import_command(url: str, file: Path, sign_in_name: str) -> int:
    """Ask for the passphrase, bring the file, say what came, and return the exit status."""
    try:
        data = file.read_bytes()
    except OSError as error:
        print(f"{file} cannot be read: {error.strerror}.", file=sys.stderr)
        return 1
    passphrase = _ask_for_passphrase(sign_in_name)
    if not passphrase:
        print("There is no passphrase. Type it when it is asked for, or give it on standard input.", file=sys.stderr)
        return 1
    try:
        return asyncio.run(_sign_in_and_bring(url, sign_in_name, passphrase, data))
    except httpx.HTTPError as error:
        print(f"Nothing was brought: {str(error) or type(error).__name__}.", file=sys.stderr)
        if isinstance(error, httpx.ConnectError):
            print(f"Is a server running at {url}? `--url` names another one.", file=sys.stderr)
        return 1


def _ask_for_passphrase(sign_in_name: str) -> str:
    """Return what was typed, or the first line of standard input; nothing where that is closed, as under some schedulers."""
    try:
        if sys.stdin.isatty():
            return getpass.getpass(f"Passphrase of {sign_in_name}: ")
        return sys.stdin.readline().rstrip("\n")
    except (AttributeError, EOFError, OSError, ValueError):
        # Python has no standard input at all when it was closed at the start.
        return ""


async def _sign_in_and_bring(url: str, sign_in_name: str, passphrase: str, data: bytes) -> int:
    async with httpx.AsyncClient(base_url=url, timeout=IMPORT_SECONDS, trust_env=False) as http:
        return await bring(http, sign_in_name, passphrase, data)


async def bring(http: httpx.AsyncClient, sign_in_name: str, passphrase: str, data: bytes) -> int:
    """Sign in, bring the file, sign out, say what came, and return the exit status. Raises httpx.HTTPError."""
    # A session that has just been opened is fresh proof.
    opened = await http.post("/v1/sessions", json={"sign_in_name": sign_in_name, "passphrase": passphrase})
    if not opened.is_success:
        return _refused(opened)
    signed_in = {"Authorization": f"Bearer {opened.json()['session']['token']}"}
    try:
        reply = await http.post("/v1/me/import", content=data, headers=signed_in)
    finally:
        await http.delete("/v1/sessions/current", headers=signed_in)
    if not reply.is_success:
        return _refused(reply)
    _say(reply.json())
    return 0


def _say(brought: dict[str, int]) -> None:
    print(
        f"Brought: the profile{', the plan' if brought['plan'] else ''}; new check-ins {brought['check_ins']}, "
        f"commitments {brought['commitments']}, reflections {brought['reflections']}."
    )
    if brought["people"]:
        print(f"The circle had {brought['people']}. Nobody is brought: invite each of them again.")


def _refused(reply: httpx.Response) -> int:
    """Say why, in the words of the server's problem document, and return the exit status."""
    try:
        problem = reply.json()
        places = "".join(f"\n  {wrong['at']}: {wrong['says']}" for wrong in problem.get("errors", ()))
        print(f"Nothing was brought: {problem['title']} {problem['detail']}{places}", file=sys.stderr)
    except (ValueError, KeyError, TypeError, AttributeError):
        print(f"Nothing was brought: the server answered {reply.status_code}.", file=sys.stderr)
    return 1
