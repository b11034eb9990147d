"""Times as a guest's page says them, by the clock of whoever reads it."""

from datetime import datetime, timedelta, tzinfo

from rules.languages.guest_pages.words import GuestWords


def clock(moment: datetime, zone: tzinfo) -> str:
    return f"{moment.astimezone(zone):%H:%M}"


def when(moment: datetime, zone: tzinfo, now: datetime, words: GuestWords) -> str:
    """Return "today at 21:40", "tomorrow at 21:40"; the date further ahead."""
    days = (moment.astimezone(zone).date() - now.astimezone(zone).date()).days
    if days == 0:
        return words.today_at.format(time=clock(moment, zone))
    return words.tomorrow_at.format(time=clock(moment, zone)) if days == 1 else date_and_time(moment, zone)


def date_and_time(moment: datetime, zone: tzinfo) -> str:
    """Return a date that no country reads the wrong way round."""
    return f"{moment.astimezone(zone):%Y-%m-%d %H:%M}"


DAY = timedelta(days=1)
WEEK = timedelta(days=7)
