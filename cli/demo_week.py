"""The demo's story: a week of Maya with Ana, her sponsor, and Ben, a friend. Each chapter is one day of it."""

import secrets
from dataclasses import dataclass
from typing import Any, Final

import httpx

from cli.demo_people import Player, StoryError, Storyteller, add_to_circle, join_story

EVERY_DAY: Final = list(range(7))
ITEM_WORDS: Final = {
    "reach_in": "words",
    "check_in": "a check-in",
    "talked": "a talk",
    "commitment": "a day",
    "reach_out": "a reach-out",
}


@dataclass(frozen=True, slots=True)
class Cast:
    """Who takes part. Ana and Ben are in Maya's circle."""

    maya: Player
    ana: Player
    ben: Player


async def tell_week(http: httpx.AsyncClient) -> None:
    """Tell the whole week. Raises StoryError, and httpx's errors, when it cannot go on."""
    story = Storyteller()
    print("A week of Maya's. Nothing moves the server's clock: the days are headings, the seconds are real.")
    cast = await _monday(story, http)
    await _tuesday(story, cast)
    await _wednesday(story, cast)
    await _thursday(story, cast)
    reach_out_id = await _friday(story, cast)
    await _saturday(story, cast, reach_out_id)
    await _sunday(story, cast)
    for player in (cast.ana, cast.ben, cast.maya):
        await player.call("DELETE", "/v1/me", expect=204)
    story.say("The three players have erased their accounts. Nothing of the story is left.")


async def _monday(story: Storyteller, http: httpx.AsyncClient) -> Cast:
    story.day("Monday: a circle")
    cast = Cast(*[await join_story(http, name) for name in ("Maya", "Ana", "Ben")])
    story.say("Maya, Ana and Ben have signed up: a name to sign in with and a passphrase, nothing else.")
    for friend, role in ((cast.ana, "sponsor"), (cast.ben, "friend")):
        await friend.call("POST", "/v1/devices", {"kind": "fcm", "token": f"demo-{secrets.token_hex(8)}"}, expect=201)
        words = await add_to_circle(cast.maya, friend, role)
        story.say(f"{friend.name}, with a phone, is in Maya's circle as {role}. Both phones showed the words {words}.")
    standing_words = {"standing_words": "step outside and call you."}
    await cast.ana.call("PATCH", f"/v1/supporting/{cast.ana.places[cast.maya.id]}", standing_words)
    [read] = [
        row["standing_words"]
        for row in (await cast.maya.call("GET", "/v1/circle"))["items"]
        if row["words"] is None and row["standing_words"]
    ]
    story.say(f"Beside Maya's button stand Ana's words: \"When you press, I {read}\"")
    await cast.maya.call("PUT", "/v1/me/rhythm", {"check_in": {"at": "21:00", "days": EVERY_DAY}})
    story.say(
        "Maya would like a moment for herself at nine in the evening. Whoever chooses nothing is reminded of nothing."
    )
    return cast


async def _tuesday(story: Storyteller, cast: Cast) -> None:
    story.day("Tuesday: how are you today?")
    for_ana, for_ben = cast.ana.places[cast.maya.id], cast.ben.places[cast.maya.id]
    said = {"feeling": 1, "halt": ["tired"], "note": "Work was long."}
    shares = [{"membership_id": for_ana}, {"membership_id": for_ben, "parts": ["feeling"]}]
    made = await cast.maya.call("POST", "/v1/check-ins", said | {"shares": shares}, expect=201)
    story.say("Maya says how she is, once. Ana may see all of it, Ben how she feels.")
    path = f"/v1/check-ins/{made['id']}"
    for friend in (cast.ana, cast.ben):
        story.say(f"{friend.name} reads: {_check_in_words(await friend.call('GET', path))}")
    await cast.ana.call("POST", f"{path}/seen", {"text": "Sleep first. I am here tomorrow."}, expect=201)
    [notice] = await cast.maya.inbox("check_in_seen")
    story.say(f'Maya\'s inbox: {notice["from"]["display_name"]} sees you. "Sleep first. I am here tomorrow."')
    await cast.maya.call("DELETE", f"{path}/shares/{for_ben}", expect=204)
    await cast.ben.call("GET", path, expect=404)
    if await cast.ben.inbox("check_in"):
        raise StoryError("what was taken back from Ben still stands in his inbox")
    story.say("Maya takes it back from Ben. It is gone from every place of his, and nobody tells him.")


async def _wednesday(story: Storyteller, cast: Cast) -> None:
    story.day("Wednesday: a word")
    text = "Walked past our bench."
    await cast.ben.call("POST", "/v1/reach-ins", {"to": cast.maya.id, "text": text}, expect=201)
    [thread] = [
        row
        for row in (await cast.maya.call("GET", "/v1/threads"))["items"]
        if row["unread"] and row["person"]["id"] == cast.ben.id
    ]
    story.say(f'{thread["person"]["display_name"]} to Maya: "{text}" Nothing is asked of her.')
    await cast.maya.call("POST", f"/v1/threads/{cast.ben.id}/read")
    await cast.maya.call("POST", f"/v1/threads/{cast.ben.id}/talked", expect=201)
    story.say("They have talked. Maya marks the day: not how long, not about what.")


