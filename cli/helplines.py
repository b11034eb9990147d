"""`porchlight helplines`: lists the helplines that were not verified within a year, as a plain table."""

from datetime import UTC, date, datetime

from rules import helplines


def helplines_command() -> int:
    """Print the report for today and return the exit status: 1 when a helpline has to be verified again."""
    text, stale = helplines_report(datetime.now(UTC).date())
    print(text)
    return 1 if stale else 0


def helplines_report(today: date) -> tuple[str, bool]:
    """Return the report as text, and whether any entry is stale on `today`."""
    countries = helplines.everywhere().values()
    listed = sum(len(country.lines) for country in countries)
    stale = helplines.stale(today)
    if not stale:
        return f"All {listed} helplines of {len(countries)} regions were verified within a year.", False
    width = max(len(line.name) for _, line in stale)
    lines = [f"{region:<6}  {line.name:<{width}}  {line.verified_on}  {line.source}" for region, line in stale]
    head = f"region  {'helpline':<{width}}  verified    read it again at"
    return "\n".join([head, *lines, f"{len(stale)} of {listed} are older than a year: docs/helplines.md"]), True
