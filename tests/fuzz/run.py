"""Fuzzing: valid and invalid requests of every operation, generated from the OpenAPI description and sent to a real server."""

import asyncio
import json
import re
import sys
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.faults.installation import Installation
from tests.faults.people import Person
from tests.faults.processes import Server, client
from tests.world.operations import all_operations

# All checks are on, except those that do not hold by design.
CHECKS = """
[checks]
# Wrong is also what is longer than a body may be (413).
negative_data_rejection.expected-statuses = [400, 401, 403, 404, 405, 409, 413, 415, 422, 429]
# Many rules are stricter than a schema can say: a bookend lies ahead, hours do not overlap.
positive_data_acceptance.enabled = false
# DELETE /v1/invitations/accept is /v1/invitations/{id} with an id that is none: 422.
unsupported_method.enabled = false

[[operations]]
# A press is taken whatever comes with it: a newer app may say what this server does not know.
include-operation-id = "press"
checks.negative_data_rejection.enabled = false

[[operations]]
# What a browser reports of itself (zone, region, language) turns nobody away.
include-operation-id = "sign_up"
checks.negative_data_rejection.enabled = false
"""

NOT_ASKED = (
    "listen_to_events",  # a stream has no end
    "erase_me",  # would end the run
    "sign_out",
    "operation_metrics",
    "remove_member",  # these two would leave nothing to request
    "leave_circle",
)


GUESSABLE = frozenset({"check-ins", "commitments", "connections", "plan", "reach-ins", "rhythm", "threads"})
"""Tags of the operations of which some request has to get through: those of the days between, whose ids are known to the fuzzer."""
WITH_IDS_IN_BODIES = frozenset({"share_check_in", "send_reach_in"})
"""Those that need an id in their body, which no generated request has."""


@dataclass(frozen=True, slots=True)
class Fuzzed:
    """The result: the fuzzer's exit status and output, and the errors in the server's log.

    `replies`: the classes of status ("2xx") with which each operation answered, by its id.
    """

    status: int
    output: str
    wrong: list[str]
    replies: Mapping[str, set[str]] = field(default_factory=dict)

    @property
    def good(self) -> bool:
        return self.status == 0 and not self.wrong

    @property
    def unreached(self) -> set[str]:
        """Return the operations to which no request was sent, though they were to be asked."""
        return {operation.id for operation in all_operations()} - set(NOT_ASKED) - set(self.replies)

    @property
    def unaccepted(self) -> set[str]:
        """Return the operations that refused everything: the fuzzer saw nothing of what lies behind the first check."""
        guessable = {operation.id for operation in all_operations() if operation.tag in GUESSABLE}
        return {name for name in guessable - WITH_IDS_IN_BODIES if "2xx" not in self.replies.get(name, set())}


async def fuzz(installation: Installation, seed: int, examples: int) -> Fuzzed:
    """Send at most `examples` requests of each kind to each operation; the same seed sends the same ones."""
    server = await installation.serve(env={"PORCHLIGHT_SMS_URL": "json://127.0.0.1:9/{to}"})
    circle = await installation.circle(server, members=3, phones=1, browsers=1)
    config = installation.folder / "schemathesis.toml"
    config.write_text(await _known(circle.owner, circle.members[0], circle.members[1]))
    words = [
        sys.executable,
        "-m",
        "schemathesis.cli",
        f"--config-file={config}",
        "run",
        f"{server.url}/openapi.json",
        f"--header=Authorization: {circle.owner.headers['Authorization']}",
        "--phases=coverage,fuzzing",
        f"--max-examples={examples}",
        f"--seed={seed}",
        "--workers=1",
        "--request-timeout=20",
        "--warnings=off",
        "--no-color",
        *(f"--exclude-operation-id={name}" for name in NOT_ASKED),
    ]
    before = await _counted(server)
    fuzzer = await asyncio.create_subprocess_exec(
        *words, cwd=installation.folder, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT
    )
    output, _ = await fuzzer.communicate()
    wrong = [line for line in installation.logged.splitlines() if '"level": "error"' in line]
    replies: dict[str, set[str]] = {}
    for name, status in await _counted(server) - before:
        replies.setdefault(name, set()).add(status)
    return Fuzzed(fuzzer.returncode or 0, output.decode(), wrong, replies)