async def _thursday(story: Storyteller, cast: Cast) -> None:
    story.day("Thursday: something I mean to do")
    meant = {"text": "My phone sleeps in the kitchen", "days": EVERY_DAY, "at": "22:30"}
    made = await cast.maya.call(
        "POST", "/v1/commitments", meant | {"witness": cast.ana.places[cast.maya.id]}, expect=201
    )
    path = f"/v1/commitments/{made['id']}"
    story.say(f'Maya means to, at half past ten every night: "{made["text"]}". She asks Ana to know of it.')
    await cast.ana.call("POST", f"{path}/accept")
    before = await cast.ana.call("GET", "/v1/inbox")
    story.say("Ana says yes first. She could also have said: not for now.")
    today = made["recent"][0]["date"]
    await cast.maya.call("PUT", f"{path}/days/{today}", {"done": False, "text": "Tomorrow again."})
    if await cast.ana.call("GET", "/v1/inbox") != before:
        raise StoryError("a not-today has told somebody")
    [day] = [item for item in await _thread(cast.ana, cast.maya) if item["kind"] == "commitment"]
    story.say(f'Maya says: not today. Nobody is told. Whoever looks finds it in the thread: "{day["text"]}"')


async def _friday(story: Storyteller, cast: Cast) -> str:
    story.day("Friday night: the press")
    maya, ana, ben = cast.maya, cast.ana, cast.ben
    pressed = await maya.call("POST", "/v1/reach-outs", {"note": "Rough evening."}, expect=201)
    path = f"/v1/reach-outs/{pressed['id']}"
    story.say(
        f"Maya presses. Saved, {len(pressed['recipients'])} people are asked. Helpline: {_first_helpline(pressed)}."
    )
    for friend in (ana, ben):
        [notice] = [item for item in await friend.inbox("reach_out") if item["reach_out_id"] == pressed["id"]]
        story.say(f"{friend.name}'s inbox: {notice['from']['display_name']} would like company.")
        if friend is ana:
            await friend.call("POST", f"/v1/inbox/{notice['id']}/read")
    seen = await maya.call("GET", path)
    story.say(
        "Maya sees: " + ", ".join(f"{r['person']['display_name']} {r['state']}" for r in seen["recipients"]) + "."
    )
    await ana.call("POST", f"{path}/answers", {"kind": "calling"}, expect=201)
    story.say(f"Ana answers: calling. Maya's reach-out is {(await maya.call('GET', path))['state']}.")
    await maya.call("POST", f"{path}/together", {"person_id": ana.id})
    story.say("Maya and Ana are talking.")
    closed = await maya.call("POST", f"{path}/close", {"outcome": "connected"})
    story.say(f"Maya closes it: {closed['outcome']}.")
    for friend in (ana, ben):
        if not any(item["reach_out_id"] == pressed["id"] for item in await friend.inbox("all_clear")):
            raise StoryError(f"{friend.name} has no all-clear.")
    story.say("Ana and Ben have the all-clear.")
    return str(pressed["id"])


async def _saturday(story: Storyteller, cast: Cast, reach_out_id: str) -> None:
    story.day("Saturday: thanks")
    thanks = {"to": cast.ana.id, "text": "Thank you for last night.", "about": reach_out_id}
    await cast.maya.call("POST", "/v1/reach-ins", thanks, expect=201)
    newest = (await _thread(cast.ana, cast.maya))[0]
    story.say(f'Maya to Ana, with one tap: "{newest["text"]}"')
    [planned] = (await cast.ana.call("GET", "/v1/me/export"))["follow_ups"]
    at = f"{planned['next_at'][:10]} at {planned['next_at'][11:16]}"
    story.say(f"Ana will be asked once to be in touch, on {at}, unless the two are before. Either can switch that off.")


async def _sunday(story: Storyteller, cast: Cast) -> None:
    story.day("Sunday: who was there")
    items = [ITEM_WORDS.get(item["kind"], item["kind"]) for item in reversed(await _thread(cast.maya, cast.ana))]
    story.say(f"Between Maya and Ana stands, the oldest first: {', '.join(items)}.")
    seen = await cast.maya.call("GET", "/v1/connections?weeks=1")
    [week] = seen["weeks"]
    story.say(
        f"Maya's week: {week['reach_outs']} press, answered after {week['median_seconds_to_answer']} s; "
        f"in touch with {week['people']} people."
    )
    people = ", ".join(f"{row['person']['display_name']} {row['weeks'][0]}" for row in seen["people"])
    story.say(f"How often with whom: {people}. For her eyes only, and nothing is added up.")


async def _thread(reader: Player, other: Player) -> list[dict[str, Any]]:
    page = await reader.call("GET", f"/v1/threads/{other.id}")
    return list(page["items"])


def _check_in_words(check_in: dict[str, Any]) -> str:
    """Return what a reader may see of a check-in, as words."""
    parts = [f"feeling {check_in['feeling']} of 4", *check_in.get("halt", [])]
    return ", ".join(parts) + (f', "{check_in["note"]}"' if "note" in check_in else ".")


def _first_helpline(reach_out: dict[str, Any]) -> str:
    line = reach_out["helplines"]["lines"][0]
    return f"{line['name']} ({line['phone'] or line['text'] or line['web']})"
