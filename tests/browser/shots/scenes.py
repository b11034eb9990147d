"""All scenes by name, the server's settings for them, and the pictures for the docs."""

from tests.browser.shots import (
    calm,
    check_ins,
    circle,
    daily,
    guests,
    joining,
    people,
    plan,
    practice,
    reaching_out,
    settings,
    supporting,
    welcome,
)
from tests.browser.shots.stage import Scene
from tests.standins.gateways import HttpGateway


def channels_env(sms: HttpGateway) -> dict[str, str]:
    """Return the settings of the channels: SMS goes to this gateway, e-mail to where nothing listens."""
    return {
        "PORCHLIGHT_SMS_URL": f"json://127.0.0.1:{sms.port}/send?:to={{to}}",
        "PORCHLIGHT_EMAIL_URL": "json://127.0.0.1:9/{to}",
    }


SCENES: dict[str, Scene] = {
    "welcome": welcome.welcome,
    "invited": welcome.invited,
    "joining": joining.joining,
    "joining-on-an-iphone": joining.on_an_iphone,
    "first-week": joining.first_week,
    "home": reaching_out.home,
    "undo": reaching_out.undo,
    "not-sent": reaching_out.not_sent,
    "signed-out": reaching_out.signed_out,
    "waiting": reaching_out.waiting,
    "answered": reaching_out.answered,
    "calling": reaching_out.calling,
    "inbox": supporting.inbox,
    "incoming-reach-out": supporting.incoming_reach_out,
    "circle": circle.circle,
    "circle-of-one": circle.circle_of_one,
    "supporting": circle.supporting,
    "crowd": circle.crowd,
    "settings": settings.settings,
    "locked": settings.locked,
    "blocked": settings.blocked,
    "bookends": settings.bookends,
    "plan": plan.plan,
    "plan-on-a-press": plan.plan_on_a_press,
    "how-to-help": plan.how_to_help,
    "standing-words": plan.standing_words,
    "helper": daily.helper,
    "shared": daily.shared,
    "person": people.person,
    "reflections": daily.reflections,
    "commitments": daily.commitments,
    "check-ins": check_ins.check_ins,
    "week": check_ins.week,
    "connection": daily.connection,
    "rhythm": daily.rhythm,
    "calm": calm.calm,
    "calm-quiet": calm.calm_quiet,
    "slip": calm.slip,
    "guest": guests.guest,
    "practice": practice.practice,
    "night": practice.night,
}

STILLS = {
    "home": "home-412-dark-en",
    "undo": "undo-412-dark-en",
    "waiting": "waiting-412-dark-en",
    "answered": "answered-calling-412-dark-en",
    "not-sent": "not-sent-412-dark-en",
    "incoming-reach-out": "incoming-reach-out-412-light-en",
    "circle": "circle-412-light-en",
    "reflection": "reflection-412-light-en",
}

SAMPLE = (
    "welcome",
    "joining",
    "waiting",
    "circle",
    "settings",
    "home",
    "incoming-reach-out",
    "person",
    "calm",
    "guest",
)
"""The scenes that `make test` plays; `make shots` plays all."""