async def _counted(server: Server) -> Counter[tuple[str, str]]:
    """Return how often each operation has answered with each class of status, as the server counts them."""
    async with client() as http:
        metrics = (await http.get(f"{server.url}/metrics")).text
    names = {(operation.method, operation.path): operation.id for operation in all_operations()}
    counted: Counter[tuple[str, str]] = Counter()
    for labels, times in re.findall(r"porchlight_request_seconds_count\{(.+)\} (\S+)", metrics):
        label = dict(re.findall(r'(\w+)="([^"]*)"', labels))
        name = names.get((label["method"], label["route"]))
        if name is not None:
            counted[name, label["status"]] += int(float(times))
    return counted


async def _known(owner: Person, member: Person, witness: Person) -> str:
    """Return the ids of existing rows, so that requests get past the first lookup.

    What deletes a row, or is for the other side of one, has an id of its own.
    """
    reach_out = await owner.press("fuzz")
    places = {row["person"]["id"]: row["id"] for row in (await owner.ask("GET", "/v1/circle"))["items"]}
    await owner.phone()
    [device] = (await owner.ask("GET", "/v1/devices"))["items"]
    await member.welcomes(owner)
    [supported] = (await owner.ask("GET", "/v1/supporting"))["items"]
    await member.ask("POST", "/v1/reach-ins", {"to": owner.id})
    own, other = await _days(owner, places[witness.id]), await _days(member, supported["id"])
    removed = await _days(owner, places[witness.id])
    known = own | {
        "reach_out_id": reach_out["id"],
        "membership_id": places[witness.id],
        "notice_id": (await owner.inbox("reach_in"))[0]["id"],
        "device_id": device["id"],
        "person_id": member.id,
        "date": (await owner.ask("GET", "/v1/commitments"))["items"][0]["recent"][0]["date"],
        "which": "others",
    }
    apart = {
        "delete_check_in": {"check_in_id": removed["check_in_id"]},
        "delete_commitment": {"commitment_id": removed["commitment_id"]},
        "mark_check_in_seen": {"check_in_id": other["check_in_id"]},
        "accept_commitment": {"commitment_id": other["commitment_id"]},
        "decline_commitment": {"commitment_id": other["commitment_id"]},
        "change_supported": {"membership_id": supported["id"]},
    }
    operations = "".join(
        f'[[operations]]\ninclude-operation-id = "{name}"\n[operations.parameters]\n{_parameters(ids)}\n'
        for name, ids in apart.items()
    )
    return f"[parameters]\n{_parameters(known)}\n{operations}{CHECKS}"


async def _days(person: Person, place: str) -> dict[str, Any]:
    """Let somebody write one of each kind of row of the days between; return their ids by the names that paths have for them."""
    checked_in = await person.ask("POST", "/v1/check-ins", {"feeling": 2, "share_with": [place]}, 201)
    meant = {"text": "Call", "days": list(range(7)), "at": "21:00", "witness": place}
    commitment = await person.ask("POST", "/v1/commitments", meant, 201)
    [member] = [row["person"]["id"] for row in (await person.ask("GET", "/v1/circle"))["items"] if row["id"] == place]
    reach_in = await person.ask("POST", "/v1/reach-ins", {"to": member}, 201)
    due_at = f"{commitment['next_at'][:10]}T23:59:00Z"
    bookend = await person.ask("POST", "/v1/bookends", {"due_at": due_at, "companion": place}, 201)
    return {
        "check_in_id": checked_in["id"],
        "commitment_id": commitment["id"],
        "reach_in_id": reach_in["id"],
        "bookend_id": bookend["id"],
    }


def _parameters(known: Mapping[str, str]) -> str:
    return "".join(f'"path.{name}" = {json.dumps(value)}\n' for name, value in known.items())
