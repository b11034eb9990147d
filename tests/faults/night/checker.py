"""Compare, after a night, the replies that people got, the pushes that the services took, and the database."""

import json
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tests.faults.installation import Installation
from tests.faults.night.history import History, plain

_DELIVERIES = """
SELECT d.id, d.state, d.device_id, n.kind, n.reach_out_id, n.recipient_id FROM deliveries d
JOIN notices n ON n.id = d.notice_id WHERE n.reach_out_id IS NOT NULL
"""
# A recipient who has declined is not pushed any more, even if they did so before their push was sent.
_OWING = """
SELECT r.reach_out_id, r.person_id FROM recipients r JOIN reach_outs o ON o.id = r.reach_out_id
WHERE r.told_at IS NOT NULL AND r.gone_at IS NULL AND o.closed_at IS NULL AND (r.answer IS NULL OR r.answer <> 'cannot')
"""
_NOTICES = "SELECT reach_out_id, recipient_id, count(*) AS times FROM notices WHERE kind = 'reach_out' GROUP BY 1, 2"
_TOLD = "SELECT reach_out_id, person_id FROM recipients WHERE told_at IS NOT NULL"
_UNENDED = """
SELECT id, state FROM reach_outs WHERE closed_at IS NULL AND state = 'waiting' AND unanswered_at IS NULL
"""


@dataclass(slots=True)
class Findings:
    """Broken promises are in `wrong`, one line each; the rest are counts for the report."""

    wrong: list[str] = field(default_factory=list)
    pressed: int = 0
    notices: int = 0
    pushes: int = 0
    sent_again: int = 0
    called_off: int = 0
    looks: int = 0
    """How often a look-again let a push through."""


async def check(installation: Installation, history: History, *, noted: bool = True) -> Findings:
    """Check everything once all is quiet. `noted`: every process has logged its looks."""
    findings = Findings(wrong=list(history.wrong))
    told_recipients = {(plain(row.reach_out_id), plain(row.person_id)) for row in await installation.store.rows(_TOLD)}
    await _presses_are_there(installation, history, findings)
    await _days_are_there(installation, history, findings)
    await _inboxes_hold_it_once(installation, told_recipients, findings)
    await _devices_were_handed_it(installation, findings)
    if noted:
        await _nothing_after_the_end(installation, history, findings)
    for row in await installation.store.rows(_UNENDED):
        findings.wrong.append(f"silence: {plain(row.id)} waits and nobody was told the truth")
    return findings


async def _presses_are_there(installation: Installation, history: History, findings: Findings) -> None:
    saved = {plain(row.id) for row in await installation.store.rows("SELECT id FROM reach_outs")}
    promised = {reply.reach_out for reply in history.of("pressed")}
    findings.pressed = len(promised)
    findings.wrong += [
        f"press lost: {lost} was answered with 201 and is not there" for lost in sorted(promised - saved)
    ]


async def _days_are_there(installation: Installation, history: History, findings: Findings) -> None:
    """Check that everything between presses that was answered with 201 is there. Nobody in a night deletes any of it."""
    for table in sorted({reply.whom for reply in history.of("written")}):
        saved = {plain(row.id) for row in await installation.store.rows(f"SELECT id FROM {table}")}
        promised = {reply.reach_out for reply in history.of("written") if reply.whom == table}
        findings.wrong += [f"{table} lost: {lost} was answered with 201" for lost in sorted(promised - saved)]


async def _inboxes_hold_it_once(
    installation: Installation, told_recipients: set[tuple[str, str]], findings: Findings
) -> None:
    held = {
        (plain(row.reach_out_id), plain(row.recipient_id)): row.times for row in await installation.store.rows(_NOTICES)
    }
    findings.notices = sum(held.values())
    for recipient in sorted(told_recipients):
        times = held.get(recipient, 0)
        if times != 1:
            findings.wrong.append(
                f"notice {'lost' if times == 0 else 'doubled'}: {recipient} stands in the inbox {times} times"
            )


