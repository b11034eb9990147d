"""A few days in the test world: something of everything that passes between a press and the next, with a word in each text."""

from dataclasses import dataclass, field
from typing import Any

from tests.world.commitments import at_moment, says_of
from tests.world.person import Person
from tests.world.rhythm import DAILY_AT_NINE, chooses
from tests.world.world import World

BIRD = "kestrel"
"""Stands in everything that is typed, and nowhere else in the product."""
PLAN_LISTS = ("signs", "alone", "places", "safer", "reasons")
WEEK = {"people": 0, "honest": 3}


def typed(what: str) -> str:
    """Return a text that nobody else types, by which it can be found wherever it has come to."""
    return f"{BIRD} {what.replace(' ', '-')}."


@dataclass(slots=True)
class LivedDays:
    """What was written: the check-ins and commitments by name, each as its owner reads it."""

    shared: dict[str, Any] = field(default_factory=dict)
    private: dict[str, Any] = field(default_factory=dict)
    witnessed: dict[str, Any] = field(default_factory=dict)
    alone: dict[str, Any] = field(default_factory=dict)


async def live_some_days(world: World, maya: Person, sponsor: Person, friend: Person) -> LivedDays:
    """Let Maya live three days with her sponsor, who shares in most of it, and a friend, who shares in little.

    It begins at the hour at which the world's clock stands at first, Tuesday the 10th of March 2026, 20:00 UTC, and ends
    on the morning after a press, which is closed.
    """
    lived = LivedDays()
    await sponsor.patch(f"/v1/supporting/{sponsor.places[maya.id]}", {"standing_words": typed("standing words")})
    lists = {name: [typed(f"plan {name}")] for name in PLAN_LISTS}
    people = {
        "people": [sponsor.places[maya.id]],
        "professionals": [{"name": typed("plan doctor"), "phone": "+14155550149"}],
    }
    await maya.put("/v1/me/plan", lists | people | {"help_me": typed("help me")}, expect=200)
    await chooses(maya, check_in=DAILY_AT_NINE, week={"at": "18:00", "day": 2})
    await _check_in(lived, maya, sponsor, friend)
    await _words(lived, maya, sponsor, friend)
    await _commitments(world, lived, maya, sponsor)
    await maya.press(note=typed("press note"), need="lonely")
    await world.settle()
    await sponsor.answer("calling", text=typed("answer"))
    await maya.says(typed("message"))
    await world.settle()
    await maya.close()
    thanks = {"to": sponsor.id, "text": typed("thanks"), "about": world.reach_out}
    await maya.post("/v1/reach-ins", thanks, expect=201)
    await maya.post(f"/v1/threads/{friend.id}/talked", expect=201)
    await sponsor.post(f"/v1/threads/{maya.id}/read", expect=200)
    await maya.patch("/v1/me", {"away_until": "2026-04-01T08:00:00Z"})
    await at_moment(world, "2026-03-13T10:00")
    return lived


async def _check_in(lived: LivedDays, maya: Person, sponsor: Person, friend: Person) -> None:
    said = {"feeling": 0, "halt": ["lonely"], "week": WEEK}
    lived.private = await maya.post("/v1/check-ins", said | {"note": typed("private note")}, expect=201)
    shares = [
        {"membership_id": sponsor.places[maya.id]},
        {"membership_id": friend.places[maya.id], "parts": ["feeling"]},
    ]
    lived.shared = await maya.post("/v1/check-ins", said | {"note": typed("note"), "shares": shares}, expect=201)
    await sponsor.post(f"/v1/check-ins/{lived.shared['id']}/seen", {"text": typed("seen")}, expect=201)


async def _words(lived: LivedDays, maya: Person, sponsor: Person, friend: Person) -> None:
    await maya.post("/v1/reach-ins", {"to": sponsor.id, "text": typed("to sponsor")}, expect=201)
    await maya.post("/v1/reach-ins", {"to": friend.id, "text": typed("to friend")}, expect=201)
    about = {"about": lived.shared["id"]}
    await sponsor.post("/v1/reach-ins", {"to": maya.id, "text": typed("from sponsor")} | about, expect=201)


async def _commitments(world: World, lived: LivedDays, maya: Person, sponsor: Person) -> None:
    terms: dict[str, Any] = {"days": list(range(7)), "at": "21:00", "ends_on": "2026-03-11"}
    with_witness = terms | {"text": typed("promise"), "witness": sponsor.places[maya.id]}
    lived.witnessed = await maya.post("/v1/commitments", with_witness, expect=201)
    lived.alone = await maya.post("/v1/commitments", terms | {"text": typed("lonely promise")}, expect=201)
    # A yes calls off the push that asked for it, if that has not left.
    await world.settle()
    await sponsor.post(f"/v1/commitments/{lived.witnessed['id']}/accept", expect=200)
    await at_moment(world, "2026-03-10T21:00")
    await says_of(maya, lived.witnessed, "2026-03-10", done=False, text=typed("not today"))
    await says_of(maya, lived.alone, "2026-03-10", text=typed("done"))
    await at_moment(world, "2026-03-11T21:00")
    await at_moment(world, "2026-03-12T09:00")
