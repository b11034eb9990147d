"""Every scene by its name, what the server is told for them, and which pictures the handbook shows."""

from tests.browser.shots import circle, days, helping, outside, reaching, settings
from tests.browser.shots.stage import Scene

ENV = {
    "PORCHLIGHT_SMS_URL": "json://127.0.0.1:9/{to}",
    "PORCHLIGHT_EMAIL_URL": "json://127.0.0.1:9/{to}",
}
"""Ways to tell people exist, so that the app offers them; nothing listens there."""

SCENES: dict[str, Scene] = {
    "outside": outside.outside,
    "invited": outside.invited,
    "home": reaching.home,
    "undo": reaching.undo,
    "not-sent": reaching.not_sent,
    "signed-out": reaching.signed_out,
    "waiting": reaching.waiting,
    "answered": reaching.answered,
    "calling": reaching.calling,
    "inbox": helping.inbox,
    "supporter": helping.supporter,
    "circle": circle.circle,
    "circle-one": circle.circle_of_one,
    "there-for": circle.supporting,
    "crowd": circle.crowd,
    "settings": settings.settings,
    "blocked": settings.blocked,
    "bookends": settings.bookends,
    "helper": days.helper,
    "shared": days.shared,
    "reflections": days.reflections,
}

STILLS = {
    "home": "home-412-dark-en",
    "undo": "undo-412-dark-en",
    "waiting": "waiting-412-dark-en",
    "answered": "answered-calling-412-dark-en",
    "not-sent": "not-sent-412-dark-en",
    "supporter": "supporter-412-light-en",
    "circle": "circle-412-light-en",
    "reflection": "reflection-412-light-en",
}

SAMPLE = ("outside", "waiting", "circle", "settings", "home", "supporter")
"""What `make test` plays of them; the rest waits for `make shots`."""