async def _devices_were_handed_it(installation: Installation, findings: Findings) -> None:
    """Check that every wanted push was handed over at least once, and that those recorded as sent were."""
    left = _left(installation)
    rows = await installation.store.rows(_DELIVERIES)
    still_asked = {(plain(row.reach_out_id), plain(row.person_id)) for row in await installation.store.rows(_OWING)}
    devices = {
        plain(row.id) for row in await installation.store.rows("SELECT id FROM devices WHERE disabled_at IS NULL")
    }
    of_recipient: defaultdict[tuple[str, str], set[str]] = defaultdict(set)
    for row in rows:
        delivery, whom = plain(row.id), (plain(row.reach_out_id), plain(row.recipient_id))
        if left[delivery] and row.kind == "reach_out":
            of_recipient[whom].add(plain(row.device_id))
        if row.state == "sent" and not left[delivery]:
            findings.wrong.append(f"push lost: delivery {delivery} is called sent, and no push service has it")
        if row.state not in {"sent", "cancelled"}:
            findings.wrong.append(f"push lost: delivery {delivery} ended {row.state}")
        findings.called_off += row.state == "cancelled"
        findings.pushes += left[delivery]
        findings.sent_again += max(0, left[delivery] - 1)
    owners = {
        plain(row.id): plain(row.person_id)
        for row in await installation.store.rows("SELECT id, person_id FROM devices")
    }
    for whom in sorted(still_asked):
        mine = {device for device in devices if owners[device] == whom[1]}
        missing = mine - of_recipient[whom]
        if missing:
            rest = Counter(row.state for row in rows if (plain(row.reach_out_id), plain(row.recipient_id)) == whom)
            findings.wrong.append(
                f"push lost: {whom} is still asked, and {len(missing)} devices never had a push; deliveries: {dict(rest)}"
            )


async def _nothing_after_the_end(installation: Installation, history: History, findings: Findings) -> None:
    """Check that no push was sent whose last recheck began after the reply to the all-clear, or to a removal.

    Nor any without a recheck: a path of sending that this check cannot see would be a hole in it.
    """
    closed: dict[str, float] = {}
    for reply in history.of("closed"):
        closed.setdefault(reply.reach_out, reply.at)
    removed = {(reply.reach_out, reply.whom): reply.at for reply in history.of("removed")}
    about = {plain(row.id): row for row in await installation.store.rows(_DELIVERIES)}
    looked = Counter[str]()
    for delivery, at in _looks(installation.folder):
        row = about.get(delivery)
        if row is None:
            continue
        looked[delivery] += 1
        reach_out, whom = plain(row.reach_out_id), plain(row.recipient_id)
        if row.kind not in {"all_clear", "ended"} and at > closed.get(reach_out, at):
            findings.wrong.append(f"late: delivery {delivery} was taken after the all-clear of {reach_out}")
        if at > removed.get((reach_out, whom), at):
            findings.wrong.append(f"late: delivery {delivery} was taken after {whom} had been removed")
    findings.looks = looked.total()
    findings.wrong += [
        f"unlooked: delivery {delivery} left {times} times after {looked[delivery]} looks"
        for delivery, times in _left(installation).items()
        if delivery in about and times > looked[delivery]
    ]


def _left(installation: Installation) -> Counter[str]:
    """Return how often the push services took each delivery."""
    left = Counter[str](
        plain(attempt.message["data"]["delivery_id"])
        for attempt in installation.fcm.accepted
        if "data" in attempt.message
    )
    left.update(plain(attempt.json["data"]["delivery_id"]) for attempt in installation.push.accepted if attempt.json)
    return left


def _looks(folder: Path) -> Sequence[tuple[str, float]]:
    """Return the rechecks that let a delivery through: (delivery, monotonic seconds). A kill may have truncated a last line."""
    noted = []
    for file in folder.glob("*.looks"):
        for line in file.read_text().splitlines():
            try:
                delivery, at = json.loads(line)
            except ValueError:
                continue
            noted.append((plain(delivery), float(at)))
    return noted
