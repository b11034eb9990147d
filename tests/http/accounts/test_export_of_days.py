"""The days between in an export and its page, and what an erasure leaves of them."""

import io
import json
import re
import zipfile
from typing import Any

import pytest

from rules.languages import LANGUAGES
from tests.world.days import BIRD, WEEK, live_some_days, typed
from tests.world.person import Person
from tests.world.search import columns_with
from tests.world.world import World


async def exports(person: Person) -> dict[str, Any]:
    await person.proves()
    export: dict[str, Any] = await person.get("/v1/me/export")
    return export


async def page_of(person: Person) -> str:
    await person.proves()
    reply = await person.send("GET", "/v1/me/export?format=zip")
    return zipfile.ZipFile(io.BytesIO(reply.content)).read("index.html").decode()


@pytest.mark.promise(8)
async def test_promise_8_the_days_between_are_exported_whole(world: World) -> None:
    maya, sponsor, friend = await world.circle("sponsor", "friend")
    lived = await live_some_days(world, maya, sponsor, friend)
    hers = await exports(maya)
    assert [row["note"] for row in hers["check_ins"]] == [typed("private note"), typed("note")]
    assert {json.dumps(row["week"], sort_keys=True) for row in hers["check_ins"]} == {json.dumps(WEEK, sort_keys=True)}
    shares = {row["name"]: row for row in hers["check_ins_i_share"]}
    assert shares[friend.name]["parts"] == ["feeling"]
    assert shares[sponsor.name]["parts"] == ["feeling", "halt", "note", "week.people", "week.honest"]
    assert shares[sponsor.name]["seen_at"] is not None
    assert [row["about_id"] for row in hers["reach_ins"]] == [None, None, world.reach_out]
    assert [row["other_id"] for row in hers["talks"]] == [friend.id]
    assert {row["text"]: row["witness_id"] for row in hers["commitments"]} == {
        typed("promise"): sponsor.id,
        typed("lonely promise"): None,
    }
    assert {(row["commitment_id"], row["text"], row["done"]) for row in hers["commitment_days"]} == {
        (lived.witnessed["id"], typed("not today"), False),
        (lived.alone["id"], typed("done"), True),
    }
    [rhythm] = hers["rhythms"]
    assert (rhythm["check_in_at"], rhythm["week_day"], rhythm["follow_ups"]) == ("21:00", 2, True)
    assert hers["plans"][0]["help_me"] == typed("help me")
    assert hers["person"]["away_until"] == "2026-04-01T08:00:00Z"

    theirs = await exports(sponsor)
    [witnessed] = theirs["witnessed_commitments"]
    assert (witnessed["id"], witnessed["person_id"], witnessed["at"]) == (lived.witnessed["id"], maya.id, "21:00")
    assert "text" not in witnessed
    assert [(row["kind"], row["name"]) for row in theirs["follow_ups"]] == [("helper", "Maya")]
    assert [row["standing_words"] for row in theirs["supporting"]] == [typed("standing words")]
    assert [row["other_id"] for row in theirs["thread_reads"]] == [maya.id]
    words = re.findall(rf"{BIRD} [\w-]+\.", json.dumps(theirs))
    own = {*map(typed, ("standing words", "seen", "from sponsor", "answer"))}
    assert set(words) == own | {typed("message")}, "their own words, and messages to them"


@pytest.mark.parametrize("language", LANGUAGES)
async def test_the_page_says_it_in_words(world: World, language: str) -> None:
    maya, sponsor, friend = await world.circle("sponsor", "friend")
    await live_some_days(world, maya, sponsor, friend)
    await maya.patch("/v1/me", {"language": language})
    await sponsor.patch("/v1/me", {"language": language})
    page, words = await page_of(maya), LANGUAGES[language].export
    weekdays = ", ".join(words.weekdays)
    for said in (
        f"<dt>{words.fields['week']}</dt><dd>{words.values['week.people']} 0, {words.values['week.honest']} 3</dd>",
        f"<dt>{words.fields['parts']}</dt><dd>{words.values['feeling']}</dd>",
        f"<dt>{words.fields['days']}</dt><dd>{weekdays}</dd>",
        f"<dt>{words.fields['check_in_days']}</dt><dd>{weekdays}</dd>",
        f"<dt>{words.fields['week_day']}</dt><dd>{words.weekdays[2]}</dd>",
        f"<dt>{words.fields['follow_ups']}</dt><dd>{words.values['True']}</dd>",
        f"<dt>{words.fields['what']}</dt><dd>{typed('promise')}</dd>",
        f"<dd>{friend.name}</dd>",
    ):
        assert said in page, said
    assert "week." not in page
    assert "{" not in page.partition("<main>")[2], "no JSON"
    theirs = await page_of(sponsor)
    section = theirs.partition(f"<h2>{words.sections['witnessed_commitments']}</h2>")[2].partition("<h2>")[0]
    assert "<dd>Maya</dd>" in section
    assert f"<dd>{words.values['helper']}</dd>" in theirs


@pytest.mark.promise(8)
async def test_promise_8_an_erasure_leaves_nothing_of_the_days(world: World) -> None:
    maya, sponsor, friend = await world.circle("sponsor", "friend")
    await sponsor.welcomes(maya)
    await live_some_days(world, maya, sponsor, friend)
    for person in (maya, sponsor):
        assert len(await columns_with(world, person.id)) > 15
        await person.post("/v1/sessions/current/proof", {"passphrase": person.passphrase})
        await person.delete("/v1/me")
        await world.settle()
        assert await columns_with(world, person.id) == []
    tables = (
        "check_in_shares",
        "reach_ins",
        "talks",
        "thread_reads",
        "commitment_days",
        "follow_ups",
        "plans",
        "rhythms",
    )
    assert [await world.count(table) for table in tables] == [0] * len(tables)
