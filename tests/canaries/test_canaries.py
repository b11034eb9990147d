"""Promise 7: what is typed leaves by no push, log line, metric, error or file, and is in nobody's export but by its giver's hand."""

from pathlib import Path

import pytest

from models.enums import NoticeKind
from rules.languages import LANGUAGES
from tests.canaries.fields import NOT_WRITTEN, ZONE, text_fields
from tests.canaries.sinks import debug_log, export, hits, kinds_pushed, messages, pushed, stored
from tests.canaries.story import NEW_NAME, CanaryWorld, play
from tests.world.days import BIRD, typed
from tests.world.operations import all_operations
from tests.world.person import Person
from tests.world.search import columns_with

NOWHERE = "0199f3c2-7b1e-7c55-9d0a-3f6a1b2c3d4e"
KNOWN_PLAIN = {
    "people.time_zone": "chosen from a list; whose hours it is now is asked in the statement of every press",
}
"""Columns in which something that was sent as text can be read without a key, and why."""
SHOWN_TO_A_MEMBER = {NEW_NAME, typed("message")}
"""What the export of a member holds of Maya's by then: her name, and what she said to everybody who was told of her press."""
SENTENCES = {sentence for language in LANGUAGES.values() for sentence in language.push.values()}


def test_what_bears_no_canary_is_a_field_that_exists() -> None:
    assert set(NOT_WRITTEN) <= text_fields()


@pytest.mark.promise(7)
async def test_promise_7_nothing_typed_leaves_by_a_push_a_log_a_metric_an_error_a_file_or_an_export(
    world: CanaryWorld, tmp_path: Path
) -> None:
    with debug_log() as lines:
        maya, sponsor, stranger = await play(world)
        await _odd_requests(stranger)
        metrics = (await world.here.http.get("/metrics")).text
    recorder, needles = world.recorder, world.recorder.needles

    # The search would find something: everything was typed, everything was pushed, and ids and zones are found.
    assert text_fields() - set(NOT_WRITTEN) - set(recorder.sent) == set(), "text fields in which nothing was typed"
    assert set(NoticeKind) - kinds_pushed(world) == set(), "kinds that were not pushed"
    files = stored(world, tmp_path)
    links = hits({"/#/reach-outs/", "Porchlight. "}, pushed(world))
    assert {place.partition(" ")[0] for place in links} == {"fcm", "web", "mail", "ntfy", "sms", "call"}
    assert {place.partition(": ")[0] for place in hits({ZONE}, files)} >= {next(reversed(files))}
    assert lines.getvalue().count('"event": "library"') > 10
    assert len(recorder.refusals) > 100
    assert "porchlight_presses_total" in metrics

    assert hits(needles, pushed(world)) == []
    assert hits(needles, {"log": lines.getvalue(), "metrics": metrics, "errors": "\n".join(recorder.refusals)}) == []
    assert hits(needles - {ZONE}, files) == []
    columns = {column for needle in needles for column in await columns_with(world, needle)}
    assert columns == set(KNOWN_PLAIN)
    assert [text for text in messages(world) if text not in SENTENCES] == [], "a channel says a sentence and no more"
    assert await _shown(sponsor) == SHOWN_TO_A_MEMBER
    assert await _shown(stranger) == set()
    assert maya.id in str(await export(maya))


async def _odd_requests(person: Person) -> None:
    """Send what cannot be taken to every operation: a problem document says where the mistake is, and repeats nothing."""
    for operation in all_operations():
        path = operation.at(dict.fromkeys(operation.path_names, NOWHERE))
        if operation.fields:
            body = {name: [f"{BIRD} {name}"] for name in operation.fields}
            # One word as the name of an unknown field is repeated on purpose, or nobody would find their typing mistake.
            for odd in (body, {**body, f"{BIRD} sings": BIRD}, BIRD, [BIRD]):
                reply = await person.send(operation.method, path, odd, key=f"{BIRD} key")
                assert reply.status_code < 500, f"{operation.method} {path}: {reply.text}"
        elif operation.method == "GET":
            odd_path = operation.at(dict.fromkeys(operation.path_names, BIRD))
            await person.send("GET", f"{odd_path}?{BIRD}={BIRD}&limit={BIRD}&cursor={BIRD}&kind={BIRD}")


async def _shown(person: Person) -> set[str]:
    """Return what the export of this person holds that somebody else has typed."""
    places = await export(person)
    typed_by = person.world.recorder.typed_by  # type: ignore[attr-defined]
    others = {text for text, tokens in typed_by.items() if person.token not in tokens and person.name not in text}
    return {text for text in others if hits({text}, places)}
