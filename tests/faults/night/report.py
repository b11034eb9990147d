"""The report of nights of faults, as Markdown: what was injected, how often, what was lost."""

from collections import Counter
from collections.abc import Iterable, Sequence

from tests.faults.night.plan import Fault
from tests.faults.night.run import AFTER_A_RESTART, Night


def report(nights: Sequence[Night]) -> str:
    """Return two tables: the faults by kind, and the checker's findings."""
    kinds = list(dict.fromkeys(night.kind for night in nights))
    of = {kind: [night for night in nights if night.kind == kind] for kind in kinds}
    lines = [_row("Injected", *kinds), _row("---", *("---:" for _ in kinds))]
    injected = {kind: sum((night.injected for night in of[kind]), Counter[Fault]()) for kind in kinds}
    lines += [
        _row(fault, *(injected[kind][fault] or "–" for kind in kinds))
        for fault in Fault
        if any(injected[kind][fault] for kind in kinds)
    ]
    lines += [_row("**kills in all**", *(f"**{sum(night.kills for night in of[kind])}**" for kind in kinds)), ""]
    lines += [_row("Found", *kinds), _row("---", *("---:" for _ in kinds))]
    rows = {
        "nights (seeds)": lambda some: f"{len(some)} ({', '.join(str(night.seed) for night in some)})",
        "reach-outs that were answered with 201": lambda some: sum(night.findings.pressed for night in some),
        "of them lost": lambda some: _wrong(some, "press lost"),
        "notices in inboxes": lambda some: sum(night.findings.notices for night in some),
        "of them lost or duplicated": lambda some: _wrong(some, "notice"),
        "pushes that the push services took": lambda some: sum(night.findings.pushes for night in some),
        "pushes lost": lambda some: _wrong(some, "push lost"),
        "taken a second time (the phone merges them)": lambda some: sum(night.findings.sent_again for night in some),
        "cancelled (no longer wanted)": lambda some: sum(night.findings.called_off for night in some),
        "rechecks that let a push through": lambda some: sum(night.findings.looks for night in some),
        "pushes sent without a recheck": lambda some: _wrong(some, "unlooked"),
        "rechecked after an all-clear or a removal, and sent": lambda some: _wrong(some, "late"),
        "ladders that ended in silence": lambda some: _wrong(some, "silence"),
        "requests without a reply (connection gone)": lambda some: sum(
            night.history.statuses.get(0, 0) for night in some
        ),
        "replies 503 (not saved, try again)": lambda some: sum(night.history.statuses.get(503, 0) for night in some),
        "other replies of 500 and above": lambda some: sum(_other_500s(night) for night in some),
        "seconds until a successor was ready: median, longest": lambda some: _seconds(
            seconds for night in some for seconds in night.restarted
        ),
        "seconds from there until everything was recovered: median, longest": lambda some: _seconds(
            seconds for night in some for seconds in night.made_good
        ),
        f"longer than {AFTER_A_RESTART:.0f} s": lambda some: sum(
            seconds > AFTER_A_RESTART for night in some for seconds in night.made_good
        ),
    }
    lines += [_row(name, *(give(of[kind]) for kind in kinds)) for name, give in rows.items()]
    return "\n".join(lines) + "\n"


def _wrong(nights: Sequence[Night], begins: str) -> int:
    return sum(line.startswith(begins) for night in nights for line in night.findings.wrong)


def _other_500s(night: Night) -> int:
    return sum(count for status, count in night.history.statuses.items() if status >= 500 and status != 503)


def _seconds(took: Iterable[float]) -> str:
    findings = sorted(took)
    return f"{findings[len(findings) // 2]:.1f}, {findings[-1]:.1f}" if findings else "–"


def _row(*cells: object) -> str:
    return f"| {' | '.join(str(cell) for cell in cells)} |"
