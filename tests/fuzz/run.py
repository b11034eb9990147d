"""Fuzzing: valid and invalid requests of every operation, generated from the OpenAPI description and sent to a real server."""

import asyncio
import json
import sys
from dataclasses import dataclass

from tests.faults.installation import Installation
from tests.faults.people import Person

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
include-operation-id = "reach_outs_press"
checks.negative_data_rejection.enabled = false

[[operations]]
# What a browser reports of itself (zone, region, language) turns nobody away.
include-operation-id = "people_sign_up"
checks.negative_data_rejection.enabled = false
"""

NOT_ASKED = (
    "events_events",  # a stream has no end
    "me_erase",  # would end the run
    "sessions_sign_out",
    "operation_metrics",
    "circle_remove",  # these two would leave nothing to request
    "supporting_leave",
)


@dataclass(frozen=True, slots=True)
class Fuzzed:
    """The result: the fuzzer's exit status and output, and the errors in the server's log."""

    status: int
    output: str
    wrong: list[str]

    @property
    def good(self) -> bool:
        return self.status == 0 and not self.wrong


async def fuzz(installation: Installation, seed: int, examples: int) -> Fuzzed:
    """Send at most `examples` requests of each kind to each operation; the same seed sends the same ones."""
    server = await installation.serve(env={"PORCHLIGHT_SMS_URL": "json://127.0.0.1:9/{to}"})
    circle = await installation.circle(server, members=3, phones=1, browsers=1)
    config = installation.folder / "schemathesis.toml"
    config.write_text(await _known(circle.owner, circle.members[0]))
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
    fuzzer = await asyncio.create_subprocess_exec(
        *words, cwd=installation.folder, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT
    )
    output, _ = await fuzzer.communicate()
    wrong = [line for line in installation.logged.splitlines() if '"level": "error"' in line]
    return Fuzzed(fuzzer.returncode or 0, output.decode(), wrong)


async def _known(owner: Person, member: Person) -> str:
    """Return the ids of existing rows, so that requests get past the first lookup."""
    reach_out = await owner.press("fuzz")
    [place, *_] = (await owner.ask("GET", "/v1/circle"))["items"]
    [notice, *_] = await member.inbox()
    await owner.phone()
    [device] = (await owner.ask("GET", "/v1/devices"))["items"]
    known = {
        "reach_out_id": reach_out["id"],
        "membership_id": place["id"],
        "notice_id": notice["id"],
        "device_id": device["id"],
    }
    parameters = "".join(f'"path.{name}" = {json.dumps(value)}\n' for name, value in known.items())
    return f"[parameters]\n{parameters}\n{CHECKS}"
